import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { decodeValue, encodeValue } from "./values.ts";

function over(value: unknown): unknown {
  return decodeValue(JSON.parse(JSON.stringify(encodeValue(value))));
}

const table = (entries: object): object => Object.assign(Object.create(null) as object, entries);

const exact: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["a text with what JSON escapes", 'a"\\\n\u2028\u{1f600}\ud800'],
  ["numbers", [0, 1.5, -7, 1e308, Number.MIN_VALUE]],
  ["numbers that JSON has no word for", [Number.NaN, Infinity, -Infinity, -0]],
  ["64-bit integers", [0n, -9223372036854775808n, 18446744073709551615n]],
  ["undefined in a table, as it is there", table({ a: undefined, b: null })],
  ["undefined in a list", [undefined, 1]],
  ["bytes", new Uint8Array([0, 255, 10, 13])],
  [
    "a map with keys of every kind",
    new Map<unknown, unknown>([
      [1n, "x"],
      ["__proto__", new Map()],
      [null, []],
    ]),
  ],
  ["a set", new Set(["a", 1, 2n])],
  ["a table with a dollar", table({ $: "map", v: [] })],
  ["a table within a table with a dollar", table({ a: table({ $: table({ $: 1 }) }) })],
  ["a table of members, in one of strangers", { a: table({ b: { c: 1 } }) }],
  ["a table of members with a dollar", { $: "dict", v: {} }],
  ["a member called __proto__", JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')],
  ["what only looks like a value of a document", table({ $u: 5 })],
];
for (const [name, value] of exact) test(`${name} comes through`, () => assert.deepEqual(over(value), value));

test("tables come frozen, and no key reaches a prototype", () => {
  const stranger = Object.create(null) as Record<string, unknown>;
  stranger["__proto__"] = { polluted: true };
  for (const value of [stranger, JSON.parse('{"__proto__":{"polluted":true}}')]) {
    const came = over(value) as { polluted?: unknown };
    assert.ok(Object.isFrozen(came));
    assert.equal(came.polluted, undefined);
    assert.ok(Object.hasOwn(came, "__proto__"));
  }
});

test("what is shared is sent once, and is one again", () => {
  const interfaces = new Map([["a", "x".repeat(1000)]]);
  const inner = [interfaces];
  const json = JSON.stringify(encodeValue([inner, inner, interfaces, { interfaces }]));
  assert.ok(json.length < 1500, `${json.length} characters`);
  const came = decodeValue(JSON.parse(json)) as [unknown[], unknown[], unknown, { interfaces: unknown }];
  assert.deepEqual(came, [inner, inner, interfaces, { interfaces }]);
  assert.equal(came[0], came[1]);
  assert.equal(came[0][0], came[2]);
  assert.equal(came[2], came[3].interfaces);
});

test("getters are read; functions and the detail of an action stay", () => {
  const action = { id: "a1", via: [], group: "", detail: { secret: "s3cret" }, before: { detail: "kept" } };
  const value = {
    action,
    get sum() {
      return 3;
    },
    normalise: () => 1,
    list: [() => 1],
  };
  assert.deepEqual(over(value), {
    action: { id: "a1", via: [], group: "", before: { detail: "kept" } },
    sum: 3,
    list: [undefined],
  });
});

class Thing {}
const circle: { self?: unknown } = {};
circle.self = circle;
for (const [name, value] of [
  ["an instance of a class", { a: new Thing() }],
  ["a date", [new Date(0)]],
  ["a circle", circle],
] as const) {
  test(`${name} is refused before it is sent`, () =>
    assert.throws(
      () => encodeValue(value),
      (error: OpError) => error.code === "OPD1900",
    ));
}

for (const json of [
  { $: "map", v: [[1]] },
  { $: "map", v: "x" },
  { $: "set", v: {} },
  { $: "number", v: "1" },
  { $: "bigint", v: "0x1" },
  { $: "bytes", v: 1 },
  { $: "ref", n: 0 },
  { $: "ref", n: -1 },
  { $: "def", n: 1, v: [] },
  { $: "table", v: null },
  { $: "error", v: "x" },
]) {
  test(`${JSON.stringify(json)} is nothing that is sent`, () =>
    assert.throws(
      () => decodeValue(json),
      (error: OpError) => error.code === "OPD9044",
    ));
}
