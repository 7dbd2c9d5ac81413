// The protobuf wire format (protobuf.dev/programming-guides/encoding), as much of it as OTLP needs: a writer into one
// growing buffer and a reader over foreign bytes. The writer keeps its buffer between messages; what `take` gives is a
// copy. It writes what it is told: that zero values are left out (proto3) is the caller's to decide.

import { press, type Stamp } from "./stamp.ts";
import { hexDigits } from "./text-writer.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const ROOM_FIRST_BYTES = 65_536;
/** A buffer that one large message left is not kept. */
const ROOM_KEPT_BYTES = 4 * 1024 * 1024;

export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(ROOM_FIRST_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;

  get sizeBytes(): number {
    return this.#at;
  }

  /** Whole numbers from 0 to 2^53 - 1; uint64, uint32, enum, bool. */
  varint(field: number, value: number): void {
    this.#room(20);
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  fixed64(field: number, value: bigint): void {
    this.#room(14);
    this.#tag(field, FIXED64);
    this.#view.setBigUint64(this.#at, BigInt.asUintN(64, value), true);
    this.#at += 8;
  }

  double(field: number, value: number): void {
    this.#room(14);
    this.#tag(field, FIXED64);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A 64-bit number as 8 bytes, most significant first, with `zeros` bytes before it: OTLP's IDs. */
  id(field: number, value: bigint, zeros: number): void {
    this.#room(32);
    this.#tag(field, LENGTH);
    this.#bytes[this.#at++] = zeros + 8;
    this.#bytes.fill(0, this.#at, this.#at + zeros);
    this.#at += zeros;
    this.#view.setBigUint64(this.#at, BigInt.asUintN(64, value), false);
    this.#at += 8;
  }

  /** The same as a text of 16 hexadecimal digits. */
  hex(field: number, value: bigint): void {
    this.#room(30);
    this.#tag(field, LENGTH);
    this.#bytes[this.#at++] = 16;
    const to = this.#at;
    // Big-endian for a moment where the digits come to stand.
    this.#view.setBigUint64(to, BigInt.asUintN(64, value), false);
    const high = this.#view.getUint32(to);
    const low = this.#view.getUint32(to + 4);
    hexDigits(this.#view, to, high);
    hexDigits(this.#view, to + 8, low);
    this.#at += 16;
  }

  string(field: number, value: string): void {
    const { length } = value;
    this.#room(12 + length * 3);
    this.#tag(field, LENGTH);
    if (length < 64 && this.#ascii(value, length)) return;
    const mark = this.#at++;
    this.#at += this.#bytes.write(value, this.#at);
    this.close(mark);
  }

  /** Whole fields that were encoded before. */
  stamp(fields: Stamp): void {
    this.#room(fields.sizeBytes + 3);
    press(this.#view, this.#at, fields);
    this.#at += fields.sizeBytes;
  }

  packedFixed64(field: number, values: readonly number[]): void {
    this.#packed(field, values, (at, value) => {
      this.#view.setUint32(at, value % 2 ** 32, true);
      this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
    });
  }

  packedDouble(field: number, values: readonly number[]): void {
    this.#packed(field, values, (at, value) => this.#view.setFloat64(at, value, true));
  }

  /** Begins a message in this one; what is given goes to `close`. */
  open(field: number): number {
    this.#room(7);
    this.#tag(field, LENGTH);
    return this.#at++;
  }

  /** One byte was kept for the length: nearly every message of ours is shorter than 128 bytes; what is longer moves. */
  close(mark: number): void {
    const size = this.#at - mark - 1;
    if (size < 128) {
      this.#bytes[mark] = size;
      return;
    }
    const more = ((31 - Math.clz32(size)) / 7) | 0;
    this.#room(more);
    this.#bytes.copyWithin(mark + 1 + more, mark + 1, this.#at);
    const end = this.#at + more;
    this.#at = mark;
    this.#varint(size);
    this.#at = end;
  }

  /** The message; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#at);
    taken.set(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    if (this.#bytes.length > ROOM_KEPT_BYTES) this.#replace(ROOM_FIRST_BYTES);
    return taken;
  }

  #packed(field: number, values: readonly number[], write: (at: number, value: number) => void): void {
    this.#room(16 + values.length * 8);
    this.#tag(field, LENGTH);
    this.#varint(values.length * 8);
    for (const value of values) {
      write(this.#at, value);
      this.#at += 8;
    }
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** Short names, character by character: calling into the runtime costs more than they do. */
  #ascii(value: string, length: number): boolean {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 127) return false;
      bytes[start + i] = unit;
    }
    bytes[this.#at] = length;
    this.#at = start + length;
    return true;
  }

  #room(more: number): void {
    if (this.#at + more > this.#bytes.length) this.#replace((this.#at + more) * 2);
  }

  #replace(size: number): void {
    const larger = Buffer.allocUnsafe(size);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export type ProtoField =
  | { readonly field: number; readonly number: bigint }
  | { readonly field: number; readonly bytes: Uint8Array };

/** The fields of one message in their order; null: these bytes are no message. Groups, long gone from the format, are none. */
export function readProto(bytes: Uint8Array): readonly ProtoField[] | null {
  const fields: ProtoField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = varint();
    if (tag === null || tag < 8n || tag > 0xffff_ffffn) return null;
    const field = Number(tag >> 3n);
    const type = Number(tag & 7n);
    if (type === VARINT) {
      const number = varint();
      if (number === null) return null;
      fields.push({ field, number });
    } else if (type === LENGTH) {
      const size = varint();
      if (size === null || size > BigInt(bytes.length - at)) return null;
      fields.push({ field, bytes: bytes.subarray(at, at + Number(size)) });
      at += Number(size);
    } else if (type === FIXED64 || type === FIXED32) {
      const size = type === FIXED64 ? 8 : 4;
      if (size > bytes.length - at) return null;
      const view = viewOf(bytes);
      const number = size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
      fields.push({ field, number });
      at += size;
    } else return null;
  }
  return fields;

  function varint(): bigint | null {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    return null;
  }
}
