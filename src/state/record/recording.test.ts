// What journal and audit log hold of an apply: all that the way back needs, and nothing that a secret could be read from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../base/text/text.ts";
import { fakePlugin } from "../../../test/support/fake-plugin.ts";
import { applied, documentOf, planned, pluginMap, type Spec } from "../../../test/support/state-case.ts";
import { applyEntries, endingOf, journalBegin, plainRecord, recordedOutcome } from "./recording.ts";
import type { ActionEntry, JournalBegin } from "./recorded.ts";

const SPEC: Spec = {
  fake: {
    Env: { LANG: "de_DE" },
    Password: { secret: "env:NEW" },
    things: { red: { size: 10 }, old: { ensure: "removed" }, green: { size: 3 } },
  },
};

async function begun(): Promise<{ readonly begin: JournalBegin; readonly entries: readonly object[] }> {
  const plugin = fakePlugin({
    self: { Env: { LANG: "C", LC_TIME: "C" }, Password: "value of env:OLD", StaticHostname: "vm" },
    things: { red: { size: 1, color: "red" }, old: { size: 9 }, other: { size: 7 } },
    also: { green: [{ verb: "create", resource: "things", key: "moss", about: "1.0" }] },
  });
  const plugins = pluginMap(plugin);
  const made = await planned(documentOf(SPEC), plugins);
  const begin = journalBegin(made.plan, made.reading, {
    purpose: "apply",
    of: null,
    bus: "0",
    address: "unix:path=/b",
    actor: { uid: 0, pid: 1, user: "root", unit: "", subject: "op-dbus" },
    process: { pid: 1, start: "1", boot: "b" },
    place: { machine: "", boot: "b", path: "/j", inode: "1", born: "", device: "1" },
    time: "2026-01-01T00:00:00.000Z",
    documents: [],
    audit_size: 0,
    commit: null,
  });
  const { report } = await applied(made, plugins);
  const outcomes = new Map(report.results.map((result) => [result.action.id, recordedOutcome(result)]));
  return { begin, entries: applyEntries("0".repeat(16), begin, outcomes, endingOf(report, "apply")) };
}

test("a record has the whole value afterwards, and before it what the actions touch and no more", async () => {
  const { begin } = await begun();
  const after = Object.fromEntries(
    begin.actions.map((action) => [action.address, structuredClone(action.after)]),
  );
  assert.deepEqual(after["fake:Env"], { LANG: "de_DE", LC_TIME: "C" });
  assert.deepEqual(after["fake:things/green"], { size: 3 });
  const { "fake:Password": digest, ...before } = begin.before;
  assert.match(digest ?? "", /^\{"digest":"[0-9a-f]{64}"\}$/);
  assert.deepEqual(
    { ...before },
    {
      "fake:Env": '{"LANG":"C","LC_TIME":"C"}',
      "fake:things/old.color": "null",
      "fake:things/old.material": "null",
      "fake:things/old.serial": "null",
      "fake:things/old.size": "9",
      "fake:things/old.tags": "null",
      "fake:things/red.size": "1",
    },
  );
});

test("a secret is its reference and two digests, in the journal and in the audit log", async () => {
  const { begin, entries } = await begun();
  const password = begin.actions.find(({ field }) => field === "Password")!;
  assert.deepEqual(Object.keys(password.before as object), ["digest"]);
  assert.deepEqual(Object.keys(password.after as object), ["secret", "digest"]);
  assert.notEqual(canonicalJson(password.before), canonicalJson(password.after));
  for (const record of [begin, ...entries])
    assert.doesNotMatch(canonicalJson(plainRecord(record as never)), /value of/);
});

test("an apply is begin, its actions in order, and end; what was not reached is not started", async () => {
  const { begin, entries } = await begun();
  assert.deepEqual(
    entries.map((entry) => (entry as { type: string }).type),
    ["begin", ...begin.actions.map(() => "action"), "end"],
  );
  const none = applyEntries("0".repeat(16), begin, new Map(), {
    end: "restored",
    by: "recovery",
    faults: [],
    verification: null,
    probes: [],
    left: [],
  });
  const outcomes = none
    .filter(({ type }) => type === "action")
    .map((entry) => (entry as ActionEntry).outcome);
  assert.deepEqual(new Set(outcomes), new Set(["not-started"]));
});
