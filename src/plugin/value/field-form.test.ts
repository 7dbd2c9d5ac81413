// The forms of mapping fields, with the examples of the shipped mappings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Variant, type DBusValue } from "../../host/dbus/dbus.ts";
import { formOf, isForeign, type FormSpec, type ValueName } from "./field-form.ts";
import type { DocValue } from "../plugin.ts";

const json = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : v)));

/** `true`/`false` are booleans, "*" is the rest: as a loader makes them. */
function names(table: Record<string, DocValue>): readonly ValueName[] {
  return Object.entries(table).map(([name, value]) => ({
    name,
    document: name === "true" ? true : name === "false" ? false : name,
    wire:
      value === "*"
        ? []
        : (Array.isArray(value) ? value : [value]).map((wire: DocValue) => ({ value: wire })),
    rest: value === "*",
  }));
}
const form = (spec: FormSpec) => formOf(spec);
const portShape = { parts: ["port", "protocol"], before: ["", "/"], after: "" };
const keyValue = { parts: ["key", "value"], before: ["", "="], after: "" };
const infinity = names({ infinity: "18446744073709551615" });

const enabled = form({ signature: "s", values: names({ true: ["enabled"], false: ["disabled", "masked"] }) });
const masked = form({ signature: "s", values: names({ true: ["masked", "masked-runtime"], false: "*" }) });
const mounted = form({ signature: "aay", values: names({ false: [[]], true: "*" }) });
const accountType = form({ signature: "i", values: names({ standard: 0, administrator: 1 }) });
const memory = form({ signature: "t", unit: "bytes", values: infinity });
const quota = form({ signature: "t", unit: "percent", scale: 10000, values: infinity });
const delay = form({ signature: "t", unit: "s", scale: 1_000_000 });
const ports = form({ signature: "a(ss)", text: portShape });
const oldPorts = form({ signature: "aas", text: portShape });
const numbered = form({ signature: "(qb)", text: portShape });
const locale = form({ signature: "as", text: keyValue });
const device = form({ signature: "ay", typeAt: (path) => (path.length === 0 ? "ay:path" : undefined) });

test("wire to document", () => {
  const table: readonly (readonly [ReturnType<typeof form>, DBusValue, unknown])[] = [
    [enabled, "enabled", true],
    [enabled, "masked", false],
    [enabled, "static", { $foreign: "static" }],
    [masked, "masked-runtime", true],
    [masked, "anything", false],
    [mounted, [], false],
    [mounted, [new Uint8Array([47, 0])], true],
    [accountType, 1, "administrator"],
    [accountType, 7, { $foreign: 7 }],
    [memory, 2n ** 64n - 1n, "infinity"],
    [memory, 268435456n, 268435456],
    [quota, 500000n, 50],
    [quota, 12345n, 1.2345],
    [delay, 1_500_000n, 1.5],
    [
      ports,
      [
        ["80", "tcp"],
        ["53", "udp"],
      ],
      ["80/tcp", "53/udp"],
    ],
    [ports, [["8/0", "tcp"]], { $foreign: [["8/0", "tcp"]] }],
    [oldPorts, [["80", "tcp"]], ["80/tcp"]],
    [numbered, [80, true], "80/true"],
    [locale, ["LANG=C.UTF-8", "LC_TIME=a=b"], { LANG: "C.UTF-8", LC_TIME: "a=b" }],
    [locale, ["LANG"], { $foreign: ["LANG"] }],
    [locale, ["A=1", "A=2"], { $foreign: ["A=1", "A=2"] }],
    [device, new Uint8Array([47, 100, 0]), "/d"],
  ];
  for (const [of, wire, doc] of table) {
    const shown = of.toDocument(wire);
    assert.deepEqual(json(shown), json(doc));
    // What is shown is always a valid document value, and its own normal form.
    const normal = of.normalise(shown);
    assert.ok(!("fault" in normal), JSON.stringify(doc));
    assert.deepEqual(json(normal.value), json(shown));
    if (isForeign(shown)) assert.ok("fault" in of.toWire(shown));
  }
});

test("document to wire", () => {
  const table: readonly (readonly [ReturnType<typeof form>, DocValue, unknown])[] = [
    [enabled, false, "disabled"],
    [accountType, "administrator", 1],
    [memory, "infinity", "18446744073709551615n"],
    [memory, "256 MiB", "268435456n"],
    [memory, "1.5 kB", "1500n"],
    [memory, 5, "5n"],
    [quota, "50%", "500000n"],
    [quota, 1.2345, "12345n"],
    [quota, "0.0001%", "1n"],
    [delay, "1 min 30 s", "90000000n"],
    [delay, "1 ms", "1000n"],
    [ports, ["80/tcp"], [["80", "tcp"]]],
    [oldPorts, ["80/tcp"], [["80", "tcp"]]],
    [numbered, "80/false", [80, false]],
    [locale, { LANG: "C", LC_ALL: null }, ["LANG=C"]],
  ];
  for (const [of, doc, wire] of table) {
    const result = of.toWire(doc);
    assert.ok(!("fault" in result), `${JSON.stringify(doc)}: ${"fault" in result ? result.fault : ""}`);
    assert.deepEqual(json(result.wire), wire);
  }
});

test("normal forms", () => {
  const table: readonly (readonly [ReturnType<typeof form>, DocValue, unknown])[] = [
    [memory, "256 MiB", 268435456],
    [memory, "18446744073709551615", "infinity"],
    [delay, "1500 ms", 1.5],
    [quota, "50%", 50],
    [form({ signature: "t" }), "5", 5],
    [form({ signature: "v", plain: true }), 5, 5],
    [
      form({ signature: "a{us}" }),
      [
        [2, "b"],
        [1, "a"],
      ],
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
  ];
  for (const [of, doc, expected] of table) {
    const normal = of.normalise(doc);
    assert.ok(!("fault" in normal), JSON.stringify(doc));
    assert.deepEqual(json(normal.value), expected);
  }
});

test("faults name what was expected", () => {
  const table: readonly (readonly [ReturnType<typeof form>, DocValue, RegExp])[] = [
    [enabled, "yes", /expected one of true, false, found "yes"/],
    [enabled, "true", /expected one of true, false/],
    [accountType, 1, /expected one of standard, administrator/],
    [memory, "256M", /expected "256 MiB" or a number of bytes, found "256M", or one of: infinity/],
    [memory, "10 s", /expected "256 MiB"/],
    [memory, -1, /expected an integer from 0/],
    [delay, "0.1 us", /finer than the service can take/],
    [ports, ["80"], /expected a list of texts like "\{port\}\/\{protocol\}", found "80"/],
    [ports, "80/tcp", /expected a list of texts/],
    [numbered, "x/true", /expected an integer/],
    [locale, ["LANG=C"], /expected a table of texts, found a list/],
    [locale, { "A=B": "c" }, /A=B: cannot be written as \{key\}=\{value\}/],
    [device, 5, /expected bytes/],
  ];
  for (const [of, doc, fault] of table) {
    const normal = of.normalise(doc);
    assert.ok("fault" in normal, JSON.stringify(doc));
    assert.match(normal.fault, fault);
  }
  const written = masked.toWire(false);
  assert.ok("fault" in written);
  assert.match(written.fault, /stands for many values/);
});

test("a variant takes its type from the value now there", () => {
  const mtu = form({ signature: "v", plain: true });
  assert.deepEqual(mtu.toWire(9000, new Variant("u", 1500)), { wire: new Variant("u", 9000) });
});
