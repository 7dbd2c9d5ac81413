// Laws of the text readers and writers over made-up and broken texts: the readers never throw, never hang, and agree
// with other readers about what is right; what is written is read back; an address that is printed can be typed.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { parse as parseTomlElsewhere } from "smol-toml";
import { LIMITS } from "../../src/base/limits.ts";
import { nearest } from "../../src/base/nearest.ts";
import {
  canonicalJson,
  plainOf,
  readText,
  samePlain,
  writeJson,
  writeToml,
  type Plain,
  type PlainTable,
  type TextFormat,
} from "../../src/base/text/text.ts";
import { visible } from "../../src/base/visible.ts";
import { formatAddress, matches, parseAddress, parsePattern } from "../../src/state/address.ts";
import { parseDocument } from "../../src/state/document/document.ts";

const numRuns = process.env["OP_DBUS_LONG"] === "1" ? 20_000 : 500;

const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
const scalar = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.double(),
  text,
);
function valueOf(leaf: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  return fc.letrec<{ value: Plain; list: Plain[]; table: PlainTable }>((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, tie("list"), tie("table")),
    list: fc.array(tie("value"), { maxLength: 5 }),
    table: fc.dictionary(text, tie("value"), { maxKeys: 5, noNullPrototype: false }),
  })).value;
}
const value = valueOf(scalar);
const valueOrNull = valueOf(fc.oneof(scalar, fc.constant(null)));
const table = fc.dictionary(text, value, { maxKeys: 6 });

function read(given: string, format: TextFormat): Plain {
  const { root, faults } = readText("x", given, format);
  assert.deepEqual(faults, []);
  assert.ok(root !== null);
  return plainOf(root);
}

/** What JSON makes of nan, inf and -0 (contract: Document). */
function asJson(given: Plain): Plain {
  if (typeof given === "number" && !Number.isFinite(given))
    return { $d: Number.isNaN(given) ? "nan" : given > 0 ? "inf" : "-inf" };
  if (Array.isArray(given)) return given.map(asJson);
  if (given === null || typeof given !== "object") return Object.is(given, -0) ? 0 : given;
  return Object.fromEntries(Object.entries(given).map(([key, entry]) => [key, asJson(entry)]));
}

test("JSON that is written is read back", () => {
  fc.assert(
    fc.property(valueOrNull, fc.constantFrom(0, 2), (given, indent) => {
      assert.ok(samePlain(read(writeJson(given, indent), "json"), asJson(given)));
    }),
    { numRuns },
  );
});

test("TOML that is written is read back", () => {
  fc.assert(
    fc.property(table, (given) => {
      assert.ok(samePlain(read(writeToml(given), "toml"), given));
    }),
    { numRuns },
  );
});

test("canonical JSON is one text for the same value, and JSON", () => {
  fc.assert(
    fc.property(valueOrNull, (given) => {
      const canonical = canonicalJson(given);
      const again = read(writeJson(asJson(given)), "json");
      assert.equal(canonicalJson(again), canonical);
      JSON.parse(canonical);
    }),
    { numRuns },
  );
});

test("a text of JSON.stringify is read like JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2, "\t"), (json, indent) => {
      // A double beyond 2^53 that is written as digits is an exact integer here, which JSON.parse rounds.
      const parsed = JSON.parse(json, (_, part: unknown) =>
        Number.isInteger(part) && !Number.isSafeInteger(part) ? 0 : part,
      ) as Plain;
      assert.ok(samePlain(read(JSON.stringify(parsed, null, indent), "json"), parsed));
    }),
    { numRuns },
  );
});

/** A text with some characters taken out, put in or exchanged for ones that mean something. */
function broken(given: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const character = fc.oneof(
    fc.constantFrom(...'{}[]",:=.#\'\\\n\r\t -+0_eEuxtfn"""'.split("")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  const edit = fc.record({
    at: fc.nat(),
    take: fc.nat({ max: 3 }),
    put: fc.array(character, { maxLength: 3 }),
  });
  return fc.tuple(given, fc.array(edit, { minLength: 1, maxLength: 5 })).map(([start, edits]) =>
    edits.reduce((now, { at, take, put }) => {
      const from = at % (now.length + 1);
      return now.slice(0, from) + put.join("") + now.slice(from + take);
    }, start),
  );
}

function placesAreInside(given: string, format: TextFormat): void {
  const { faults } = readText("x", given, format);
  const lines = given.replace(/^\u{feff}/u, "").split("\n");
  assert.ok(faults.length <= LIMITS.textFaultsMax + 1);
  for (const { at, snippet } of faults) {
    const line = lines[(at?.line ?? 0) - 1];
    assert.ok(line !== undefined && at !== undefined && at.column >= 1 && at.column <= line.length + 1);
    assert.ok(snippet !== undefined && snippet.length <= LIMITS.snippetCharsMax + 2);
  }
}

test("broken JSON: refused where JSON.parse refuses, every fault has a place in the text", () => {
  fc.assert(
    fc.property(broken(valueOrNull.map((given) => writeJson(given))), (given) => {
      placesAreInside(given, "json");
      if (readText("x", given, "json").faults.length === 0) JSON.parse(given.replace(/^\u{feff}/u, ""));
    }),
    { numRuns },
  );
});

test("broken TOML: every fault has a place in the text; what is accepted, smol-toml reads the same", () => {
  fc.assert(
    fc.property(broken(table.map(writeToml)), (given) => {
      placesAreInside(given, "toml");
      const { root, faults } = readText("x", given, "toml");
      if (faults.length > 0 || root === null) return;
      let elsewhere: Plain;
      try {
        elsewhere = parseTomlElsewhere(given.replace(/^\u{feff}/u, ""), { integersAsBigInt: true }) as Plain;
      } catch (error) {
        throw new Error(`smol-toml refuses ${JSON.stringify(given)}`, { cause: error });
      }
      assert.ok(samePlain(plainOf(root), elsewhere), JSON.stringify(given));
    }),
    { numRuns },
  );
});

test("any text is a document or has faults; never an exception", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom("json", "toml"), (given, format) => {
      const { raw, faults } = parseDocument([{ file: "x", format, text: given }]);
      assert.ok(faults.length > 0 || raw !== null);
    }),
    { numRuns },
  );
});

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_@-]{1,8}$/),
  text,
  fc.constantFrom("*", "**", ".", '"', "a.b", ""),
);
const plain = { noNullPrototype: true } as const;
const address = fc.oneof(
  fc.record(
    { plugin: name, resource: fc.constant(null), key: fc.constant(null), field: fc.option(name) },
    plain,
  ),
  fc.record({ plugin: name, resource: name, key: name, field: fc.option(name) }, plain),
);

test("an address that is printed can be typed, and is a pattern for itself and what lies below", () => {
  fc.assert(
    fc.property(address, address, (one, other) => {
      const printed = formatAddress(one);
      assert.deepEqual(parseAddress(printed), one);
      const pattern = parsePattern(printed);
      assert.ok(matches(pattern, one));
      if (one.key !== null && one.field === null) assert.ok(matches(pattern, { ...one, field: "below" }));
      const same = printed === formatAddress(other);
      const below = formatAddress(other).startsWith(printed);
      if (matches(pattern, other)) assert.ok(same || below);
    }),
    { numRuns },
  );
});

test("visible text has nothing to obey and is its own visible form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (given) => {
      const shown = visible(given);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      assert.equal(visible(shown), shown);
    }),
    { numRuns },
  );
});

test("the nearest name is one of the candidates and not the name itself", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (wanted, candidates) => {
      const found = nearest(wanted, candidates);
      assert.ok(found === null || (candidates.includes(found) && found !== wanted));
    }),
    { numRuns },
  );
});
