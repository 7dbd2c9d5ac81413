// MessagePack against an independent implementation: what it writes is read as the same value, what is written here it reads
// as the same; any bytes are either a value or OPD1401, and no message costs more than its bytes allow.

import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { readMsgpack, type MsgMap, type MsgValue } from "../../src/base/msgpack.ts";
import { MsgWriter } from "../../src/base/msgpack-writer.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 200_000 : 1500;
const CAPS = { depthMax: 16, valuesMax: 10_000 };
console.log(`msgpack: ${RUNS} runs a property`);

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 8 }),
    // The other implementation does not read `__proto__`.
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 8 },
    ),
  ),
}));

/** As the other implementation gives it. */
function plain(value: MsgValue): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return (value as readonly MsgValue[]).map(plain);
  if (value instanceof Map)
    return Object.fromEntries([...(value as MsgMap)].map(([key, one]) => [key, plain(one)]));
  return value;
}

test("what another implementation writes is read", () =>
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encode(value);
      assert.deepEqual(plain(readMsgpack(bytes, CAPS)), decode(bytes));
    }),
    { numRuns: RUNS },
  ));

test("what is written another implementation reads", () =>
  fc.assert(
    fc.property(
      fc.array(fc.maxSafeInteger()),
      fc.string({ unit: "binary" }),
      fc.float(),
      (numbers, text, float) => {
        const writer = new MsgWriter();
        writer.map(1);
        writer.text("k");
        writer.list(numbers.length + 2);
        for (const number of numbers) writer.int(number);
        writer.text(text);
        writer.float32(float);
        assert.deepEqual(decode(writer.bytes()), { k: [...numbers, text.toWellFormed(), float] });
      },
    ),
    { numRuns: RUNS },
  ));

function isValueOrRefused(bytes: Uint8Array): void {
  try {
    readMsgpack(bytes, CAPS);
  } catch (error) {
    assert.ok(error instanceof OpError && error.code === "OPD1401", String(error));
  }
}

test("any bytes are a value or refused", () =>
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isValueOrRefused), { numRuns: RUNS }));

test("a valid message with bytes changed is a value or refused", () =>
  fc.assert(
    fc.property(
      anyValue,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))),
      (value, changes) => {
        const bytes = Buffer.from(encode(value));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        isValueOrRefused(bytes);
      },
    ),
    { numRuns: RUNS },
  ));
