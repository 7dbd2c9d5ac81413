// Text put together as bytes: tens of thousands of events an export are cheaper written into one buffer than added up as
// strings that are encoded afterwards.

const ROOM_FIRST_BYTES = 65_536;
/** A buffer that one large text left is not kept. */
const ROOM_KEPT_BYTES = 4 * 1024 * 1024;
const HEX = Buffer.from("0123456789abcdef");

export class TextWriter {
  #bytes = Buffer.allocUnsafe(ROOM_FIRST_BYTES);
  #at = 0;
  readonly #words = new Uint32Array(2);
  readonly #long = new BigUint64Array(this.#words.buffer);
  readonly #low = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;

  /** Characters below 128 only: names in our code, and numbers. */
  ascii(text: string): void {
    const { length } = text;
    this.#room(length);
    const bytes = this.#bytes;
    const at = this.#at;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#at += length;
  }

  text(text: string): void {
    this.#room(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** 16 hexadecimal digits. */
  hex(id: bigint): void {
    this.#room(16);
    this.#long[0] = id;
    for (const word of [1 - this.#low, this.#low])
      for (let shift = 28; shift >= 0; shift -= 4)
        this.#bytes[this.#at++] = HEX[(this.#words[word]! >>> shift) & 15]!;
  }

  /** An unsigned 64-bit number in decimal digits. */
  decimal(value: bigint): void {
    this.#long[0] = value;
    const [billions, rest] = parted(this.#words[1 - this.#low]!, this.#words[this.#low]!);
    if (billions === 0) return this.ascii(String(rest));
    this.ascii(String(billions));
    this.#digits(rest, 9);
  }

  /** Nanoseconds as microseconds, exact; a fraction only where there is one. */
  micros(ns: bigint): void {
    this.#long[0] = ns;
    const [seconds, rest] = parted(this.#words[1 - this.#low]!, this.#words[this.#low]!);
    // Below 2^53 for every time until 2255.
    this.ascii(String(seconds * 1e6 + Math.floor(rest / 1000)));
    if (rest % 1000 === 0) return;
    this.ascii(".");
    this.#digits(rest % 1000, 3);
  }

  /** The text; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#at);
    taken.set(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    if (this.#bytes.length > ROOM_KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(ROOM_FIRST_BYTES);
    return taken;
  }

  #digits(value: number, count: number): void {
    this.#room(count);
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      bytes[at] = 48 + (rest % 10);
      rest = (rest / 10) | 0;
    }
    this.#at += count;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#at + more) * 2);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** A 64-bit number as billions and rest, by long division in digits of 16 bits: every step is exact in a double, and
 * bigints cost three times as much. */
function parted(high: number, low: number): readonly [billions: number, rest: number] {
  // Remainders by subtraction: `%` of what is no small integer is a call into the C library.
  const first = Math.floor(high / 1e9);
  const upper = (high - first * 1e9) * 65_536 + (low >>> 16);
  const second = Math.floor(upper / 1e9);
  const lower = (upper - second * 1e9) * 65_536 + (low & 0xffff);
  const third = Math.floor(lower / 1e9);
  return [(first * 65_536 + second) * 65_536 + third, lower - third * 1e9];
}
