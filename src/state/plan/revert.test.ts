// The documents that state/ writes: what is, and what takes a plan back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlugin } from "../../../test/support/fake-plugin.ts";
import { contextOf, documentOf, planned, pluginMap } from "../../../test/support/state-case.ts";
import { writeJson } from "../../base/text/text.ts";
import type { ResourceSchema, Schema } from "../../plugin/plugin.ts";
import { takeInventory } from "../inventory/inventory.ts";
import { wayBack } from "../inventory/partial.ts";
import { queryDocument } from "../document/query.ts";
import { revertDocument } from "./revert.ts";
import { tree } from "../inventory/tree.ts";

test("a plan is taken back by a document; what it cannot say is listed", async () => {
  const plugin = fakePlugin({
    self: { StaticHostname: "vm", Env: { A: "1", B: "2" }, Password: "value of env:OLD" },
    things: { red: { size: 1 }, old: { size: 9, material: "wood", serial: "s1" }, stale: { size: 1 } },
    also: {
      green: [
        { verb: "create", resource: "things", key: "moss", about: "1.0" },
        { verb: "update", resource: "things", key: "soil", about: "2.0, now 2.1" },
      ],
    },
  });
  const document = documentOf({
    fake: {
      StaticHostname: "web",
      Order: ["x"],
      Env: { A: "9", C: "3", B: null },
      Password: { secret: "env:NEW" },
      Blind: 1,
      things: { red: { size: 2 }, old: { ensure: "removed" }, green: {}, stale: { ensure: "latest" } },
    },
  });
  const { plan, reading } = await planned(document, pluginMap(plugin));
  assert.deepEqual(JSON.parse(revertDocument(plan, reading)), {
    version: 1,
    plugins: {
      fake: {
        StaticHostname: "vm",
        Env: { A: "1", B: "2", C: null },
        things: {
          red: { size: 1 },
          old: { ensure: "present", size: 9, material: "wood" },
          green: { ensure: "removed" },
          moss: { ensure: "removed" },
        },
      },
    },
    _unknown: [
      { address: "fake:Order", reason: "was not set, and a document cannot say that of it" },
      { address: "fake:Password", reason: "a secret, whose value from before is not known" },
      { address: "fake:Blind", reason: "its value from before is not known" },
      { address: "fake:things/soil", reason: "was 2.0, now 2.1" },
      { address: "fake:things/stale", reason: "a newer version cannot be taken back" },
    ],
  });
});

test("what is, as a document: unknown values and secrets are listed, absent ones left out", async () => {
  const plugin = fakePlugin({
    self: { StaticHostname: "vm", Tags: [], Password: "value of env:A" },
    things: { red: { size: 5n }, empty: {} },
    unknown: ["things/red.color"],
  });
  const scope = {
    self: "all",
    resources: new Map([["things", { keys: "all", fields: "all" } as const]]),
  } as const;
  const { reading } = await takeInventory(pluginMap(plugin), new Map([["fake", scope]]), contextOf());
  const said = writeJson(queryDocument(reading.observed, reading.schemas));
  assert.deepEqual(JSON.parse(said), {
    version: 1,
    plugins: { fake: { StaticHostname: "vm", Tags: [], things: { red: { size: 5 }, empty: {} } } },
    _unknown: [
      { address: "fake:Password", reason: "a secret" },
      { address: "fake:things/red.color", reason: "access denied" },
    ],
  });
  assert.doesNotMatch(said, /value of/);
});

test("the way back of a record removes what came, at any depth", () => {
  assert.deepEqual(
    JSON.parse(writeJson(wayBack({ a: 1, b: { x: 1 } }, { a: 2, b: { x: 1, y: 2 }, c: 3 }, "record"))),
    { a: 1, b: { x: 1, y: null }, c: null },
  );
  assert.equal(wayBack("x", { a: 1 }, "value"), "x");
});

test("fields of an open record nest as deep as its tables go", () => {
  const resource = {
    name: "r",
    fields: new Map(),
    openFields: true,
    openLevels: 2,
  } as unknown as ResourceSchema;
  const schema = { plugin: "p", self: new Map(), resources: new Map([["r", resource]]) } as unknown as Schema;
  const out = tree(new Map([["p", schema]]));
  out.put({ plugin: "p", resource: "r", key: "k", field: "ipv4.method" }, "auto");
  out.put({ plugin: "p", resource: "r", key: "k", field: "ipv4.a.b" }, 1);
  assert.deepEqual(JSON.parse(writeJson(out.document())), {
    version: 1,
    plugins: { p: { r: { k: { ipv4: { method: "auto", "a.b": 1 } } } } },
  });
});
