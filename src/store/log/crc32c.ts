// CRC-32C (Castagnoli; RFC 3720, B.4) over 32-bit words, eight bytes a step. Words and not bytes, because every frame is
// a whole number of them and lies at a multiple of four. All machines that Node runs op-dbus on are little-endian.

const POLYNOMIAL = 0x82f63b78;
const [T0, T1, T2, T3, T4, T5, T6, T7] = tables();

/** The checksum of words[from..to) (to not included). `seed`: 0, or a number that makes the same words count as others. */
export function crc32c(words: Uint32Array, from: number, to: number, seed: number): number {
  let crc = ~seed;
  let at = from;
  if ((to - at) % 2 === 1) crc = oneWord(crc ^ words[at++]!);
  for (; at < to; at += 2) {
    const low = crc ^ words[at]!;
    const high = words[at + 1]!;
    crc =
      T7[low & 0xff]! ^
      T6[(low >>> 8) & 0xff]! ^
      T5[(low >>> 16) & 0xff]! ^
      T4[low >>> 24]! ^
      T3[high & 0xff]! ^
      T2[(high >>> 8) & 0xff]! ^
      T1[(high >>> 16) & 0xff]! ^
      T0[high >>> 24]!;
  }
  return ~crc >>> 0;
}

function oneWord(mixed: number): number {
  return T3[mixed & 0xff]! ^ T2[(mixed >>> 8) & 0xff]! ^ T1[(mixed >>> 16) & 0xff]! ^ T0[mixed >>> 24]!;
}

type Table = Int32Array;

/** Table n: what a byte does to the checksum when n more bytes follow it. Made at every start, so by few steps: the
 * checksum of i + j is that of i and that of j, and only powers of two are worked out. */
function tables(): readonly [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = new Int32Array(256);
  let crc = 1;
  for (let i = 128; i > 0; i >>= 1) {
    crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    for (let j = 0; j < 256; j += 2 * i) first[i + j] = crc ^ first[j]!;
  }
  const next = (table: Table): Table => {
    const after = new Int32Array(256);
    for (let byte = 0; byte < 256; byte++) {
      const before = table[byte]!;
      after[byte] = first[before & 0xff]! ^ (before >>> 8);
    }
    return after;
  };
  const t1 = next(first);
  const t2 = next(t1);
  const t3 = next(t2);
  const t4 = next(t3);
  const t5 = next(t4);
  const t6 = next(t5);
  return [first, t1, t2, t3, t4, t5, t6, next(t6)];
}
