// Apply, verify and roll back against a machine in memory: a mishap at every action and at every undo, an interruption
// at every action. The end that is reported must be the end the machine is in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  copyOf,
  fakePlugin,
  valueOf,
  type FakeOptions,
  type FakePlugin,
  type Mishap,
} from "../../../test/support/fake-plugin.ts";
import {
  applied,
  documentOf,
  planned,
  pluginMap,
  type Applied,
  type Spec,
} from "../../../test/support/state-case.ts";
import { reportError } from "./report.ts";

const SELF = {
  StaticHostname: "vm",
  Icon: "computer",
  Tags: ["a", "b"],
  Order: ["x"],
  Env: { LANG: "C", LC_TIME: "C" },
};
const THINGS = {
  red: { size: 1, color: "red" },
  blue: { size: 2, color: "blue", tags: ["t"] },
  old: { size: 9 },
};
/** Six actions: one update of the plugin, two of items, one removal, two creations. */
const SPEC: Spec = {
  fake: {
    StaticHostname: "web",
    things: {
      red: { size: 10 },
      blue: { tags: ["t", "u"] },
      old: { ensure: "removed" },
      green: { size: 3 },
      black: { size: 4, ensure: "present" },
    },
  },
};

function machine(options: FakeOptions = {}): FakePlugin {
  return fakePlugin({ self: SELF, things: THINGS, ...options });
}

async function run(plugin: FakePlugin, spec: Spec = SPEC, signal?: AbortSignal): Promise<Applied> {
  const plugins = pluginMap(plugin);
  return applied(await planned(documentOf(spec), plugins), plugins, signal);
}

test("apply changes what differs, verifies, and finds nothing to do the second time", async () => {
  const plugin = machine();
  const { report, events } = await run(plugin);
  assert.equal(report.end, "done");
  assert.equal(reportError(report), null);
  assert.equal(report.results.length, 6);
  assert.equal(report.verification?.holds, true);
  assert.equal(plugin.machine.self.get("StaticHostname"), "web");
  assert.deepEqual([...plugin.machine.things.keys()], ["red", "blue", "green", "black"]);
  assert.deepEqual(
    events.map(({ type }) => type),
    [...Array.from({ length: 6 }, () => ["apply_start", "apply_complete"]).flat(), "verify_attempt"],
  );
  const again = await run(plugin);
  assert.deepEqual([again.report.end, again.report.results.length, again.events.length], ["unchanged", 0, 0]);
});

const SEEN: readonly (readonly [Mishap, "done" | "restored" | "left"])[] = [
  ["refused", "restored"],
  ["silent", "done"],
  ["lost", "restored"],
  ["half", "restored"],
  ["ignored", "restored"],
  ["thrown", "restored"],
];
for (const [mishap, end] of SEEN) {
  for (let index = 0; index < 6; index++) {
    test(`action ${index} ${mishap}: ${end}`, async () => {
      const plugin = machine({ applyMishaps: new Map([[index, mishap]]) });
      const before = valueOf(copyOf(plugin.machine));
      const { report } = await run(plugin);
      assert.equal(report.end, end);
      const sent = plugin.calls.filter((call) => call.startsWith("apply")).length;
      assert.equal(
        sent,
        mishap === "silent" || mishap === "ignored" ? 6 : index + 1,
        "nothing is sent twice or later",
      );
      if (end === "restored") {
        assert.deepEqual(valueOf(plugin.machine), before);
        assert.equal(report.rollback?.verification.holds, true);
        assert.equal(reportError(report)?.exit, 3);
        assert.deepEqual(
          plugin.calls.filter((call) => call.startsWith("undo")),
          Array.from({ length: sent }, (_, n) => `undo a${sent - n}`),
        );
      }
    });
  }
}

for (const mishap of ["refused", "lost", "half", "thrown"] as const) {
  for (let index = 0; index < 6; index++) {
    test(`the last action fails, undo ${index} ${mishap}: what is left is listed`, async () => {
      const plugin = machine({
        applyMishaps: new Map([[5, "half"]]),
        undoMishaps: new Map([[index, mishap]]),
      });
      const then = copyOf(plugin.machine);
      const { report } = await run(plugin);
      const left = (report.rollback?.left ?? []).map(({ address }) => address);
      assert.deepEqual(left, truth(then, plugin.machine));
      assert.equal(report.end, left.length === 0 ? "restored" : "left");
      assert.equal(left.length, 1);
      const error = reportError(report);
      assert.deepEqual([error?.code, error?.exit], ["OPD2121", 4]);
      assert.match(error?.now ?? "", new RegExp(`^not as before: ${left[0]!.replaceAll(".", "\\.")} is `));
      const [is] = report.rollback!.left;
      const said = error?.faults.find(({ code }) => code === "OPD2121");
      const found = is?.found === undefined ? {} : { found: is.found };
      assert.deepEqual([said?.address, said?.differs], [left[0], { wanted: is?.wanted, ...found }]);
      assert.equal(
        plugin.calls.filter((call) => call.startsWith("undo")).length,
        6,
        "the others are undone all the same",
      );
    });
  }
}

for (let index = 0; index < 6; index++) {
  test(`interrupted during action ${index}: it is finished, no other is started, all is put back`, async () => {
    const stop = new AbortController();
    let count = 0;
    const plugin = machine({ beforeApply: () => void (count++ === index && stop.abort()) });
    const before = valueOf(copyOf(plugin.machine));
    const { report } = await run(plugin, SPEC, stop.signal);
    assert.equal(report.end, "restored");
    assert.equal(report.results.length, index + 1);
    assert.deepEqual(valueOf(plugin.machine), before);
    const error = reportError(report);
    assert.deepEqual([error?.code, error?.exit], ["OPD2122", 3]);
  });
}

test("interrupted before the first action: nothing is sent", async () => {
  const plugin = machine();
  const { report } = await run(plugin, SPEC, AbortSignal.abort());
  assert.deepEqual([report.end, reportError(report)?.exit], ["unchanged", 130]);
  assert.ok(!plugin.calls.some((call) => call.startsWith("apply")));
});

test("a verification that fails names the difference, and everything is put back", async () => {
  const plugin = machine({ applyMishaps: new Map([[0, "ignored"]]) });
  const { report, events } = await run(plugin);
  const error = reportError(report);
  assert.equal(error?.code, "OPD2107");
  const shown = error?.faults.map(({ address, differs }) => ({ address, ...differs }));
  assert.deepEqual(
    shown,
    report.verification?.mismatches.map(({ address, wanted, found }) =>
      found === undefined ? { address, wanted } : { address, wanted, found },
    ),
  );
  assert.ok(shown !== undefined && shown.length > 0);
  assert.deepEqual(report.verification?.mismatches, [
    {
      address: "fake:StaticHostname",
      wanted: "web",
      found: "vm",
      at: { file: "doc.json", line: 1, column: 1 },
    },
  ]);
  assert.ok(report.verification!.attempts > 2);
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith("rollback")).map(({ type }) => type),
    ["rollback_start", "rollback_complete"],
  );
});

test("a group is one call, there and back, in reverse order", async () => {
  const plugin = machine({ groupSize: 4, applyMishaps: new Map([[5, "refused"]]) });
  const { report } = await run(plugin);
  assert.equal(report.end, "restored");
  assert.deepEqual(
    plugin.calls.filter((call) => /^(apply|undo)/.test(call)),
    ["apply a1 a2 a3 a4", "apply a5 a6", "undo a6 a5", "undo a4 a3 a2 a1"],
  );
});

test("what a creation brings along is taken away with it, or listed", async () => {
  const also = { green: [{ verb: "create", resource: "things", key: "moss", about: "1.0" }] } as const;
  const good = machine({ also, applyMishaps: new Map([[5, "refused"]]) });
  assert.equal((await run(good)).report.end, "restored");
  assert.ok(!good.machine.things.has("moss"));

  const bad = machine({ also, applyMishaps: new Map([[5, "refused"]]), undoMishaps: new Map([[1, "lost"]]) });
  const { report } = await run(bad);
  assert.deepEqual(
    report.rollback?.left.map(({ address }) => address),
    ["fake:things/green", "fake:things/moss"],
  );
});

const CHECKPOINT: readonly (readonly [
  FakeOptions["checkpoint"],
  number | null,
  string,
  readonly string[],
])[] = [
  ["works", null, "done", ["checkpoint create", "checkpoint commit"]],
  ["works", 3, "restored", ["checkpoint create", "checkpoint rollback"]],
  ["create fails", null, "restored", ["checkpoint create"]],
  ["commit fails", null, "restored", ["checkpoint create", "checkpoint commit", "checkpoint rollback"]],
  [
    "rollback fails",
    3,
    "restored",
    ["checkpoint create", "checkpoint rollback", "undo a3", "undo a2", "undo a1"],
  ],
];
for (const [checkpoint, failing, end, expected] of CHECKPOINT) {
  test(`checkpoint ${checkpoint}, ${failing === null ? "no action fails" : `action ${failing} fails`}: ${end}`, async () => {
    const plugin = machine({
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(failing === null ? {} : { applyMishaps: new Map([[failing, "refused"]] as const) }),
    });
    const before = valueOf(copyOf(plugin.machine));
    const { report } = await run(plugin);
    assert.equal(report.end, end);
    assert.deepEqual(
      plugin.calls.filter((call) => /^(checkpoint|undo)/.test(call)),
      expected,
    );
    if (end === "restored") assert.deepEqual(valueOf(plugin.machine), before);
  });
}

test("an action without a way back is not undone, and is listed as left", async () => {
  const plugin = machine({
    applyMishaps: new Map([[5, "refused"]]),
    change: (action) => (action.field === "StaticHostname" ? { ...action, undo: "none" } : action),
  });
  const { report } = await run(plugin);
  assert.equal(report.end, "left");
  assert.deepEqual(report.rollback?.left, [{ address: "fake:StaticHostname", wanted: "vm", found: "web" }]);
});

test("a creation that cannot be cleared away is left, although no reading shows it", async () => {
  const plugin = machine({
    applyMishaps: new Map([[4, "refused"]]),
    undoMishaps: new Map([[0, "refused"]]),
  });
  const { report } = await run(plugin);
  assert.equal(report.end, "left");
  assert.deepEqual(report.rollback?.left, [
    { address: "fake:things/green", wanted: null, found: { unknown: "refused green" } },
  ]);
});

test("a service that is away when things are put back leaves what cannot be shown", async () => {
  let away = false;
  const plugin = machine({
    applyMishaps: new Map([[2, "refused"]]),
    beforeApply: (group) => void (group[0]?.id === "a3" && (away = true)),
    unavailable: () => (away ? new Error("gone") : null),
  });
  const { report } = await run(plugin);
  assert.equal(report.end, "left");
  assert.deepEqual(
    report.rollback?.left.map(({ address, found }) => [address, found]),
    [
      ["fake:StaticHostname", { unknown: "fake cannot be read" }],
      ["fake:things/red.size", { unknown: "fake cannot be read" }],
      ["fake:things/blue.tags", { unknown: "fake cannot be read" }],
    ],
  );
});

test("a secret is compared by its digest, and its value is in no report, event or plan", async () => {
  const spec = { fake: { Password: { secret: "env:NEW" }, StaticHostname: "web" } };
  const password = { ...SELF, Password: "value of env:OLD" };
  const plugin = machine({ self: password });
  const { report, events } = await run(plugin, spec);
  assert.deepEqual([report.end, report.results.length], ["done", 2]);
  assert.equal((await run(plugin, spec)).report.end, "unchanged");

  const failing = await run(machine({ self: password, applyMishaps: new Map([[1, "refused"]]) }), spec);
  assert.equal(failing.report.end, "left");
  assert.deepEqual(failing.report.rollback?.left, [{ address: "fake:Password", wanted: null, found: null }]);
  for (const said of [report, events, failing.report, failing.events]) {
    assert.doesNotMatch(inspect(said, { depth: null }), /value of/);
  }
});

test("a listener that fails changes nothing about the apply", async () => {
  const plugin = machine({ applyMishaps: new Map([[3, "refused"]]) });
  const before = valueOf(copyOf(plugin.machine));
  const plugins = pluginMap(plugin);
  const made = await planned(documentOf(SPEC), plugins);
  const deaf = (): never => {
    throw new Error("EPIPE");
  };
  const { report } = await applied(made, plugins, undefined, deaf);
  assert.equal(report.end, "restored");
  assert.deepEqual(valueOf(plugin.machine), before);
});

/** What differs now from `then`, found without state/: in the order of addresses. */
function truth(then: FakePlugin["machine"], now: FakePlugin["machine"]): string[] {
  const left: string[] = [];
  if (then.self.get("StaticHostname") !== now.self.get("StaticHostname")) left.push("fake:StaticHostname");
  for (const key of new Set([...then.things.keys(), ...now.things.keys()])) {
    const [was, is] = [then.things.get(key), now.things.get(key)];
    if (was === undefined || is === undefined) left.push(`fake:things/${key}`);
    else {
      for (const field of new Set([...was.keys(), ...is.keys()])) {
        if (JSON.stringify(was.get(field)) !== JSON.stringify(is.get(field)))
          left.push(`fake:things/${key}.${field}`);
      }
    }
  }
  return left;
}
