// Makes strange messages out of sound ones, the same for the same seed: flips, cuts, insertions, copied spans and
// wrong numbers, most of them so that the sizes of header and body still fit and the decoder gets its turn.

import type { DBusValue } from "../../src/host/dbus/dbus.ts";
import { UnixFd, Variant } from "../../src/host/dbus/dbus.ts";
import { rawMessage, referenceBody, type Order, type RawField } from "../support/reference-encoder.ts";

/** xorshift32: numbers from 0 up to and without `below`. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const BODIES: readonly (readonly [signature: string, values: readonly DBusValue[]])[] = [
  ["", []],
  ["s", ["hello"]],
  ["ybnqiuxtd", [1, true, -2, 3, -4, 5, -6n, 7n, 8.5]],
  ["sog", ["é€😀", "/a/b", "a{sv}(ii)"]],
  ["as", [["one", "two", "three"]]],
  ["a{sv}", [{ a: new Variant("s", "x"), b: new Variant("u", 7), c: new Variant("ab", [true, false]) }]],
  ["a{oa{sa{sv}}}", [{ "/a": { "x.y": { P: new Variant("t", 9n) } }, "/b": {} }]],
  [
    "a{us}ay",
    [
      new Map([
        [1, "x"],
        [2, "y"],
      ]),
      Uint8Array.of(1, 2, 3),
    ],
  ],
  ["(i(ss)av)", [[1, ["a", "b"], [new Variant("(yv)", [1, new Variant("g", "s")]), new Variant("d", 0.5)]]]],
  ["vv", [new Variant("v", new Variant("v", new Variant("y", 1))), new Variant("aai", [[[1], []][0]!, []])]],
  [
    "a(yx)a{yb}",
    [
      [
        [1, 2n],
        [3, 4n],
      ],
      new Map([[1, true]]),
    ],
  ],
  ["h", [new UnixFd(0)]],
];

/** Sound messages of every type, in both byte orders. */
export function seeds(): Buffer[] {
  const result: Buffer[] = [];
  for (const order of ["little", "big"] as Order[]) {
    BODIES.forEach(([signature, values], i) => {
      const body = referenceBody(signature, values, order);
      const fields: RawField[] = [...HEADS[i % 4]!];
      if (signature !== "") fields.push([8, "g", signature]);
      if (signature.includes("h")) fields.push([9, "u", 1]);
      result.push(rawMessage({ order, type: (i % 4) + 1, serial: i + 1, fields, body }));
    });
  }
  return result;
}

const HEADS: readonly (readonly RawField[])[] = [
  [
    [1, "o", "/org/x"],
    [2, "s", "org.x.Y"],
    [3, "s", "Do"],
    [6, "s", "org.x"],
  ],
  [
    [5, "u", 77],
    [7, "s", ":1.7"],
    [6, "s", ":1.8"],
  ],
  [
    [4, "s", "org.x.Error"],
    [5, "u", 78],
    [42, "(sv)", ["x", new Variant("u", 1)]],
  ],
  [
    [1, "o", "/"],
    [2, "s", "org.x.Y"],
    [3, "s", "Changed"],
    [7, "s", ":1.9"],
  ],
];

const NUMBERS = [
  0, 1, 2, 3, 4, 7, 8, 16, 64, 127, 128, 255, 0xffff, 0x0400_0000, 0x0400_0001, 0x7fff_ffff, 0xffff_ffff,
];
const CHARACTERS = Array.from("ybnqiuxtdsoghva(){}:./-_0A\0", (c) => c.charCodeAt(0));

/** One message out of `from`, changed in one to four places. */
export function mutate(from: readonly Buffer[], pick: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(from[pick(from.length)]!);
  for (let left = 1 + pick(4); left > 0; left--) bytes = change(bytes, from, pick);
  if (bytes.length >= 16 && pick(8) > 0) fitSizes(bytes);
  return bytes;
}

function change(bytes: Buffer, from: readonly Buffer[], pick: (below: number) => number): Buffer {
  const at = pick(Math.max(1, bytes.length));
  const aligned = at & ~3;
  switch (pick(8)) {
    case 0:
      if (at < bytes.length) bytes[at]! ^= 1 << pick(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = pick(256);
      return bytes;
    case 2:
    case 3:
      if (at < bytes.length) bytes[at] = CHARACTERS[pick(CHARACTERS.length)]!;
      return bytes;
    case 4:
      if (aligned + 4 > bytes.length) return bytes;
      if (bytes[0] === 0x42) bytes.writeUInt32BE(NUMBERS[pick(NUMBERS.length)]!, aligned);
      else bytes.writeUInt32LE(NUMBERS[pick(NUMBERS.length)]!, aligned);
      return bytes;
    case 5: {
      const other = from[pick(from.length)]!;
      const start = pick(other.length) & ~7;
      const span = other.subarray(start, start + 8 * (1 + pick(4)));
      return Buffer.concat([bytes.subarray(0, at & ~7), span, bytes.subarray(at & ~7)]);
    }
    case 6:
      return Buffer.concat([bytes.subarray(0, aligned), bytes.subarray(aligned + 4 * (1 + pick(4)))]);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + pick(8)), bytes.subarray(at)]);
  }
}

/** Sets the size of the body to what is there behind the header. */
function fitSizes(bytes: Buffer): void {
  const big = bytes[0] === 0x42;
  const fields = big ? bytes.readUInt32BE(12) : bytes.readUInt32LE(12);
  const body = bytes.length - 16 - Math.ceil(fields / 8) * 8;
  if (body < 0) return;
  if (big) bytes.writeUInt32BE(body, 4);
  else bytes.writeUInt32LE(body, 4);
}
