// Text that is written again and again (names of fields, types, names of events), kept as words of four bytes: copying words
// costs a small part of encoding characters one by one, and of a call into the runtime.

import { LIMITS } from "../../base/limits.ts";

export interface Stamp {
  readonly sizeBytes: number;
  /** Little-endian; behind the text are zeros. */
  readonly words: Int32Array;
}

export function stamp(text: string | Uint8Array): Stamp {
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(padded);
  const words = Int32Array.from({ length: padded.length / 4 }, (_, n) => padded.readInt32LE(4 * n));
  return Object.freeze({ sizeBytes: bytes.length, words });
}

/** Writes whole words from `at` on, up to 3 bytes more than the stamp has: what comes next is written over them. */
export function press(view: DataView, at: number, { words }: Stamp): void {
  for (let n = 0; n < words.length; n++) view.setInt32(at + 4 * n, words[n]!, true);
}

/** Longer texts are not kept: they are foreign, and each is another. */
const KEPT_CHARS_MAX = 256;

/** Stamps of texts that come by at run time, each encoded once: as many as a ring has names, then it begins anew. */
export function stampsOf(encoded: (text: string) => string | Uint8Array): (text: string) => Stamp {
  const kept = new Map<string, Stamp>();
  return (text) => {
    const there = kept.get(text);
    if (there !== undefined) return there;
    const made = stamp(encoded(text));
    if (text.length > KEPT_CHARS_MAX) return made;
    if (kept.size >= LIMITS.traceNamesMax) kept.clear();
    kept.set(text, made);
    return made;
  };
}
