// The wire format at its edges: lengths that need one byte more, numbers of every size, and bytes that are no message.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { ProtoWriter, readProto, type ProtoField } from "./proto.ts";

function oneOf(fields: readonly ProtoField[] | null, field: number): ProtoField {
  const found = fields?.filter((one) => one.field === field) ?? [];
  assert.equal(found.length, 1);
  return found[0]!;
}

test("messages in messages, at every length that moves what is inside", () => {
  const to = new ProtoWriter();
  for (const length of [0, 1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const outer = to.open(1);
    const inner = to.open(2);
    to.string(3, "x".repeat(length));
    to.close(inner);
    to.varint(4, 5);
    to.close(outer);
    const bytes = to.take();
    assert.equal(to.sizeBytes, 0);
    const first = oneOf(readProto(bytes), 1);
    assert("bytes" in first);
    const second = oneOf(readProto(first.bytes), 2);
    assert.deepEqual(oneOf(readProto(first.bytes), 4), { field: 4, number: 5n });
    assert("bytes" in second);
    const text = oneOf(readProto(second.bytes), 3);
    assert("bytes" in text);
    assert.equal(Buffer.from(text.bytes).toString(), "x".repeat(length));
  }
});

test("texts of every kind, short and long", () => {
  const to = new ProtoWriter();
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      to.string(15, text);
      const read = oneOf(readProto(to.take()), 15);
      assert("bytes" in read);
      assert.equal(Buffer.from(read.bytes).toString(), text);
    }),
  );
});

test("varints up to 2^53 - 1", () => {
  const to = new ProtoWriter();
  fc.assert(
    fc.property(
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 1, max: 2_000 }),
      (value, field) => {
        to.varint(field, value);
        assert.deepEqual(readProto(to.take()), [{ field, number: BigInt(value) }]);
      },
    ),
  );
});

test("fixed numbers, IDs and packed lists, byte for byte", () => {
  const to = new ProtoWriter();
  to.fixed64(1, 0x0102_0304_0506_0708n);
  to.double(2, -1.5);
  to.id(3, 0xffn, 8);
  to.packedFixed64(4, [1, 2 ** 40 + 3]);
  to.packedDouble(5, [0.5]);
  assert.equal(
    Buffer.from(to.take()).toString("hex"),
    "090807060504030201" +
      "11000000000000f8bf" +
      "1a100000000000000000" +
      "00000000000000ff" +
      "22100100000000000000" +
      "0300000000010000" +
      "2a08000000000000e03f",
  );
});

test("bytes that are no message are none", () => {
  const bad: readonly string[] = [
    "00",
    "08",
    "0a05",
    "0b",
    "0c",
    "0f",
    "09ff",
    "0dff",
    "ffffffffffff7f",
    "08ffffffffffffffffffffff",
  ];
  for (const hex of bad) assert.equal(readProto(Buffer.from(hex, "hex")), null, hex);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readProto(bytes)));
});
