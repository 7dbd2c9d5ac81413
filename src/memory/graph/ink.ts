// A buffer that changes are encoded into before anything else happens to them: seen as bytes, words and numbers at once,
// because every field of ours lies at a multiple of its size.

export class Ink {
  bytes: Buffer;
  words: Uint32Array;
  floats: Float32Array;
  doubles: Float64Array;
  /** Bytes that are used. */
  end = 0;

  /** Bytes of a new buffer, or a part of one, at a multiple of 8. */
  constructor(sizeBytes: number, buffer: ArrayBufferLike = new ArrayBuffer((sizeBytes + 7) & ~7), at = 0) {
    const whole = (sizeBytes + 7) & ~7;
    this.bytes = Buffer.from(buffer, at, whole);
    this.words = new Uint32Array(buffer, at, whole / 4);
    this.floats = new Float32Array(buffer, at, whole / 4);
    this.doubles = new Float64Array(buffer, at, whole / 8);
  }

  /** Room for so many bytes more; what is written stays. */
  reserve(sizeBytes: number): void {
    if (this.end + sizeBytes <= this.bytes.length) return;
    const larger = new Ink(Math.max(this.end + sizeBytes, this.bytes.length * 2));
    larger.bytes.set(this.bytes.subarray(0, this.end));
    this.bytes = larger.bytes;
    this.words = larger.words;
    this.floats = larger.floats;
    this.doubles = larger.doubles;
  }
}

/** Bytes that were read, as an Ink that is full, to be read only: the same memory where they lie at multiples of 8, as a
 * frame's do. */
export function inkOf(bytes: Uint8Array): Ink {
  const isAligned = bytes.byteOffset % 8 === 0 && bytes.length % 8 === 0;
  const ink = isAligned ? new Ink(bytes.length, bytes.buffer, bytes.byteOffset) : new Ink(bytes.length);
  if (!isAligned) ink.bytes.set(bytes);
  ink.end = bytes.length;
  return ink;
}
