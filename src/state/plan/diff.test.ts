// The rules of a wish, as a table: what is there, what is wanted, and what follows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlugin, type FakeOptions } from "../../../test/support/fake-plugin.ts";
import { contextOf, documentOf, pluginMap } from "../../../test/support/state-case.ts";
import type { DocValue } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { diff } from "./diff.ts";
import { scopesOf, takeInventory } from "../inventory/inventory.ts";
import { secretDigests } from "../document/secrets.ts";
import { EVERYTHING, type Selection } from "../inventory/selection.ts";

interface Case {
  readonly self?: Readonly<Record<string, DocValue>>;
  readonly things?: FakeOptions["things"];
  readonly more?: FakeOptions;
  readonly wants: Readonly<Record<string, DocValue>>;
  readonly only?: Partial<Selection>;
  /** `VERB ADDRESS = AFTER`, `drift WHY ADDRESS`, `CODE ADDRESS`. */
  readonly expect: readonly string[];
  readonly unchanged?: number;
}

const RED = { red: { size: 1, color: "red", tags: ["a"], material: "wood", serial: "s1" } };
const CASES: Readonly<Record<string, Case>> = {
  "an absent key is not touched": {
    self: { StaticHostname: "vm", Tags: ["a"] },
    wants: { StaticHostname: "vm" },
    expect: [],
    unchanged: 1,
  },
  "a value": {
    self: { StaticHostname: "vm" },
    wants: { StaticHostname: "web" },
    expect: ['update fake:StaticHostname = "web"'],
  },
  "a value that is not there": {
    wants: { StaticHostname: "web" },
    expect: ['update fake:StaticHostname = "web"'],
  },
  "null is the default": {
    self: { StaticHostname: "vm" },
    wants: { StaticHostname: null },
    expect: ['update fake:StaticHostname = "localhost"'],
  },
  "null where the default is": {
    self: { StaticHostname: "localhost" },
    wants: { StaticHostname: { reset: true } },
    expect: [],
    unchanged: 1,
  },
  "a set has no order": { self: { Tags: ["b", "a"] }, wants: { Tags: ["a", "b"] }, expect: [], unchanged: 1 },
  "a set with another member": {
    self: { Tags: ["a"] },
    wants: { Tags: ["a", "b"] },
    expect: ['update fake:Tags = ["a","b"]'],
  },
  "a list has an order": {
    self: { Order: ["b", "a"] },
    wants: { Order: ["a", "b"] },
    expect: ['update fake:Order = ["a","b"]'],
  },
  "a record keeps other keys": {
    self: { Env: { A: "1", B: "2" } },
    wants: { Env: { A: "9" } },
    expect: ['update fake:Env = {"A":"9","B":"2"}'],
  },
  "a record that holds": {
    self: { Env: { A: "1", B: "2" } },
    wants: { Env: { B: "2" } },
    expect: [],
    unchanged: 1,
  },
  "null removes a key of a record": {
    self: { Env: { A: "1", B: "2" } },
    wants: { Env: { B: null } },
    expect: ['update fake:Env = {"A":"1"}'],
  },
  "numbers compare by value": {
    self: { StaticHostname: 5n },
    wants: { StaticHostname: 5 },
    expect: [],
    unchanged: 1,
  },
  "a read-only field": { self: { Icon: "a" }, wants: { Icon: "b" }, expect: ["drift read-only fake:Icon"] },
  "a value nobody could read is not written over": {
    self: { StaticHostname: "vm" },
    more: { unknown: ["StaticHostname"] },
    wants: { StaticHostname: "web" },
    expect: ["drift unknown fake:StaticHostname"],
  },
  "a field that can only be written": { wants: { Blind: 1 }, expect: ["update fake:Blind = 1"] },
  "a secret that is the same": {
    self: { Password: "value of env:A" },
    wants: { Password: { secret: "env:A" } },
    expect: [],
    unchanged: 1,
  },
  "a secret that is another": {
    self: { Password: "value of env:A" },
    wants: { Password: { secret: "env:B" } },
    expect: ['update fake:Password = {"secret":"env:B"}'],
  },
  "a secret nobody can read": {
    self: { Password: "x" },
    more: { unknown: ["Password"] },
    wants: { Password: { secret: "env:B" } },
    expect: ['update fake:Password = {"secret":"env:B"}'],
  },
  "a bare key is present": { things: RED, wants: { things: { red: {} } }, expect: [], unchanged: 1 },
  "present, and a field": {
    things: RED,
    wants: { things: { red: { size: 2, color: "red" } } },
    expect: ["update fake:things/red.size = 2"],
    unchanged: 1,
  },
  "not there": {
    wants: { things: { green: { size: 2 } } },
    expect: ['create fake:things/green = {"size":2}'],
  },
  "not there, nothing said": { wants: { things: { green: {} } }, expect: ["create fake:things/green = {}"] },
  removed: {
    things: RED,
    wants: { things: { red: { ensure: "removed" } } },
    expect: ["delete fake:things/red = null"],
  },
  "removed already": { wants: { things: { red: { ensure: "removed" } } }, expect: [], unchanged: 1 },
  latest: {
    things: RED,
    wants: { things: { red: { ensure: "latest" } } },
    expect: ['latest fake:things/red = "latest"'],
  },
  "latest, not there": {
    wants: { things: { red: { ensure: "latest" } } },
    expect: ["create fake:things/red = {}"],
  },
  "by alias": {
    things: RED,
    wants: { things: { "red.alias": { size: 2 } } },
    expect: ["update fake:things/red.size = 2"],
  },
  "twice, by alias": {
    things: RED,
    wants: { things: { red: {}, "red.alias": { size: 2 } } },
    expect: ["OPD2102 fake:things/red"],
    unchanged: 1,
  },
  "fixed at creation": {
    things: RED,
    wants: { things: { red: { material: "stone" } } },
    expect: ["OPD2105 fake:things/red.material"],
  },
  "fixed, and as wanted": {
    things: RED,
    wants: { things: { red: { material: "wood" } } },
    expect: [],
    unchanged: 1,
  },
  "cannot be created": { wants: { fixed: { one: { size: 1 } } }, expect: ["OPD2103 fake:fixed/one"] },
  exclusive: {
    things: { red: {}, blue: {}, green: {} },
    wants: { things: { red: {}, exclusive: 2 } },
    expect: ["delete fake:things/blue = null", "delete fake:things/green = null"],
    unchanged: 1,
  },
  "exclusive, capped": {
    things: { red: {}, blue: {}, green: {} },
    wants: { things: { red: {}, exclusive: 1 } },
    expect: ["OPD2106 fake:things"],
    unchanged: 1,
  },
  "exclusive counts only what is not named": {
    things: { red: {}, blue: {} },
    wants: { things: { red: { ensure: "removed" }, "blue.alias": {}, exclusive: 0 } },
    expect: ["delete fake:things/red = null"],
    unchanged: 1,
  },
  "exclusive, not all listed": {
    things: RED,
    more: { incomplete: true },
    wants: { things: { exclusive: 5 } },
    expect: ["OPD2111 fake:things"],
  },
  target: {
    self: { StaticHostname: "vm" },
    things: RED,
    wants: { StaticHostname: "web", things: { red: { size: 2 } } },
    only: { targets: ["fake:things/*"] },
    expect: ["drift not targeted fake:StaticHostname", "update fake:things/red.size = 2"],
  },
  "target of a field of what is not there": {
    wants: { things: { green: { size: 2, color: "g" } } },
    only: { targets: ["fake:things/green.size"] },
    expect: ['create fake:things/green = {"size":2}'],
  },
  exclude: {
    things: RED,
    wants: { things: { red: { ensure: "removed" }, blue: { size: 1, color: "b" } } },
    only: { excludes: ["fake:things/red", "**.color"] },
    expect: ["drift excluded fake:things/red", 'create fake:things/blue = {"size":1}'],
  },
  "exclude saves from exclusive": {
    things: { red: {}, blue: {} },
    wants: { things: { exclusive: 1 } },
    only: { excludes: ["fake:things/red"] },
    expect: ["drift excluded fake:things/red", "delete fake:things/blue = null"],
  },
  "a target that holds is no mistake": {
    things: RED,
    wants: { things: { red: { size: 1 } } },
    only: { targets: ["fake:things/red"] },
    expect: [],
    unchanged: 1,
  },
  "a target that matches nothing": {
    things: RED,
    wants: { things: { red: {} } },
    only: { targets: ["fake:things/rde"] },
    expect: ["OPD2110 fake:things/rde"],
    unchanged: 1,
  },
};

for (const [
  name,
  { self = {}, things = {}, more = {}, wants, only = {}, expect, unchanged = 0 },
] of Object.entries(CASES)) {
  test(name, async () => {
    const document = documentOf({ fake: wants });
    const plugins = pluginMap(fakePlugin({ self, things, ...more }));
    const { reading } = await takeInventory(plugins, scopesOf(document), contextOf());
    const secrets = secretDigests(plugins, contextOf());
    const found = diff(document, reading, { ...EVERYTHING, ...only }, secrets.digestOf);
    const changes = [...found.changes].flatMap(([plugin, list]) =>
      list.map(
        (change) =>
          `${change.verb} ${formatAddress({ plugin, ...change })} = ${JSON.stringify(change.after)}`,
      ),
    );
    const drift = found.drift.map(({ why, address }) => `drift ${why} ${address}`);
    const faults = found.faults.map(({ code, address }) => `${code} ${address}`);
    assert.deepEqual([...drift, ...changes, ...faults], expect);
    assert.equal(found.unchanged, unchanged);
  });
}

test("an alias of two items is a fault that names both", async () => {
  const document = documentOf({ fake: { things: { both: {} } } });
  const plugins = pluginMap(fakePlugin());
  const { reading } = await takeInventory(plugins, scopesOf(document), contextOf());
  const item = (key: string) =>
    [key, { key, aliases: ["both"], fields: new Map(), pending: false, detail: null }] as const;
  const items = new Map([item("red"), item("blue")]);
  const observed = {
    ...reading.observed.get("fake")!,
    resources: new Map([["things", { complete: false, items }]]),
  };
  const { faults } = diff(
    document,
    { ...reading, observed: new Map([["fake", observed]]) },
    EVERYTHING,
    () => null,
  );
  assert.deepEqual(
    faults.map(({ code, message }) => [code, message]),
    [["OPD2101", '"both" fits 2 items: "red", "blue"']],
  );
});

test("only what the document names is read", () => {
  const scope = (wants: Case["wants"]) => scopesOf(documentOf({ fake: wants })).get("fake");
  assert.deepEqual(scope({ StaticHostname: "a" }), { self: ["StaticHostname"] });
  assert.deepEqual(scope({ things: { red: { size: 1 }, blue: { color: "b" } } }), {
    resources: new Map([["things", { keys: ["red", "blue"], fields: ["size", "color"] }]]),
  });
  assert.deepEqual(scope({ things: { red: { ensure: "removed" } } }), {
    resources: new Map([["things", { keys: ["red"], fields: "all" }]]),
  });
  assert.deepEqual(scope({ things: { red: {}, exclusive: 3 } }), {
    resources: new Map([["things", { keys: "all", fields: "all" }]]),
  });
});
