// MessagePack, written: the caller says what each value is (a float32 stays one, also where it is whole), so the bytes are
// those that a typed program of another language writes: whole numbers in the smallest form, texts with their UTF-8 length.
// One buffer that grows and is used again; lists and maps are announced by their length, and their writer keeps the promise.

const FIRST_BYTES = 4096;
/** Kept beyond this only until the next `clear`. */
const KEPT_BYTES = 1024 * 1024;

export class MsgWriter {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** A copy of what is written. */
  bytes(): Buffer {
    return Buffer.copyBytesFrom(this.#buffer, 0, this.#length);
  }

  /** Place for a number that is known later, see `put32`. Returns where. */
  reserve(sizeBytes: number): number {
    return this.#take(sizeBytes);
  }

  /** Raw u32, big endian, in a reserved place. */
  put32(at: number, value: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  nil(): void {
    this.#byte(0xc0);
  }

  flag(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** A whole number, in its smallest form. */
  int(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.#byte(value);
      else if (value < 0x100) this.#head(0xcc, 1, value);
      else if (value < 0x1_0000) this.#head(0xcd, 2, value);
      else if (value < 0x1_0000_0000) this.#head(0xce, 4, value);
      else this.#wide(value);
    } else if (value >= -0x20) this.#byte(0x100 + value);
    else if (value >= -0x80) this.#head(0xd0, 1, value + 0x100);
    else if (value >= -0x8000) this.#head(0xd1, 2, value + 0x1_0000);
    else if (value >= -0x8000_0000) this.#head(0xd2, 4, value + 0x1_0000_0000);
    else this.#wide(value);
  }

  float32(value: number): void {
    const at = this.#take(5);
    this.#buffer[at] = 0xca;
    this.#buffer.writeFloatBE(value, at + 1);
  }

  text(value: string): void {
    const sizeBytes = Buffer.byteLength(value);
    if (sizeBytes < 0x20) this.#byte(0xa0 | sizeBytes);
    else if (sizeBytes < 0x100) this.#head(0xd9, 1, sizeBytes);
    else if (sizeBytes < 0x1_0000) this.#head(0xda, 2, sizeBytes);
    else this.#head(0xdb, 4, sizeBytes);
    const at = this.#take(sizeBytes);
    this.#buffer.write(value, at, sizeBytes, "utf8");
  }

  /** `length` values follow. */
  list(length: number): void {
    if (length < 0x10) this.#byte(0x90 | length);
    else if (length < 0x1_0000) this.#head(0xdc, 2, length);
    else this.#head(0xdd, 4, length);
  }

  /** `length` keys follow, each with its value. */
  map(length: number): void {
    if (length < 0x10) this.#byte(0x80 | length);
    else if (length < 0x1_0000) this.#head(0xde, 2, length);
    else this.#head(0xdf, 4, length);
  }

  #byte(value: number): void {
    // First the place: taking it may put another buffer here.
    const at = this.#take(1);
    this.#buffer[at] = value;
  }

  /** A first byte and an unsigned number of 1, 2 or 4 bytes. */
  #head(first: number, sizeBytes: 1 | 2 | 4, value: number): void {
    const at = this.#take(1 + sizeBytes);
    this.#buffer[at] = first;
    if (sizeBytes === 1) this.#buffer[at + 1] = value;
    else if (sizeBytes === 2) this.#buffer.writeUInt16BE(value, at + 1);
    else this.#buffer.writeUInt32BE(value, at + 1);
  }

  #wide(value: number): void {
    const at = this.#take(9);
    this.#buffer[at] = value < 0 ? 0xd3 : 0xcf;
    if (value < 0) this.#buffer.writeBigInt64BE(BigInt(value), at + 1);
    else this.#buffer.writeBigUInt64BE(BigInt(value), at + 1);
  }

  /** Where the next `sizeBytes` bytes begin. */
  #take(sizeBytes: number): number {
    const at = this.#length;
    this.#length = at + sizeBytes;
    if (this.#length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    return at;
  }
}
