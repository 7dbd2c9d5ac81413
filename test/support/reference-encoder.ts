// A second encoder of D-Bus bodies and messages, written from the specification for clarity alone: both byte orders,
// no checks, one byte at a time. Tests compare the real one with it, and use it to say what a peer might send.

import { parseSignature, UnixFd, Variant, type DBusValue, type Type } from "../../src/host/dbus/dbus.ts";

export type Order = "little" | "big";

export function referenceBody(signature: string, values: readonly DBusValue[], order: Order): Uint8Array {
  const out: number[] = [];
  parseSignature(signature).forEach((type, i) => put(out, type, values[i]!, order));
  return Uint8Array.from(out);
}

/** A header field: its code, the signature of its variant, its value. */
export type RawField = readonly [code: number, signature: string, value: DBusValue];

export interface RawMessage {
  readonly order?: Order;
  readonly type?: number;
  readonly flags?: number;
  readonly version?: number;
  readonly serial?: number;
  readonly fields: readonly RawField[];
  readonly body?: Uint8Array;
}

/** A whole message, with whatever it is told to hold. */
export function rawMessage(raw: RawMessage): Buffer {
  const {
    order = "little",
    type = 1,
    flags = 0,
    version = 1,
    serial = 1,
    fields,
    body = new Uint8Array(0),
  } = raw;
  const out = [order === "little" ? 0x6c : 0x42, type, flags, version];
  number(out, 4, BigInt(body.length), order);
  number(out, 4, BigInt(serial), order);
  const variants = fields.map(([code, signature, value]) => [code, new Variant(signature, value)]);
  put(out, parseSignature("a(yv)")[0]!, variants, order);
  pad(out, 8);
  return Buffer.concat([Uint8Array.from(out), body]);
}

function put(out: number[], type: Type, value: DBusValue, order: Order): void {
  pad(out, type.alignment);
  switch (type.code) {
    case "y":
      return number(out, 1, BigInt(value as number), order);
    case "n":
    case "q":
      return number(out, 2, BigInt(value as number), order);
    case "i":
    case "u":
      return number(out, 4, BigInt(value as number), order);
    case "b":
      return number(out, 4, value === true ? 1n : 0n, order);
    case "h":
      return number(out, 4, BigInt((value as UnixFd).index), order);
    case "x":
    case "t":
      return number(out, 8, BigInt(value as bigint), order);
    case "d":
      return number(out, 8, new BigUint64Array(Float64Array.of(value as number).buffer)[0]!, order);
    case "s":
    case "o":
      number(out, 4, BigInt(Buffer.byteLength(value as string)), order);
      return void out.push(...Buffer.from(value as string), 0);
    case "g":
      return void out.push((value as string).length, ...Buffer.from(value as string), 0);
    case "v": {
      const { signature, value: inner } = value as Variant;
      out.push(signature.length, ...Buffer.from(signature), 0);
      return put(out, parseSignature(signature)[0]!, inner, order);
    }
    case "(":
    case "{":
      return type.children.forEach((child, i) => put(out, child, (value as DBusValue[])[i]!, order));
    case "a": {
      const element = type.children[0]!;
      const lengthAt = out.length;
      number(out, 4, 0n, order);
      pad(out, element.alignment);
      const first = out.length;
      for (const item of itemsOf(value)) put(out, element, item, order);
      const length: number[] = [];
      number(length, 4, BigInt(out.length - first), order);
      out.splice(lengthAt, 4, ...length);
    }
  }
}

function itemsOf(value: DBusValue): DBusValue[] {
  if (value instanceof Map) return [...value];
  if (value instanceof Uint8Array || Array.isArray(value)) return [...value];
  return Object.entries(value);
}

function number(out: number[], size: number, value: bigint, order: Order): void {
  const bytes = Array.from({ length: size }, (_, i) => Number(BigInt.asUintN(8, value >> BigInt(8 * i))));
  out.push(...(order === "little" ? bytes : bytes.reverse()));
}

function pad(out: number[], alignment: number): void {
  while (out.length % alignment !== 0) out.push(0);
}
