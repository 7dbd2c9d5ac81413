// What goes over the daemon's socket comes out as it went in, for every value that a reply can hold, and in pieces of any
// size.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { decodeValue, encodeValue, lineReader, writeLine } from "../../src/api/wire.ts";

const key = fc.oneof(
  fc.string(),
  fc.constantFrom("$", "v", "n", "__proto__", "constructor", "detail", "via"),
);
const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Infinity, -Infinity),
  fc.uint8Array({ maxLength: 8 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: false }),
    fc.array(fc.tuple(scalar, tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(tie("value"), { maxLength: 3 }).map((list) => new Set(list)),
    // One value in several places.
    tie("value").map((one) => [one, { again: one }, one]),
  ),
}));

test("decode(encode(x)) is x", () => {
  fc.assert(
    fc.property(value, (given) => {
      const json = JSON.stringify(encodeValue(given));
      assert.ok(!json.includes("\n"));
      assert.deepEqual(decodeValue(JSON.parse(json)), given);
    }),
    { numRuns: 2000 },
  );
});

test("messages come whole in pieces of any size", () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (given, size) => {
      const bytes = Buffer.from(given.map((each) => writeLine({ value: encodeValue(each) })).join(""));
      const came: unknown[] = [];
      const feed = lineReader((line) =>
        came.push(decodeValue((JSON.parse(line) as { value: unknown }).value)),
      );
      for (let at = 0; at < bytes.length; at += size) assert.ok(feed(bytes.subarray(at, at + size)));
      assert.deepEqual(came, given);
    }),
    { numRuns: 300 },
  );
});
