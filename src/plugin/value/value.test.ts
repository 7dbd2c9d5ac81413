// The table of contract.md, both ways, and what is refused with which words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UnixFd, Variant, type DBusValue } from "../../host/dbus/dbus.ts";
import type { DocValue } from "../plugin.ts";
import { toDocument, toWire, type ToDocument, type ToWire } from "./value.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const dict = (entries: Record<string, DBusValue>): DBusValue => Object.assign(Object.create(null), entries);
const plainly = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v)));

function shows(signature: string, wire: DBusValue, doc: unknown, options?: ToDocument) {
  assert.deepEqual(plainly(toDocument(signature, wire, options)), plainly(doc), `${signature} to document`);
}
function builds(signature: string, doc: DocValue, wire: DBusValue, context?: ToWire) {
  const result = toWire(signature, doc, context);
  assert.ok(!("fault" in result), `${signature}: ${"fault" in result ? result.fault : ""}`);
  assert.deepEqual(toDocument(signature, result.wire), toDocument(signature, wire));
}
function refuses(signature: string, doc: DocValue, fault: RegExp, context?: ToWire) {
  const result = toWire(signature, doc, context);
  assert.ok("fault" in result, `${signature} took a value that matches ${fault}`);
  assert.match(result.fault, fault);
}

test("wire values as document values", () => {
  shows("b", true, true);
  shows("u", 7, 7);
  shows("x", -5n, -5);
  shows("t", 2n ** 53n, "9007199254740992n");
  shows("x", -(2n ** 53n) + 1n, -9007199254740991);
  shows("d", 1.5, 1.5);
  shows("d", Number.NaN, { $d: "nan" });
  shows("d", -Infinity, { $d: "-inf" });
  shows("ay", bytes(1, 2, 3), { $ay: "AQID" });
  shows("ay", bytes(47, 97, 0), "/a", { typeAt: () => "ay:path" });
  shows("ay", bytes(255, 0), { $ay: "/wA=" }, { typeAt: () => "ay:path" });
  shows("ay", bytes(0xaa, 0, 0x1b), "AA:00:1B", { typeAt: () => "ay:mac" });
  shows("aay", [bytes(47, 0), bytes(47, 98, 0)], ["/", "/b"], { typeAt: () => "aay:path" });
  shows("a{su}", dict({ b: 1, a: 2 }), { b: 1, a: 2 });
  shows(
    "a{us}",
    new Map([
      [9, "x"],
      [2, "y"],
    ]),
    [
      [2, "y"],
      [9, "x"],
    ],
  );
  shows(
    "a{du}",
    new Map([
      [Number.NaN, 3],
      [Infinity, 2],
      [-1.5, 1],
    ]),
    [
      [-1.5, 1],
      [{ $d: "inf" }, 2],
      [{ $d: "nan" }, 3],
    ],
  );
  shows("(sb)", ["x", false], ["x", false]);
  shows("v", new Variant("s", "text"), "text");
  shows("v", new Variant("as", ["a"]), ["a"]);
  shows("v", new Variant("as", []), { $as: [] });
  shows("v", new Variant("u", 5), { $u: 5 });
  shows("v", new Variant("u", 5), 5, { plain: true });
  shows("v", new Variant("u", 5), 5, { typeAt: () => "u" });
  shows("v", new Variant("i", 5), { $i: 5 }, { typeAt: () => "u" });
  shows("v", new Variant("ay", bytes(1)), { $ay: "AQ==" });
  shows("v", new Variant("d", Number.NaN), { $d: "nan" });
  shows("v", new Variant("v", new Variant("u", 1)), { $v: { $u: 1 } });
  shows("v", new Variant("a{ss}", dict({ $u: "x" })), { "$a{ss}": { $u: "x" } }, { plain: true });
  shows("h", new UnixFd(3), { $h: 3 });
});

test("a key of a stranger never reaches a prototype", () => {
  const hostile = Object.create(null);
  hostile["__proto__"] = 1;
  const doc = toDocument("a{su}", hostile);
  assert.equal(Object.getPrototypeOf(doc), null);
  assert.deepEqual(Object.keys(doc as object), ["__proto__"]);
  assert.deepEqual(toWire("a{su}", doc), { wire: hostile });
});

test("document values to the wire", () => {
  builds("t", "18446744073709551615", 2n ** 64n - 1n);
  builds("x", 5, 5n);
  builds("d", 2n ** 60n, 2 ** 60);
  builds("v", { $u: 5 }, new Variant("u", 5));
  builds("v", { "$a{sv}": { a: { $q: 1 } } }, new Variant("a{sv}", dict({ a: new Variant("q", 1) })));
  builds("v", ["a", "b"], new Variant("as", ["a", "b"]));
  builds("v", 5, new Variant("t", 5n), { now: new Variant("t", 9n) });
  builds("v", [], new Variant("au", []), { now: new Variant("au", [1]) });
  builds("a{sv}", { mtu: 9000 }, dict({ mtu: new Variant("u", 9000) }), {
    now: dict({ mtu: new Variant("u", 1500) }),
  });
  const typeAt = (path: readonly string[]) =>
    ({ "ipv4.address-data": "aa{sv}", "ipv4.address-data.prefix": "u" })[path.join(".")];
  const address = dict({ address: new Variant("s", "10.0.0.1"), prefix: new Variant("u", 24) });
  const settings = dict({ ipv4: dict({ "address-data": new Variant("aa{sv}", [address]) }) });
  builds("a{sa{sv}}", { ipv4: { "address-data": [{ address: "10.0.0.1", prefix: 24 }] } }, settings, {
    typeAt,
  });
  // An explicit type wins over the mapping's, the mapping's over the value now there.
  assert.deepEqual(toWire("v", { $y: 1 }, { typeAt: () => "u", now: new Variant("t", 1n) }), {
    wire: new Variant("y", 1),
  });
  assert.deepEqual(toWire("v", 1, { typeAt: () => "u", now: new Variant("t", 1n) }), {
    wire: new Variant("u", 1),
  });
});

test("integers on both sides of every bound", () => {
  const bounds: readonly (readonly [string, bigint, bigint])[] = [
    ["y", 0n, 255n],
    ["n", -32768n, 32767n],
    ["q", 0n, 65535n],
    ["i", -(2n ** 31n), 2n ** 31n - 1n],
    ["u", 0n, 2n ** 32n - 1n],
    ["x", -(2n ** 63n), 2n ** 63n - 1n],
    ["t", 0n, 2n ** 64n - 1n],
  ];
  for (const [type, min, max] of bounds) {
    for (const inside of [min, max]) assert.ok("wire" in toWire(type, inside), `${type} ${inside}`);
    for (const outside of [min - 1n, max + 1n]) refuses(type, outside, /expected an integer from/);
    refuses(type, 1.5, /expected an integer/);
    refuses(type, true, /found true/);
  }
  refuses("u", "5", /found "5"/);
  refuses("t", "0x5", /expected an integer/);
});

test("what is refused, and where it stands", () => {
  refuses("v", 5, /the type of the number 5 is not known here: write it as \{ "\$u" = 5 \}/);
  refuses("v", [], /the type of an empty list/);
  refuses("v", { $foo: 1 }, /"\$foo" is no D-Bus type/);
  refuses("v", { $uu: 1 }, /no D-Bus type/);
  refuses("a{sv}", { a: { b: 1 } }, /^a: the type of a table/);
  refuses(
    "a(su)",
    [
      ["x", 1],
      ["y", -1],
    ],
    /^\[1\]\[1\]: expected an integer/,
  );
  refuses("(su)", ["x"], /expected 2 members, found 1/);
  refuses(
    "a{us}",
    [
      [1, "a"],
      [1, "b"],
    ],
    /^\[1\]: this key is given twice/,
  );
  refuses("o", "no/slash", /expected an object path/);
  refuses("a{os}", { x: "y" }, /^x: expected an object path/);
  refuses("g", "a{", /expected a signature/);
  refuses("s", "a\0b", /NUL/);
  refuses("s", "\ud800", /Unicode/);
  refuses("ay", { $ay: "A" }, /base64/);
  refuses("ay", "text", /expected bytes/);
  refuses("h", 1, /file descriptor/);
  refuses("d", "1", /expected a number/);
  refuses("b", null, /found null/);
  let deep: DocValue = { $u: 1 };
  for (let i = 0; i < 200; i++) deep = { $v: deep };
  refuses("v", deep, /nested too deeply/);
});
