// The audit log at work: entries in, signed heads and proofs out. What is appended becomes part of the tree when the log
// hands it back as durable, so all processes see the same tree. Segments are the truth; everything else here is made from
// them, and made again when it is found missing or wrong.

import { hash } from "node:crypto";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Plain, PlainTable } from "../../base/text/text.ts";
import { spanned } from "../../telemetry/trace/span.ts";
import type { Disk } from "../file/file.ts";
import type { Frame, Log } from "../log/log.ts";
import type { Audit, Checkpoint, Entry, EntryBody } from "./model.ts";
import type { Blobs } from "./blobs.ts";
import { headText } from "./checkpoint.ts";
import { entryBytes, entryValue, slim, whole } from "./entry.ts";
import { ENTRY_FRAME, Growth, NOTE_FRAME } from "./growth.ts";
import { firstSigner, needSigner, nextSigner, signerOf, type KeyFolder } from "./keys.ts";
import { EMPTY_ROOT, leafHash } from "./merkle.ts";
import { parseNote, parseVkey, signatureLine, verifyNote, type Signer } from "./note.ts";
import { consistencyPath, inclusionPath, rootOf, type SubtreeHash } from "./path.ts";
import type { Pin } from "./pin.ts";
import { writePosition } from "./position.ts";
import { Shelf } from "./shelf.ts";
import { unbundled, type Tiles } from "./tiles.ts";
import { needEntries, needPinned, needSignature } from "./signable.ts";
import { TILE_WIDTH } from "./tree.ts";

export interface AuditParts {
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly bootId: string;
  readonly keys: KeyFolder;
  readonly readOnly: boolean;
  readonly tiles: Tiles;
  readonly blobs: Blobs;
  readonly growth: Growth;
  readonly log: Log;
}

type AppendOptions = Parameters<Audit["append"]>[1];

export class AuditLog implements Audit {
  readonly #parts: AuditParts;
  readonly #shelf: Shelf;
  #signer: Signer | null = null;
  /** Why nothing is appended. */
  #refusal: OpError | null = null;
  /** The note that the derived files were last written for. */
  #published: string | null;
  /** The newest note whose signature was seen to hold. */
  #believed: string | null;
  /** Entries before this one were seen to be entries, or are our own. */
  #seenSize = 0;
  #unsignedSinceMs: number;

  /** `published`: as of opening, when its signature held. */
  constructor(parts: AuditParts, published: string | null) {
    this.#parts = parts;
    this.#shelf = new Shelf(parts.tiles, parts.growth.tree);
    this.#published = published;
    this.#believed = published;
    this.#unsignedSinceMs = parts.clock.monotonicMs();
  }

  /** What is signed next vouches for everything before it, so everything before it has to be what was remembered, by the
   * pin and by the newest head. Else it stays open, for what needs no record (the machine comes first), and takes nothing. */
  begin(pin: Pin | OpError | null): void {
    if (this.#parts.readOnly) return;
    try {
      if (pin instanceof OpError) throw pin;
      this.#believe();
      if (pin !== null)
        needPinned(pin, { size: this.size, rootOf: (size) => this.#rootAt(size) }, this.#parts);
      this.#publish();
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      this.#refusal = error;
    }
  }

  get origin(): string {
    return parseVkey(this.key)?.name ?? "";
  }

  get size(): number {
    return this.#parts.growth.tree.size;
  }

  get droppedBytes(): number {
    return this.#parts.log.droppedBytes;
  }

  /** In a log without an entry the key that its first one will name; "" where none may be made. */
  get key(): string {
    const { growth, keys, readOnly } = this.#parts;
    if (growth.key !== "" || readOnly) return growth.key;
    return (this.#signer ??= firstSigner(keys)).verifier.vkey;
  }

  async append(
    bodies: readonly EntryBody[],
    options: AppendOptions,
  ): Promise<{ readonly first: number; readonly checkpoint: Checkpoint | null }> {
    const slimmed = bodies.map((body) => slim(body, (content) => this.#parts.blobs.put(content)));
    return await spanned("storage", "audit append", () => this.#append(slimmed, options, false));
  }

  async putBlob(content: Uint8Array): Promise<string> {
    return this.#parts.blobs.put(content);
  }

  blob(digest: string): Buffer {
    return this.#parts.blobs.get(digest);
  }

  whole(value: PlainTable): Plain {
    return whole(value, (digest) => this.blob(digest));
  }

  *entries(from: number, to = this.size): Generator<Entry> {
    for (const { index, bytes } of this.#bytes(Math.max(0, from), Math.min(to, this.size)))
      yield { index, value: entryValue(bytes), bytes };
  }

  inclusion(index: number, size: number): readonly Buffer[] {
    assert(size <= this.size, "a proof is of a tree that this log had");
    return this.#repairing((subtree) => inclusionPath(index, size, subtree));
  }

  consistency(from: number, to: number): readonly Buffer[] {
    assert(to <= this.size, "a proof is of a tree that this log had");
    return this.#repairing((subtree) => consistencyPath(from, to, subtree));
  }

  latest(): Checkpoint | null {
    const { latest } = this.#parts.growth;
    return latest && { size: latest.size, root: latest.root, note: latest.note };
  }

  checkpointDue(): boolean {
    const waitedMs = this.#parts.clock.monotonicMs() - this.#unsignedSinceMs;
    return this.size > (this.latest()?.size ?? 0) && waitedMs >= LIMITS.checkpointIntervalMs;
  }

  async rotateKey(): Promise<Checkpoint> {
    const { checkpoint } = await this.#append([], { group: false, checkpoint: true }, true);
    // With the lock held: the key to come, which the log names by now, takes the place of the old one.
    await this.#parts.log.append(() => {
      this.#current();
      return [];
    });
    assert(checkpoint !== null, "a rotation is signed");
    return checkpoint;
  }

  async cosign(note: string, witnesses: readonly string[]): Promise<Checkpoint> {
    const { growth, log } = this.#parts;
    await this.refresh();
    const given = parseNote(note);
    const verifiers = witnesses.map(parseVkey).filter((one) => one !== null);
    await log.append(() => {
      const latest = growth.latest;
      if (given === null || latest === null || given.text !== parseNote(latest.note)?.text)
        throw new OpError("OPD5103", "the note is not of the newest tree head");
      const { good } = verifyNote(given, verifiers);
      const ids = verifiers.filter(({ vkey }) => good.includes(vkey));
      const lines = given.signatures
        .filter(({ name, id }) => ids.some((one) => one.name === name && one.id === id))
        .map(({ line }) => line)
        .filter((line) => !latest.note.includes(line));
      if (good.length === 0)
        throw new OpError("OPD5103", "none of the signatures is of a key that was named");
      return [{ type: NOTE_FRAME, payload: Buffer.from(latest.note + lines.join("")) }];
    });
    this.#settle();
    return this.latest()!;
  }

  async reserve(sizeBytes: number): Promise<void> {
    const { growth, keys } = this.#parts;
    if (this.#refusal !== null) throw this.#refusal;
    if (growth.key === "") this.#signer ??= firstSigner(keys);
    else if (this.#signer?.verifier.vkey !== growth.key) this.#signer = needSigner(keys, growth.key);
    await this.#parts.log.reserve(sizeBytes);
  }

  async refresh(): Promise<void> {
    await this.#parts.log.refresh();
    this.#settle();
  }

  async close(): Promise<void> {
    await this.#parts.log.close();
  }

  async #append(
    bodies: readonly EntryBody[],
    options: AppendOptions,
    rotate: boolean,
  ): Promise<{ readonly first: number; readonly checkpoint: Checkpoint | null }> {
    const before = this.size;
    let first = 0;
    let checkpoint: Checkpoint | null = null;
    try {
      await this.#parts.log.append(() => {
        const made = this.#frames(bodies, options, rotate);
        ({ first, checkpoint } = made);
        return made.frames;
      });
    } catch (error) {
      this.#seenSize = Math.min(this.#seenSize, this.size);
      throw error;
    }
    if (before === (this.latest()?.size ?? 0)) this.#unsignedSinceMs = this.#parts.clock.monotonicMs();
    this.#settle();
    return { first, checkpoint };
  }

  /** Called with the log's lock held and every record followed. */
  #frames(
    bodies: readonly EntryBody[],
    options: AppendOptions,
    rotate: boolean,
  ): { readonly frames: readonly Frame[]; readonly first: number; readonly checkpoint: Checkpoint | null } {
    const { growth, keys } = this.#parts;
    if (growth.fault !== null) throw growth.fault;
    if (this.#refusal !== null) throw this.#refusal;
    this.#believe();
    const signer = this.#current();
    const next = rotate ? nextSigner(keys, signer.verifier.name) : null;
    const own: EntryBody[] = [];
    if (growth.tree.size === 0) own.push(keyEntry(signer, null));
    if (next !== null) own.push(keyEntry(next, signer));
    const entries = own.map((body) => entryBytes(body, this.#stamp(), {}));
    const leaves = entries.map(leafHash);
    const first = growth.tree.size + own.length;
    bodies.forEach((body, n) => {
      const starts = options.group && n === 0 ? { previous: { ...this.#newest() } } : {};
      const ends =
        options.group && n === bodies.length - 1 ? { binds: binding(first, leaves.slice(own.length)) } : {};
      const bytes = entryBytes(body, this.#stamp(), { ...starts, ...ends });
      entries.push(bytes);
      leaves.push(leafHash(bytes));
    });
    // With the lock held: what comes next in the log are these.
    this.#seenSize += entries.length;
    const frames: Frame[] = entries.map((payload) => ({ type: ENTRY_FRAME, payload }));
    if (!options.checkpoint) return { frames, first, checkpoint: null };
    const checkpoint = this.#signed(leaves, next === null ? [signer] : [signer, next]);
    return {
      frames: [...frames, { type: NOTE_FRAME, payload: Buffer.from(checkpoint.note) }],
      first,
      checkpoint,
    };
  }

  #signed(leaves: readonly Buffer[], signers: readonly Signer[]): Checkpoint {
    const { growth, clock } = this.#parts;
    const size = growth.tree.size + leaves.length;
    const root = growth.tree.root(leaves).toString("base64");
    const origin = signers[0]?.verifier.name ?? "";
    const text = headText({ origin, size, root }, rfc3339(clock.wallMs()));
    return { size, root, note: `${text}\n${signers.map((signer) => signatureLine(text, signer)).join("")}` };
  }

  /** The signer of the key that the log names; another process may have rotated it. */
  #current(): Signer {
    const { growth, keys } = this.#parts;
    if (growth.key === "") return (this.#signer ??= firstSigner(keys));
    if (this.#signer?.verifier.vkey !== growth.key) this.#signer = signerOf(keys, growth.key);
    return this.#signer;
  }

  #stamp(): { readonly time: string; readonly boot: string; readonly mono_ms: number } {
    const { clock, bootId } = this.#parts;
    return { time: rfc3339(clock.wallMs()), boot: bootId, mono_ms: Math.round(clock.monotonicMs()) };
  }

  #newest(): Pick<Checkpoint, "size" | "root"> {
    const { size, root } = this.latest() ?? { size: 0, root: EMPTY_ROOT.toString("base64") };
    return { size, root };
  }

  /** Everything that a new head would vouch for may be signed. Throws OPD5101. */
  #believe(): void {
    const { latest, key } = this.#parts.growth;
    if (latest !== null && latest.note !== this.#believed) needSignature(latest, key, this.#parts);
    this.#believed = latest?.note ?? null;
    const from = Math.max(this.#seenSize, latest?.size ?? 0);
    if (from < this.size) needEntries(this.#bytes(from, this.size), this.#newest(), this.#parts);
    this.#seenSize = this.size;
  }

  #rootAt(size: number): string {
    const { latest } = this.#parts.growth;
    return latest?.size === size
      ? latest.root
      : this.#repairing((subtree) => rootOf(size, subtree)).toString("base64");
  }

  /** After records were followed: is all well, and do the derived files say it? */
  #settle(): void {
    const { growth } = this.#parts;
    if (growth.fault !== null) throw growth.fault;
    this.#publish();
  }

  #publish(): void {
    const { growth, disk, directory, readOnly } = this.#parts;
    const { latest, key } = growth;
    if (readOnly || latest === null || latest.note === this.#published) return;
    try {
      growth.writePartials(latest.size);
      writePosition(disk, directory, { seq: latest.seq, checkpoint: latest, key });
      this.#published = latest.note;
    } catch (error) {
      // What is durable stays so: these files are made from it, and are made again with the next head.
      if (!(error instanceof OpError)) throw error;
    }
  }

  /** The entries of a bundle, checked against the tree; null when a reader cannot have them without the segments. */
  #bundle(index: number): readonly Buffer[] | null {
    const { growth, tiles, readOnly } = this.#parts;
    if (index === Math.floor(this.size / TILE_WIDTH)) return growth.open;
    const leaves = this.#repairing(() => this.#shelf.tile(0, index));
    for (const attempt of [1, 2]) {
      const bytes = tiles.read("entries", index, TILE_WIDTH);
      const entries = bytes === null ? null : unbundled(bytes, TILE_WIDTH);
      if (entries !== null && Buffer.concat(entries.map(leafHash)).equals(leaves)) return entries;
      if (readOnly) return null;
      if (attempt === 1) this.#rebuild();
    }
    throw new OpError("OPD5101", `bundle ${index} of the audit log is not what its tree says`);
  }

  *#bytes(from: number, to: number): Generator<Omit<Entry, "value">> {
    let index = from;
    while (index < to) {
      const bundle = this.#bundle(Math.floor(index / TILE_WIDTH));
      if (bundle === null) return yield* this.#scan(index, to);
      for (const bytes of bundle.slice(index % TILE_WIDTH, (index % TILE_WIDTH) + to - index))
        yield { index: index++, bytes };
    }
  }

  *#scan(from: number, to: number): Generator<Omit<Entry, "value">> {
    let index = 0;
    for (const { type, payload } of this.#parts.log.records(0)) {
      if (type !== ENTRY_FRAME) continue;
      if (index >= from) yield { index, bytes: Buffer.from(payload) };
      if (++index >= to) return;
    }
  }

  /** Does what needs hashes from tiles; when one is wrong, once more with tiles made anew. */
  #repairing<T>(work: (subtree: SubtreeHash) => T): T {
    try {
      return work(this.#shelf.subtree);
    } catch (error) {
      if (!(error instanceof OpError) || error.code !== "OPD5101") throw error;
      this.#rebuild();
      return work(this.#shelf.subtree);
    }
  }

  /** All tiles and bundles anew from the segments. */
  #rebuild(): void {
    const { growth, log, tiles } = this.#parts;
    const again = new Growth(tiles);
    for (const record of log.records(0)) again.follow(record);
    if (again.fault !== null) throw again.fault;
    if (!again.tree.root().equals(growth.tree.root()))
      throw new OpError("OPD5101", "the segments of the audit log do not give its tree");
  }
}

/** The entry that makes a key the log's own. */
function keyEntry({ verifier }: Signer, before: Signer | null): EntryBody {
  return { type: "key", vkey: verifier.vkey, replaces: before?.verifier.vkey ?? null };
}

/** What the last entry of a group says of those before it. */
function binding(first: number, leaves: readonly Buffer[]): PlainTable {
  return { first, count: leaves.length, digest: hash("sha256", Buffer.concat(leaves)) };
}

function rfc3339(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
