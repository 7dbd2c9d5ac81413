// Laws of the conversion between wire and document values, over random signatures and values: what is shown can be
// sent back, and sending back what was shown gives the same wire value.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { Variant, type DBusValue } from "../../src/host/dbus/dbus.ts";
import { canonicalJson } from "../../src/base/text/text.ts";
import { equalDoc } from "../../src/plugin/equal.ts";
import { toDocument, toWire } from "../../src/plugin/value/value.ts";

interface Typed {
  readonly signature: string;
  readonly wire: DBusValue;
}

const integer = (signature: string, min: number, max: number) =>
  [signature, fc.integer({ min, max })] as const;
const BASICS: readonly (readonly [string, fc.Arbitrary<DBusValue>])[] = [
  ["b", fc.boolean()],
  integer("y", 0, 255),
  integer("n", -32768, 32767),
  integer("q", 0, 65535),
  integer("i", -(2 ** 31), 2 ** 31 - 1),
  integer("u", 0, 2 ** 32 - 1),
  ["x", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ["t", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  ["d", fc.double().map((value) => (Object.is(value, -0) ? 0 : value))],
  ["s", fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"))],
  ["o", fc.array(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/)).map((parts) => `/${parts.join("/")}`)],
  ["g", fc.constantFrom("", "s", "a{sv}", "(ii)u")],
];
const VALUES = new Map(BASICS);

const typeArbitrary: fc.Arbitrary<string> = fc.letrec<{ type: string; key: string }>((tie) => ({
  key: fc.constantFrom(...VALUES.keys()),
  type: fc.oneof(
    { maxDepth: 4, depthIdentifier: "type" },
    tie("key"),
    fc.constant("v"),
    fc.constant("ay"),
    tie("type").map((inner) => `a${inner}`),
    fc.tuple(tie("key"), tie("type")).map(([key, value]) => `a{${key}${value}}`),
    fc.array(tie("type"), { minLength: 1, maxLength: 3 }).map((members) => `(${members.join("")})`),
  ),
})).type;

function valueOf(signature: string, depth: number): fc.Arbitrary<DBusValue> {
  const basic = VALUES.get(signature);
  if (basic !== undefined) return basic;
  if (signature === "ay") return fc.uint8Array({ maxLength: 8 });
  if (signature === "v") {
    const inner = depth > 2 ? fc.constantFrom("s", "u", "d", "as", "ay") : typeArbitrary;
    return inner.chain((type) => valueOf(type, depth + 1).map((value) => new Variant(type, value)));
  }
  if (signature.startsWith("a{")) {
    const key = signature[2] ?? "s";
    const entries = fc.uniqueArray(fc.tuple(valueOf(key, depth), valueOf(signature.slice(3, -1), depth)), {
      maxLength: 3,
      selector: ([name]) => String(name),
    });
    if (!"sog".includes(key)) return entries.map((pairs) => new Map(pairs));
    return entries.map((pairs) => {
      const dict = Object.create(null);
      for (const [name, value] of pairs) dict[String(name)] = value;
      return dict;
    });
  }
  if (signature.startsWith("a")) return fc.array(valueOf(signature.slice(1), depth), { maxLength: 3 });
  return fc.tuple(...membersOf(signature).map((member) => valueOf(member, depth)));
}

/** Members of a struct type, found by counting brackets: an independent reading of the grammar. */
function membersOf(struct: string): string[] {
  const members: string[] = [];
  let open = 0;
  let member = "";
  for (const code of struct.slice(1, -1)) {
    member += code;
    if ("({".includes(code)) open++;
    if (")}".includes(code)) open--;
    if (open > 0 || code === "a") continue;
    members.push(member);
    member = "";
  }
  return members;
}

const typed: fc.Arbitrary<Typed> = typeArbitrary.chain((signature) =>
  valueOf(signature, 0).map((wire) => ({ signature, wire })),
);

test("a shown value goes back to the wire as it was", () => {
  fc.assert(
    fc.property(typed, ({ signature, wire }) => {
      const doc = toDocument(signature, wire);
      const back = toWire(signature, doc);
      assert.ok(!("fault" in back), "fault" in back ? back.fault : "");
      assert.equal(canonicalJson(toDocument(signature, back.wire)), canonicalJson(doc));
      assert.deepEqual(sorted(back.wire), sorted(wire));
    }),
    { numRuns: 1500 },
  );
});

test("with the value now there, the plain form goes back as it was", () => {
  fc.assert(
    fc.property(typed, ({ signature, wire }) => {
      const doc = toDocument(signature, wire, { plain: true });
      const back = toWire(signature, doc, { now: wire });
      assert.ok(!("fault" in back), "fault" in back ? back.fault : "");
      assert.deepEqual(sorted(back.wire), sorted(wire));
    }),
    { numRuns: 1500 },
  );
});

test("the plain form survives a text format", () => {
  fc.assert(
    fc.property(typed, ({ signature, wire }) => {
      const doc = toDocument(signature, wire);
      const text = JSON.stringify(doc, (_, value) => (typeof value === "bigint" ? value.toString() : value));
      const back = toWire(signature, JSON.parse(text));
      assert.ok(!("fault" in back), "fault" in back ? back.fault : "");
      assert.ok(equalDoc(toDocument(signature, back.wire), doc, "value"));
    }),
    { numRuns: 500 },
  );
});

/** Maps as sorted pairs, 64-bit integers as text of one kind. */
function sorted(wire: DBusValue): unknown {
  if (wire instanceof Map)
    return [...wire]
      .map(([key, value]) => [String(key), sorted(value as DBusValue)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  if (wire instanceof Variant) return { signature: wire.signature, value: sorted(wire.value) };
  if (Array.isArray(wire)) return wire.map(sorted);
  if (wire instanceof Uint8Array) return [...wire];
  if (typeof wire === "object")
    return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, sorted(value as DBusValue)]));
  return wire;
}
