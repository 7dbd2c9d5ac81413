// What an apply tells its recorder, in which order, and what becomes of the machine when a record cannot be kept: at each
// of them the machine is as before, and the end says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fakePlugin,
  copyOf,
  valueOf,
  type FakeOptions,
  type FakePlugin,
} from "../../../test/support/fake-plugin.ts";
import { memoryRecorder } from "../../../test/support/recorder.ts";
import {
  applied,
  documentOf,
  planned,
  pluginMap,
  type Applied,
  type Spec,
} from "../../../test/support/state-case.ts";
import type { ApplyInput } from "../apply/apply.ts";
import { reportError } from "../apply/report.ts";

const SPEC: Spec = { fake: { StaticHostname: "web", things: { red: { size: 10 }, green: { size: 3 } } } };

function machine(options: FakeOptions = {}): FakePlugin {
  return fakePlugin({ self: { StaticHostname: "vm" }, things: { red: { size: 1 } }, ...options });
}

async function run(plugin: FakePlugin, more: Partial<ApplyInput>, spec: Spec = SPEC): Promise<Applied> {
  const plugins = pluginMap(plugin);
  return applied(await planned(documentOf(spec), plugins), plugins, undefined, undefined, more);
}

const ORDER: readonly (readonly [string, FakeOptions, Partial<ApplyInput>, readonly string[]])[] = [
  [
    "all goes well",
    {},
    {},
    [
      "begin a1",
      "outcome a1 done",
      "intent a2",
      "outcome a2 done",
      "intent a3",
      "outcome a3 done",
      "end done",
    ],
  ],
  [
    "one action fails",
    { applyMishaps: new Map([[1, "refused"]]) },
    {},
    ["begin a1", "outcome a1 done", "intent a2", "outcome a2 failed", "rollingBack", "end restored"],
  ],
  [
    "a group is one intent",
    { groupSize: 3 },
    {},
    ["begin a1 a2 a3", "outcome a1 done a2 done a3 done", "end done"],
  ],
  [
    "the service's own checkpoint",
    { groupSize: 3, checkpoint: "works" },
    {},
    ["begin a1 a2 a3", "native fake", "outcome a1 done a2 done a3 done", "end done"],
  ],
  [
    "a timed commit",
    { groupSize: 3, checkpoint: "works" },
    { hold: { timeoutMs: 60_000 } },
    ["begin a1 a2 a3", "native fake", "outcome a1 done a2 done a3 done", "held held"],
  ],
  [
    "the guard does not start",
    {},
    { hold: { timeoutMs: 60_000 }, arm: () => Promise.reject(new Error("no guard")) },
    ["begin a1", "forget"],
  ],
];
for (const [name, options, more, expected] of ORDER) {
  test(`told while ${name}`, async () => {
    const plugin = machine(options);
    const recorder = memoryRecorder();
    const { report } = await run(plugin, { recorder, ...more });
    assert.deepEqual(recorder.told, expected);
    if (more.hold !== undefined) assert.ok(!plugin.calls.includes("checkpoint commit"));
    if (more.arm !== undefined) {
      assert.equal(report.end, "unchanged");
      assert.ok(!plugin.calls.some((call) => call.startsWith("apply")));
    }
  });
}

test("nothing to do is not recorded", async () => {
  const recorder = memoryRecorder();
  await run(machine(), { recorder }, { fake: { StaticHostname: "vm" } });
  assert.deepEqual(recorder.told, []);
});

const FAILS: readonly (readonly [keyof ReturnType<typeof memoryRecorder>, number, string, number])[] = [
  ["begin", 0, "unchanged", 0],
  ["outcome", 0, "restored", 1],
  ["intent", 0, "restored", 1],
  ["intent", 1, "restored", 2],
  ["native", 0, "restored", 0],
  ["end", 0, "restored", 3],
];
for (const [member, when, end, calls] of FAILS) {
  test(`${member} ${when} cannot be kept: ${end} after ${calls} calls`, async () => {
    const plugin = machine(member === "native" ? { checkpoint: "works" } : {});
    const before = valueOf(copyOf(plugin.machine));
    const recorder = memoryRecorder(new Map([[member as "begin", when]]));
    const { report } = await run(plugin, { recorder });
    assert.equal(report.end, end);
    assert.equal(plugin.calls.filter((call) => call.startsWith("apply")).length, calls);
    assert.deepEqual(valueOf(plugin.machine), before);
    const error = reportError(report);
    assert.deepEqual([error?.code, error?.exit], end === "unchanged" ? ["OPD5002", 1] : ["OPD2124", 3]);
  });
}

test("a held apply whose record cannot be kept goes back", async () => {
  const plugin = machine();
  const recorder = memoryRecorder(new Map([["held", 0]]));
  const { report } = await run(plugin, { recorder, hold: { timeoutMs: 1000 } });
  assert.equal(report.end, "restored");
  assert.equal(plugin.machine.self.get("StaticHostname"), "vm");
});

test("what cannot be recorded while putting back stops nothing, and is said", async () => {
  const plugin = machine({ applyMishaps: new Map([[2, "refused"]]) });
  const recorder = memoryRecorder(
    new Map([
      ["rollingBack", "always"],
      ["end", "always"],
    ]),
  );
  const { report } = await run(plugin, { recorder });
  assert.deepEqual(
    [report.end, report.faults.map(({ code }) => code)],
    ["restored", ["OPD2120", "OPD2124", "OPD2124"]],
  );
});

test("probes are asked after verification, and one that fails puts everything back", async () => {
  const at = { file: "doc.json", line: 1, column: 1 };
  for (const passed of [true, false]) {
    const plugin = machine();
    const plugins = pluginMap(plugin);
    const document = {
      ...documentOf(SPEC),
      probes: [{ kind: "dns", name: "example.org", about: "dns example.org", withinMs: 100, at }] as const,
    };
    const seen: unknown[] = [];
    const { report } = await applied(await planned(document, plugins), plugins, undefined, undefined, {
      ask: () => {
        seen.push(plugin.machine.self.get("StaticHostname"));
        return Promise.resolve({ passed, found: "nothing", elapsedMs: 1 });
      },
    });
    assert.ok(seen.every((name) => name === "web"));
    assert.equal(report.end, passed ? "done" : "restored");
    assert.equal(report.probes[0]?.passed, passed);
    assert.equal(reportError(report)?.code, passed ? undefined : "OPD2125");
  }
});
