// What entries and checkpoints of the log become as they are followed, whoever appended them: the tree grows, full tiles
// and bundles are written, the newest checkpoint and the newest key are known. A checkpoint that is not of its tree is
// remembered as a fault and not thrown: the log is in the middle of handing over records.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { LogRecord } from "../log/log.ts";
import type { Checkpoint } from "./model.ts";
import { parseHead } from "./checkpoint.ts";
import { entryValue } from "./entry.ts";
import { HASH_BYTES, leafHash } from "./merkle.ts";
import { parseVkey } from "./note.ts";
import { bundled, tilePath, type TileSink } from "./tiles.ts";
import { fullTiles, rowWidth, TILE_WIDTH, Tree } from "./tree.ts";

/** What segments of an audit log are marked with. */
export const AUDIT_KIND = "AUDT";
/** Types of its frames. */
export const ENTRY_FRAME = 1;
export const NOTE_FRAME = 2;

/** Where a tree can begin that is not followed from its first entry. */
export interface Start {
  readonly size: number;
  readonly rows: readonly Uint8Array[];
  /** Entries of the bundle that is not full. */
  readonly bundle: readonly Buffer[];
  readonly key: string;
}

export interface SignedAt extends Checkpoint {
  /** Of its frame in the log. */
  readonly seq: number;
}

export class Growth {
  readonly tree: Tree;
  latest: SignedAt | null = null;
  /** The verifier key that signs from here on; "" before the first entry. */
  key: string;
  fault: OpError | null = null;
  readonly #tiles: TileSink;
  #bundle: Buffer[];
  #latestText = "";
  /** The partial tile of each level that was written last. */
  readonly #partials: string[] = [];

  constructor(tiles: TileSink, start: Start = { size: 0, rows: [], bundle: [], key: "" }) {
    this.#tiles = tiles;
    this.tree = new Tree(
      (level, index, hashes) => tiles.write(level, index, TILE_WIDTH, hashes),
      start.size,
      start.rows,
    );
    this.#bundle = start.bundle.map(bundled);
    this.key = start.key;
  }

  follow({ seq, type, payload }: LogRecord): void {
    if (type === ENTRY_FRAME) this.#entry(seq, payload);
    else if (type === NOTE_FRAME) this.#note(seq, Buffer.from(payload).toString("utf8"));
    else this.fault ??= new OpError("OPD5101", `record ${seq} of the audit log has the unknown type ${type}`);
  }

  /** Entries of the bundle that is not full. */
  get open(): readonly Buffer[] {
    return this.#bundle.map((one) => one.subarray(2));
  }

  /** Writes the tiles that a tree of `size` leaves, not larger than this one, has beside the full ones. */
  writePartials(size: number): void {
    for (let level = 0; level < this.tree.levels; level++) {
      const width = rowWidth(size, level);
      const index = fullTiles(size, level);
      // Where the tile is full by now it stands for every part of itself; most higher ones are as they were.
      const name = tilePath(level, index, width);
      if (width > 0 && index === fullTiles(this.tree.size, level) && name !== this.#partials[level]) {
        this.#partials[level] = name;
        this.#tiles.write(level, index, width, this.tree.row(level).subarray(0, HASH_BYTES * width));
      }
    }
    const width = rowWidth(size, 0);
    const index = fullTiles(size, 0);
    if (width > 0 && index === fullTiles(this.tree.size, 0))
      this.#tiles.write("entries", index, width, Buffer.concat(this.#bundle.slice(0, width)));
  }

  #entry(seq: number, payload: Uint8Array): void {
    // A bundle has two bytes for its length.
    if (payload.length > LIMITS.entrySizeBytesMax) {
      const sizes = `${payload.length} bytes, and an entry has at most ${LIMITS.entrySizeBytesMax}`;
      this.fault ??= new OpError("OPD5101", `record ${seq} of the audit log has ${sizes}`);
      return;
    }
    const entry = bundled(payload);
    this.#bundle.push(entry);
    if (this.#bundle.length === TILE_WIDTH) {
      this.#tiles.write("entries", fullTiles(this.tree.size, 0), TILE_WIDTH, Buffer.concat(this.#bundle));
      this.#bundle = [];
    }
    this.tree.push(leafHash(payload));
    this.key = keyIn(entry) ?? this.key;
  }

  #note(seq: number, note: string): void {
    const head = parseHead(note);
    // The same head again: witnesses signed it. It stays where it was first.
    if (head !== null && head.note.text === this.#latestText)
      return void (this.latest &&= { ...this.latest, note });
    if (head?.size !== this.tree.size || head.root !== this.tree.root().toString("base64"))
      this.fault ??= new OpError(
        "OPD5101",
        `the checkpoint in record ${seq} is not of the entries before it`,
      );
    else {
      this.latest = { size: head.size, root: head.root, note, seq };
      this.#latestText = head.note.text;
    }
  }
}

/** The verifier key that an entry of type `key` makes the log's own; null for any other entry. */
function keyIn(entry: Buffer): string | null {
  if (!entry.includes(KEY_TYPE)) return null;
  try {
    const { type, vkey } = entryValue(entry.subarray(2));
    return type === "key" && typeof vkey === "string" && parseVkey(vkey) !== null ? vkey : null;
  } catch {
    // No entry that this program wrote: the verifier says so.
    return null;
  }
}

/** In every canonical entry of that type; in others only inside a text or a member. */
const KEY_TYPE = Buffer.from('"type":"key"');
