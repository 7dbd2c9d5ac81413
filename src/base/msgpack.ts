// MessagePack, read: bytes from strangers to plain values, in one pass, with caps. What a length announces costs nothing
// before its bytes are there: a list is never longer than the bytes behind it, and all values of a message are counted.
// Maps become Map, so no key is special; keys are texts and stand once. Texts are UTF-8, or the message is refused.
// No extension types, no streams. (Format: github.com/msgpack/msgpack/blob/master/spec.md; writing: msgpack-writer.ts)

import { isUtf8 } from "node:buffer";
import { OpError } from "./error.ts";

export type MsgValue = null | boolean | number | bigint | string | Uint8Array | readonly MsgValue[] | MsgMap;
export interface MsgMap extends ReadonlyMap<string, MsgValue> {}

export interface MsgCaps {
  /** Lists and maps in one another. */
  readonly depthMax: number;
  /** Values of the whole message, each key and each element one. */
  readonly valuesMax: number;
}

/**
 * The one value that `bytes` hold. Whole numbers beyond 2^53 are bigint; binary values are views of `bytes`. Throws OPD1401:
 * truncated, bytes behind the value, a cap, a key that is no text or stands twice, an extension type, no UTF-8.
 */
export function readMsgpack(bytes: Uint8Array, caps: MsgCaps): MsgValue {
  const reader = new Reader(bytes, caps);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw fault(`${bytes.length - reader.at} bytes too many`, reader.at);
  return value;
}

class Reader {
  at = 0;
  readonly #buffer: Buffer;
  readonly #caps: MsgCaps;
  #values = 0;

  constructor(bytes: Uint8Array, caps: MsgCaps) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#caps = caps;
  }

  value(depth: number): MsgValue {
    if (++this.#values > this.#caps.valuesMax)
      throw fault(`more than ${this.#caps.valuesMax} values`, this.at);
    const head = this.#uint(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#list(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    const buffer = this.#buffer;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#uint(1 << (head - 0xc4)));
      case 0xca:
        return buffer.readFloatBE(this.#take(4));
      case 0xcb:
        return buffer.readDoubleBE(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (head - 0xcc));
      case 0xcf:
        return exact(buffer.readBigUInt64BE(this.#take(8)));
      case 0xd0:
        return buffer.readInt8(this.#take(1));
      case 0xd1:
        return buffer.readInt16BE(this.#take(2));
      case 0xd2:
        return buffer.readInt32BE(this.#take(4));
      case 0xd3:
        return exact(buffer.readBigInt64BE(this.#take(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 << (head - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (head - 0xde)), depth);
      default:
        throw fault(`0x${head.toString(16)} begins no value that is taken here`, this.at - 1);
    }
  }

  #list(length: number, depth: number): readonly MsgValue[] {
    this.#enter(length, depth);
    const list: MsgValue[] = [];
    for (let index = 0; index < length; index++) list.push(this.value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): MsgMap {
    this.#enter(length * 2, depth);
    const map = new Map<string, MsgValue>();
    for (let index = 0; index < length; index++) {
      const begin = this.at;
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw fault("a key that is no text", begin);
      if (map.has(key)) throw fault("a key that stands twice", begin);
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  /** Before anything is made for `values` more values: each has at least one byte. */
  #enter(values: number, depth: number): void {
    if (depth >= this.#caps.depthMax) throw fault(`more than ${this.#caps.depthMax} levels`, this.at);
    if (values > this.#buffer.length - this.at) throw truncated(this.at);
  }

  #text(sizeBytes: number): string {
    const begin = this.#take(sizeBytes);
    const text = this.#buffer.toString("utf8", begin, this.at);
    // The decoder writes U+FFFD for what is no UTF-8; it may also just stand there.
    if (text.includes("\ufffd") && !isUtf8(this.#buffer.subarray(begin, this.at)))
      throw fault("a text that is no UTF-8", begin);
    return text;
  }

  #binary(sizeBytes: number): Uint8Array {
    const begin = this.#take(sizeBytes);
    return this.#buffer.subarray(begin, this.at);
  }

  #uint(sizeBytes: number): number {
    const begin = this.#take(sizeBytes);
    if (sizeBytes === 1) return this.#buffer[begin]!;
    return sizeBytes === 2 ? this.#buffer.readUInt16BE(begin) : this.#buffer.readUInt32BE(begin);
  }

  /** Where the next `sizeBytes` bytes begin. */
  #take(sizeBytes: number): number {
    const begin = this.at;
    if (sizeBytes > this.#buffer.length - begin) throw truncated(begin);
    this.at = begin + sizeBytes;
    return begin;
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function truncated(at: number): OpError {
  return fault("it ends too early", at);
}

function fault(what: string, at: number): OpError {
  return new OpError("OPD1401", `these bytes are not taken as MessagePack: ${what} (byte ${at})`);
}
