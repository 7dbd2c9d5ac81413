// What a signed tree head says (c2sp.org/tlog-checkpoint): the log's name, its size, its root, and on an extension line
// when it was made, which is for people: nothing is decided by it.

import { HASH_BYTES } from "./merkle.ts";
import { exactBase64, parseNote, type Note } from "./note.ts";

export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  /** base64 of the root hash. */
  readonly root: string;
}

export interface SignedHead extends TreeHead {
  readonly note: Note;
}

/** The text to be signed. `time`: RFC 3339. */
export function headText({ origin, size, root }: TreeHead, time: string): string {
  return `${origin}\n${size}\n${root}\ntime ${time}\n`;
}

/** null when `note` is no signed note of a checkpoint. Whether a signature holds is asked of note.ts. */
export function parseHead(note: string): SignedHead | null {
  const parsed = parseNote(note);
  if (parsed === null) return null;
  const [origin = "", size = "", root = "", ...extension] = parsed.text.slice(0, -1).split("\n");
  const count = Number(size);
  if (origin === "" || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(count)) return null;
  if (exactBase64(root)?.length !== HASH_BYTES || extension.includes("")) return null;
  return { origin, size: count, root, note: parsed };
}
