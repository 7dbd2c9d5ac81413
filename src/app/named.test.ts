// What a person asked for by name and does not exist: slips are faults, items that are not there are not.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item, Observed, Schema } from "../plugin/plugin.ts";
import { parsePattern } from "../state/state.ts";
import { namesNothing } from "./named.ts";

const item = (key: string, aliases: readonly string[], ...fields: readonly string[]): Item => ({
  key,
  aliases,
  fields: new Map(fields.map((name) => [name, { known: 1 }])),
  pending: false,
  detail: null,
});
const resource = (openFields: boolean) => ({
  name: "",
  fields: new Map(),
  anyKey: false,
  canCreate: true,
  canDelete: true,
  canUpdate: false,
  openFields,
});
const schema: Schema = {
  plugin: "it",
  self: new Map(),
  resources: new Map([
    ["units", resource(false)],
    ["profiles", resource(true)],
  ]),
  interfaces: new Map(),
  notes: [],
};
const observed: Observed = {
  plugin: "it",
  self: item("", [], "Zone"),
  resources: new Map([
    ["units", { complete: true, items: new Map([["a.service", item("a.service", [], "active")]]) }],
    ["profiles", { complete: true, items: new Map([["uuid-1", item("uuid-1", ["home"], "ipv4.method")]]) }],
  ]),
  owner: ":1.1",
};

const cases: readonly (readonly [string, "there" | "absent" | RegExp])[] = [
  ["it", "there"],
  ["it:Zone", "there"],
  ["it:Zon", /it:Zone/],
  ["it:units", "there"],
  ["it:unit", /it:units/],
  ["it:unit/x", /names nothing/],
  ['it:units/"a.service"', "there"],
  ['it:units/"a.service".active', "there"],
  ['it:units/"a.service".activ', /"a\.service"\.active/],
  ['it:units/"b.service"', "absent"],
  ['it:units/"b.service".active', "absent"],
  ["it:units/*", "there"],
  ["it:nothing*", "there"],
  ["it:profiles/home", "there"],
  ["it:profiles/home.ipv4.method", "there"],
  ["it:profiles/home.ipv4.other", "absent"],
  ["away:Anything", "there"],
];

for (const [text, expected] of cases) {
  test(`${text}: ${String(expected)}`, () => {
    const { faults, absent } = namesNothing(
      [parsePattern(text)],
      new Map([["it", schema]]),
      new Map([["it", observed]]),
    );
    if (expected instanceof RegExp) {
      assert.match(faults.map(({ message, hint }) => `${message} ${hint}`).join(), expected);
    } else assert.deepEqual(faults, []);
    assert.deepEqual(absent, expected === "absent" ? [text] : []);
  });
}
