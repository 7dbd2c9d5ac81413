// The saved plan: its bytes (a golden file), what is read back from it, and every way in which it can stop fitting.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fakePlugin, type FakeOptions } from "../../../test/support/fake-plugin.ts";
import { documentOf, planned, pluginMap } from "../../../test/support/state-case.ts";
import type { Plan } from "../model.ts";
import { planToJson } from "./plan-json.ts";
import { claimDiffers, readSavedPlan, type SavedPlan } from "./saved.ts";

const GOLDEN = new URL("../../../test/fixtures/plan-1.0.json", import.meta.url);
const HAVE: FakeOptions = {
  self: { StaticHostname: "vm", Icon: "computer", Password: "value of env:OLD" },
  things: { red: { size: 9007199254740993n }, old: { color: "grey" } },
  also: { green: [{ verb: "create", resource: "things", key: "moss", about: "1.0" }] },
};
const DOCUMENT = documentOf({
  fake: {
    StaticHostname: "web",
    Icon: "server",
    Password: { secret: "env:NEW" },
    things: { red: { size: 2 }, old: { ensure: "removed" }, green: { size: 3 } },
  },
});

async function plan(more: FakeOptions = {}): Promise<Plan> {
  return (await planned(DOCUMENT, pluginMap(fakePlugin({ ...HAVE, ...more })))).plan;
}

function read(text: string): SavedPlan {
  const { saved, faults } = readSavedPlan("plan.json", text);
  assert.deepEqual(faults, []);
  return saved!;
}

test("a plan is written as the golden file has it, and holds no secret", async () => {
  const text = planToJson(await plan());
  assert.equal(text, readFileSync(GOLDEN, "utf8"));
  assert.doesNotMatch(text, /value of/);
});

test("from a saved plan the document and the targets are taken", async () => {
  const { plan: partial } = await planned(DOCUMENT, pluginMap(fakePlugin(HAVE)), {
    targets: ["fake:things"],
    excludes: [],
  });
  const saved = read(planToJson(partial));
  assert.deepEqual(saved.sources, DOCUMENT.sources);
  assert.deepEqual(saved.selection, { targets: ["fake:things"], excludes: [] });
  assert.equal(saved.checkAuth, false);
});

const MOVED: Readonly<Record<string, readonly [FakeOptions, string | null]>> = {
  "nothing moved": [{}, null],
  "a value that was read": [
    { self: { ...HAVE.self, StaticHostname: "x" } },
    'fake:StaticHostname was "vm", and is now "x"',
  ],
  "a secret that is there": [{ self: { ...HAVE.self, Password: "p" } }, "fake:Password was "],
  "another interface": [{ interfaceDigest: () => "d9" }, "the interfaces of org.example.fake changed"],
  "another mapping": [
    { change: (action) => ({ ...action, via: action.via.map((call) => ({ ...call, member: "Put" })) }) },
    'actions[0].via[0].member is "Set" in the file, and "Put" in the plan made now',
  ],
};
for (const [name, [more, expected]] of Object.entries(MOVED)) {
  test(`a saved plan, and then: ${name}`, async () => {
    const found = claimDiffers(read(planToJson(await plan())), await plan(more));
    if (expected === null) assert.equal(found, null);
    else assert.ok(found?.startsWith(expected), `${found}`);
  });
}

const EDITS: readonly (readonly [string, RegExp, string, string])[] = [
  [
    "a risk",
    /"risk": "irreversible"/,
    '"risk": "reversible"',
    'actions[1].risk is "reversible" in the file, and "irreversible" in the plan made now',
  ],
  ["a call", /"member": "Set"/, '"member": "Reboot"', 'actions[0].via[0].member is "Reboot" in the file'],
  [
    "white space",
    /\n {2}"base"/,
    '\n "base"',
    "the file was edited: its content is the same, its bytes are not",
  ],
  [
    "a value that was read",
    /"fake:StaticHostname": "\\"vm\\""/,
    '"fake:StaticHostname": "\\"vn\\""',
    'fake:StaticHostname was "vn", and is now "vm"',
  ],
  [
    "a digit beyond 2^53",
    /9007199254740993,/,
    "9007199254740992,",
    "actions[2].before is 9007199254740992 in the file",
  ],
  [
    "one more member",
    /"summary": {/,
    '"summary": {"more": 1,',
    "the file has summary.more, the plan made now lacks it",
  ],
  ["one less", /\n {4}"reads": \d+,/, "", "the file lacks summary.reads, the plan made now has it"],
  [
    "a member of the prototype",
    /"summary": {/,
    '"summary": {"__proto__": 1,',
    "the file has summary.__proto__",
  ],
];
for (const [name, from, to, expected] of EDITS) {
  test(`a saved plan with an edit of ${name} is refused`, async () => {
    const made = await plan();
    const text = planToJson(made);
    const edited = text.replace(from, to);
    assert.notEqual(edited, text, "the edit does nothing");
    const found = claimDiffers(read(edited), made);
    assert.ok(found?.startsWith(expected), `${found}`);
  });
}

test("any single byte that is changed is noticed", async () => {
  const made = await plan();
  const text = planToJson(made);
  for (let at = 0; at < text.length; at += 7) {
    const edited = `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
    const { saved } = readSavedPlan("plan.json", edited);
    if (saved !== null) assert.notEqual(claimDiffers(saved, made), null, `byte ${at}`);
  }
});

const BROKEN: readonly (readonly [string, string, string])[] = [
  ["[]", "OPD2140", "format_version is missing"],
  ['{"format_version": "2.0"}', "OPD2140", 'format_version is "2.0"'],
  ['{"format_version": 1}', "OPD2140", "format_version is missing"],
  ['{"format_version": "1.0"}', "OPD2140", "it carries no document"],
  ['{"format_version": "1.0", "document": {"sources": [{"file": 1}]}}', "OPD2140", "a source has file"],
  [
    '{"format_version": "1.0", "document": {"sources": [{"file": "a", "format": "json", "text": "{}"}]}, "targets": {"target": [1]}}',
    "OPD2140",
    "an address is a text",
  ],
  ["{", "OPD1101", ""],
];
for (const [text, code, message] of BROKEN) {
  test(`no plan: ${text}`, () => {
    const { saved, faults } = readSavedPlan("plan.json", text);
    assert.equal(saved, null);
    assert.equal(faults[0]?.code, code);
    assert.ok(faults[0].message.startsWith(message), faults[0].message);
    assert.equal(faults[0].at?.file, "plan.json");
  });
}
