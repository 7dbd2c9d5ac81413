// Text put together as bytes: tens of thousands of events an export are cheaper written into one buffer than added up as
// strings that are encoded afterwards.

import { press, stamp, type Stamp } from "./stamp.ts";

const ROOM_FIRST_BYTES = 65_536;
/** A buffer that one large text left is not kept. */
const ROOM_KEPT_BYTES = 4 * 1024 * 1024;

const NOTHING = stamp("");
/** "00" to "ff", and "00" to "99", as words of two bytes. */
const HEX_PAIRS = pairs(256, 16);
const DECIMAL_PAIRS = pairs(100, 10);

export class TextWriter {
  #bytes = Buffer.allocUnsafe(ROOM_FIRST_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;
  readonly #words = new Uint32Array(2);
  readonly #long = new BigUint64Array(this.#words.buffer);
  readonly #low = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
  /** The second that the last time lay in: its beginning as two words, and its digits. Times come in order. */
  #secondHigh = Number.NaN;
  #secondLow = 0;
  #second = NOTHING;

  stamp(one: Stamp): void {
    this.#room(one.sizeBytes + 3);
    press(this.#view, this.#at, one);
    this.#at += one.sizeBytes;
  }

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

  /** 16 hexadecimal digits, and what ends them. */
  hex(id: bigint, end: Stamp = NOTHING): void {
    this.#room(16);
    this.#long[0] = id;
    hexDigits(this.#view, this.#at, this.#words[1 - this.#low]!);
    hexDigits(this.#view, this.#at + 8, this.#words[this.#low]!);
    this.#at += 16;
    this.stamp(end);
  }

  /** An unsigned 64-bit number in decimal digits. */
  decimal(value: bigint): void {
    const rest = this.#inSecond(value);
    if (this.#second.sizeBytes === 0) return this.whole(rest);
    this.stamp(this.#second);
    this.#digits(rest, 9);
  }

  /** Nanoseconds as microseconds, exact; a fraction only where there is one. */
  micros(ns: bigint): void {
    const rest = this.#inSecond(ns);
    const whole = Math.floor(rest / 1000);
    const part = rest - whole * 1000;
    if (this.#second.sizeBytes === 0) this.whole(whole);
    else {
      this.stamp(this.#second);
      this.#digits(whole, 6);
    }
    if (part === 0) return;
    this.ascii(".");
    this.#digits(part, 3);
  }

  /** The text; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset, length } = this.#bytes;
    const sizeBytes = this.#at;
    // A copy of a large text takes a fifth of the time of writing it. What is handed out instead wastes at most its size.
    const isHandedOut = sizeBytes * 2 >= length;
    if (length > ROOM_KEPT_BYTES) this.#replace(Buffer.allocUnsafe(ROOM_FIRST_BYTES));
    else if (isHandedOut) this.#replace(Buffer.allocUnsafe(length));
    this.#at = 0;
    if (isHandedOut) return new Uint8Array(buffer, byteOffset, sizeBytes);
    // Not filled with zeros first, as a new array is.
    return new Uint8Array(buffer.slice(byteOffset, byteOffset + sizeBytes));
  }

  /** What a number has beyond its whole billions, whose digits then stand in `#second` (none for 0). */
  #inSecond(value: bigint): number {
    this.#long[0] = value;
    const high = this.#words[1 - this.#low]!;
    const low = this.#words[this.#low]!;
    // Exact where it counts: in the same second both differences are small.
    const since = (high - this.#secondHigh) * 2 ** 32 + (low - this.#secondLow);
    if (since >= 0 && since < 1e9) return since;
    const [billions, rest] = parted(high, low);
    this.#second = billions === 0 ? NOTHING : stamp(String(billions));
    this.#long[0] = value - BigInt(rest);
    this.#secondHigh = this.#words[1 - this.#low]!;
    this.#secondLow = this.#words[this.#low]!;
    return rest;
  }

  #digits(value: number, count: number): void {
    this.#room(count);
    const from = this.#at;
    let rest = value | 0;
    let at = from + count;
    for (; at - from >= 2; at -= 2) {
      const more = (rest / 100) | 0;
      this.#view.setUint16(at - 2, DECIMAL_PAIRS[rest - more * 100]!, true);
      rest = more;
    }
    if (at > from) this.#bytes[from] = 48 + rest;
    this.#at = from + count;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#at + more) * 2);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#replace(larger);
  }

  #replace(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** The 8 hexadecimal digits of an unsigned 32-bit number. */
export function hexDigits(to: DataView, at: number, word: number): void {
  to.setUint16(at, HEX_PAIRS[word >>> 24]!, true);
  to.setUint16(at + 2, HEX_PAIRS[(word >>> 16) & 255]!, true);
  to.setUint16(at + 4, HEX_PAIRS[(word >>> 8) & 255]!, true);
  to.setUint16(at + 6, HEX_PAIRS[word & 255]!, true);
}

/** The numbers below `count` in two digits each. */
function pairs(count: number, radix: number): Uint16Array {
  const digits = Array.from({ length: count }, (_, number) => number.toString(radix).padStart(2, "0"));
  return Uint16Array.from(digits, (pair) => pair.charCodeAt(0) | (pair.charCodeAt(1) << 8));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
