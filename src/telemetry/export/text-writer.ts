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

  /** A whole number from 0 to 2^31 - 1: without a string in between. */
  whole(value: number): void {
    let digits = 1;
    for (let over = 10; over <= value; over *= 10) digits++;
    this.#digits(value, digits);
  }

  /** 16 hexadecimal digits. */
  hex(id: bigint): void {
    this.#room(16);
    this.#long[0] = id;
    hexDigits(this.#bytes, this.#at, this.#words[1 - this.#low]!);
    hexDigits(this.#bytes, this.#at + 8, this.#words[this.#low]!);
    this.#at += 16;
  }

  /** An unsigned 64-bit number in decimal digits. */
  decimal(value: bigint): void {
    this.#long[0] = value;
    const [billions, rest] = parted(this.#words[1 - this.#low]!, this.#words[this.#low]!);
    if (billions === 0) return this.whole(rest);
    if (billions < 2 ** 31) this.whole(billions);
    else this.ascii(String(billions));
    this.#digits(rest, 9);
  }

  /** Nanoseconds (below 2^31 seconds) as microseconds, exact; a fraction only where there is one. */
  micros(ns: bigint): void {
    this.#long[0] = ns;
    const [seconds, rest] = parted(this.#words[1 - this.#low]!, this.#words[this.#low]!);
    const whole = Math.floor(rest / 1000);
    const part = rest - whole * 1000;
    if (seconds === 0) this.whole(whole);
    else {
      this.whole(seconds);
      this.#digits(whole, 6);
    }
    if (part === 0) return;
    this.ascii(".");
    this.#digits(part, 3);
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

/** The 8 hexadecimal digits of an unsigned 32-bit number. */
export function hexDigits(to: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 8; i++) to[at + i] = HEX[(word >>> (28 - 4 * i)) & 15]!;
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
