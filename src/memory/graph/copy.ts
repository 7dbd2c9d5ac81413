// Copies of what lies in the arena, for those who read. Small ones share a buffer, cut off one behind the other, because making
// a buffer costs more than copying what most concepts have. So who keeps one of these keeps the few kilobytes around it.

const SHARED_BYTES = 8 * 1024;
const SMALL_WORDS = 1024 / 4;

let shared = new Uint32Array(SHARED_BYTES / 4);
let sharedWords = 0;

/** Of `sizeBytes` bytes at byte `at`, a multiple of 4. */
export function copyBytes(words: Uint32Array, at: number, sizeBytes: number): Uint8Array {
  const count = (sizeBytes + 3) >>> 2;
  if (count > SMALL_WORDS) return new Uint8Array(copyLarge(words, at / 4, count), 0, sizeBytes);
  const begin = copySmall(words, at / 4, count);
  return new Uint8Array(shared.buffer, begin, sizeBytes);
}

/** Of `count` numbers at byte `at`, a multiple of 4. */
export function copyFloats(words: Uint32Array, at: number, count: number): Float32Array {
  if (count > SMALL_WORDS) return new Float32Array(copyLarge(words, at / 4, count));
  const begin = copySmall(words, at / 4, count);
  return new Float32Array(shared.buffer, begin, count);
}

function copyLarge(words: Uint32Array, from: number, count: number): ArrayBuffer {
  const own = new Uint32Array(count);
  own.set(words.subarray(from, from + count));
  return own.buffer;
}

/** Returns the byte of `shared` where it begins. Word by word: a call into the engine, and a view for it, cost more. */
function copySmall(words: Uint32Array, from: number, count: number): number {
  if (sharedWords + count > shared.length) {
    shared = new Uint32Array(SHARED_BYTES / 4);
    sharedWords = 0;
  }
  const begin = sharedWords;
  for (let n = 0; n < count; n++) shared[begin + n] = words[from + n]!;
  sharedWords += count;
  return begin * 4;
}
