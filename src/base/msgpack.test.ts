// Bytes of the MessagePack specification to values and back, and what is refused. More by chance: test/property.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readMsgpack, type MsgValue } from "./msgpack.ts";
import { MsgWriter } from "./msgpack-writer.ts";

const CAPS = { depthMax: 4, valuesMax: 100 };
const read = (hex: string): MsgValue => readMsgpack(Buffer.from(hex.replaceAll(" ", ""), "hex"), CAPS);

const values: readonly (readonly [hex: string, value: unknown])[] = [
  ["c0", null],
  ["c2", false],
  ["c3", true],
  ["00", 0],
  ["7f", 127],
  ["ff", -1],
  ["e0", -32],
  ["cc80", 128],
  ["cdffff", 65_535],
  ["ceffffffff", 4_294_967_295],
  ["cf001fffffffffffff", Number.MAX_SAFE_INTEGER],
  ["cf0020000000000000", 2n ** 53n],
  ["cfffffffffffffffff", 2n ** 64n - 1n],
  ["cf0000000000000005", 5],
  ["d080", -128],
  ["d18000", -32_768],
  ["d280000000", -2_147_483_648],
  ["d3ffffffffffffffff", -1],
  ["d38000000000000000", -(2n ** 63n)],
  ["ca3f800000", 1],
  ["ca3e800000", 0.25],
  ["cb3ff3333333333333", 1.2],
  ["a0", ""],
  ["a3e282ac", "€"],
  ["d903efbfbd", "\ufffd"],
  ["da0001 61", "a"],
  ["db00000001 61", "a"],
  ["c40201ff", Buffer.of(1, 255)],
  ["c5000101", Buffer.of(1)],
  ["90", []],
  ["92 01 a161", [1, "a"]],
  ["dc0001 c0", [null]],
  ["dd00000001 c0", [null]],
  ["81 a161 91 02", new Map([["a", [2]]])],
  ["de0001 a161 02", new Map([["a", 2]])],
  ["81 a9 5f5f70726f746f5f5f 01", new Map([["__proto__", 1]])],
];
for (const [hex, value] of values) test(`${hex} is read`, () => assert.deepEqual(read(hex), value));

const refused: readonly (readonly [what: string, hex: string, why: RegExp])[] = [
  ["nothing", "", /ends too early \(byte 0\)/],
  ["a text cut off", "a361", /ends too early \(byte 1\)/],
  ["a number cut off", "cd01", /ends too early/],
  ["a list longer than its bytes", "ddffffffff c0", /ends too early/],
  ["a map longer than its bytes", "dfffffffff a161", /ends too early/],
  ["a binary longer than its bytes", "c6ffffffff 00", /ends too early/],
  ["bytes behind the value", "c0c0", /1 bytes too many/],
  ["the byte that is never used", "c1", /0xc1 begins no value/],
  ["an extension type", "d40100", /0xd4 begins no value/],
  ["a timestamp", "d6ff00000000", /0xd6/],
  ["a key that is no text", "81 01 02", /a key that is no text/],
  ["a key that stands twice", "82 a161 01 a161 02", /stands twice/],
  ["a text that is no UTF-8", "a2c328", /no UTF-8/],
  ["a surrogate", "a3eda080", /no UTF-8/],
  ["lists too deep", "91 91 91 91 91 c0", /more than 4 levels/],
  ["too many values", `dc0064${"c0".repeat(100)}`, /more than 100 values/],
];
for (const [what, hex, why] of refused)
  test(`refused: ${what}`, () =>
    assert.throws(
      () => read(hex),
      (error: Error & { code?: string }) => error.code === "OPD1401" && why.test(error.message),
    ));

const written: readonly (readonly [what: string, write: (writer: MsgWriter) => void, hex: string])[] = [
  ["nil", (w) => w.nil(), "c0"],
  ["true", (w) => w.flag(true), "c3"],
  ["false", (w) => w.flag(false), "c2"],
  ["a whole float32 stays one", (w) => w.float32(1), "ca3f800000"],
  ["an empty text", (w) => w.text(""), "a0"],
  ["a text of 31 bytes", (w) => w.text("x".repeat(31)), `bf${"78".repeat(31)}`],
  ["a text of 32 bytes", (w) => w.text("x".repeat(32)), `d920${"78".repeat(32)}`],
  ["a text of 256 bytes", (w) => w.text("x".repeat(256)), `da0100${"78".repeat(256)}`],
  ["a text by its bytes", (w) => w.text("€"), "a3e282ac"],
  ["half a character", (w) => w.text("\ud800"), "a3efbfbd"],
  ["a list of 16", (w) => w.list(16), "dc0010"],
  ["a list of 65,536", (w) => w.list(65_536), "dd00010000"],
  ["a map of 15", (w) => w.map(15), "8f"],
  ["a map of 16", (w) => w.map(16), "de0010"],
  ["a map of 65,536", (w) => w.map(65_536), "df00010000"],
  ...(
    [
      [0, "00"],
      [127, "7f"],
      [128, "cc80"],
      [256, "cd0100"],
      [65_536, "ce00010000"],
      [2 ** 32, "cf0000000100000000"],
      [Number.MAX_SAFE_INTEGER, "cf001fffffffffffff"],
      [-1, "ff"],
      [-32, "e0"],
      [-33, "d0df"],
      [-128, "d080"],
      [-129, "d1ff7f"],
      [-32_769, "d2ffff7fff"],
      [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    ] as const
  ).map(([number, hex]) => [`${number}`, (w: MsgWriter) => w.int(number), hex] as const),
];
for (const [what, write, hex] of written)
  test(`written: ${what}`, () => {
    const writer = new MsgWriter();
    write(writer);
    assert.equal(writer.bytes().toString("hex"), hex);
  });

test("a writer grows, and begins anew", () => {
  const writer = new MsgWriter();
  writer.text("y".repeat(3_000_000));
  assert.equal(writer.length, 3_000_005);
  assert.equal(writer.bytes().subarray(5).toString(), "y".repeat(3_000_000));
  writer.clear();
  const at = writer.reserve(4);
  writer.flag(true);
  writer.put32(at, 0x01020304);
  assert.equal(writer.bytes().toString("hex"), "01020304c3");
});

test("every kind of value is written whole where the buffer grows under it", () => {
  for (const [what, write, hex] of written)
    for (let before = 4080; before < 4100; before++) {
      const writer = new MsgWriter();
      for (let n = 0; n < before; n++) writer.nil();
      write(writer);
      assert.equal(
        writer.bytes().subarray(before).toString("hex"),
        hex.replaceAll(" ", ""),
        `${what} at ${before}`,
      );
    }
});
