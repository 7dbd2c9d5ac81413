// Remembers short ASCII strings by their bytes, so that a name that comes again (a dict key, an interface, a sender)
// costs a comparison instead of a new string. Direct-mapped and of fixed size: a slot holds whoever came last, so a
// stranger can make it slow, never large.

const SLOTS = 4096;
const LENGTH_MAX = 64;

const texts: string[] = Array.from({ length: SLOTS }, () => "");
const arena = new Uint8Array(SLOTS * LENGTH_MAX);

/**
 * The text of bytes[start, end) when it is 1 to 64 bytes of ASCII without NUL, else null: the caller decodes it.
 * Equal bytes mostly give the same string object.
 */
export function internAscii(bytes: Buffer, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0 || length > LENGTH_MAX) return null;
  // A few bytes are enough to tell names apart; the comparison below decides.
  const hash =
    length +
    bytes[start]! * 31 +
    bytes[start + (length >> 1)]! * 131 +
    bytes[start + length - (length >> 2) - 1]! * 613 +
    bytes[end - 1]! * 1031;
  const slot = hash & (SLOTS - 1);
  const known = texts[slot]!;
  const at = slot * LENGTH_MAX;
  if (known.length === length) {
    let i = 0;
    while (i < length && arena[at + i] === bytes[start + i]) i++;
    if (i === length) return known;
  }
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0 || byte > 0x7f) return null;
  }
  const text = bytes.toString("latin1", start, end);
  texts[slot] = text;
  for (let i = 0; i < length; i++) arena[at + i] = bytes[start + i]!;
  return text;
}
