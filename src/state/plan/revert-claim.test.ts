// The way back from a plan file: the same document as before the apply, from what the file says alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlugin, type FakeOptions } from "../../../test/support/fake-plugin.ts";
import { documentOf, planned, pluginMap } from "../../../test/support/state-case.ts";
import { OpError } from "../../base/error.ts";
import type { DocValue } from "../../plugin/plugin.ts";
import { planToJson } from "./plan-json.ts";
import { revertClaim } from "./revert-claim.ts";
import { revertDocument } from "./revert.ts";
import { readSavedPlan, type SavedPlan } from "./saved.ts";

function read(text: string): SavedPlan {
  const { saved, faults } = readSavedPlan("plan.json", text);
  assert.deepEqual(faults, []);
  return saved!;
}

const table: readonly (readonly [string, FakeOptions, { readonly [name: string]: DocValue }])[] = [
  [
    "an update",
    { self: { StaticHostname: "vm", Order: ["a", "b"] } },
    { StaticHostname: "web", Order: ["b"] },
  ],
  ["a record", { self: { Env: { A: "1", B: "2" } } }, { Env: { A: "9", C: "3", B: null } }],
  [
    "a creation, and what came along",
    {
      things: {},
      also: {
        green: [
          { verb: "create", resource: "things", key: "moss", about: "1.0" },
          { verb: "update", resource: "things", key: "soil", about: "2.0" },
        ],
      },
    },
    { things: { green: { size: 3 } } },
  ],
  [
    "a removal, with all its fields",
    { things: { old: { size: 9007199254740993n, material: "wood" } } },
    {
      things: { old: { ensure: "removed" } },
    },
  ],
  ["a key in quotes", { things: { 'a "b*"': { size: 1 } } }, { things: { 'a "b*"': { size: 2 } } }],
  ["a secret", { self: { Password: "value of env:OLD" } }, { Password: { secret: "env:NEW" } }],
  ["what nobody could read", { self: {} }, { Blind: 1 }],
  ["what was not set", { self: {} }, { Order: ["x"] }],
  ["the newest", { things: { stale: { size: 1 } } }, { things: { stale: { ensure: "latest" } } }],
];

for (const [what, have, want] of table) {
  test(`a plan file leads back: ${what}`, async () => {
    const { plan, reading } = await planned(documentOf({ fake: want }), pluginMap(fakePlugin(have)));
    assert.notEqual(plan.actions.length, 0);
    const said = revertClaim(read(planToJson(plan)), reading.schemas);
    assert.deepEqual(JSON.parse(said), JSON.parse(revertDocument(plan, reading)));
    assert.doesNotMatch(said, /value of/);
  });
}

test("an edited file is refused where its actions are none; nothing else in it is obeyed", async () => {
  const document = documentOf({ fake: { StaticHostname: "web" } });
  const { plan, reading } = await planned(
    document,
    pluginMap(fakePlugin({ self: { StaticHostname: "vm" } })),
  );
  const text = planToJson(plan);
  const edits: readonly (readonly [string, string])[] = [
    ['"verb": "update"', '"verb": "destroy"'],
    ['"plugin": "fake"', '"plugin": 7'],
    ['"also": []', '"also": [{"verb": "burn", "resource": "things", "key": "x", "about": ""}]'],
    ['"also": []', '"also": [{"verb": "create", "key": "x", "about": ""}]'],
  ];
  for (const [from, to] of edits) {
    assert.ok(text.includes(from), from);
    const edited = text.replaceAll(from, to);
    assert.throws(
      () => revertClaim(read(edited), reading.schemas),
      (error) => error instanceof OpError && error.code === "OPD2140",
      to,
    );
  }
  const said = revertClaim(read(text.replaceAll('"before": "vm"', '"before": "mine"')), reading.schemas);
  assert.equal(JSON.parse(said).plugins.fake.StaticHostname, "mine");
});
