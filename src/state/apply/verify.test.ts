// Verification: when it holds, what it reports, and that it waits by signal first, with pauses that grow otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { fakePlugin, type FakePlugin } from "../../../test/support/fake-plugin.ts";
import { contextOf, documentOf, pluginMap, type Spec } from "../../../test/support/state-case.ts";
import { settle } from "../inventory/settle.ts";
import { verifyDocument, type VerifyInput, type VerifyResult } from "./verify.ts";

const AT = { file: "doc.json", line: 1, column: 1 };

async function verify(
  plugin: FakePlugin,
  wants: Spec[string],
  more: Partial<VerifyInput> = {},
): Promise<VerifyResult> {
  const clock = fakeClock();
  const document = documentOf({ fake: wants });
  return verifyDocument({
    document,
    plugins: pluginMap(plugin),
    contextOf: contextOf(clock),
    clock,
    timeoutMs: 0,
    ...more,
  });
}

test("every difference is reported, read-only fields among them", async () => {
  const plugin = fakePlugin({
    self: { StaticHostname: "vm", Icon: "computer", Tags: ["b", "a"], Password: "value of env:A" },
    things: { red: { size: 1 }, blue: { color: "blue" }, busy: { size: 1, pending: true } },
    unknown: ["things/red.color"],
    newest: ["blue"],
  });
  const { verification } = await verify(plugin, {
    StaticHostname: "web",
    Icon: "server",
    Tags: ["a", "b"],
    Password: { secret: "env:B" },
    Blind: "cannot be compared",
    things: {
      red: { size: 1, color: "red", ensure: "latest" },
      blue: { ensure: "latest" },
      busy: { size: 1 },
      green: { size: 3 },
      exclusive: 0,
    },
  });
  const found = verification.mismatches.map((each) => [each.address, each.wanted, each.found]);
  assert.deepEqual(found, [
    ["fake:StaticHostname", "web", "vm"],
    ["fake:Icon", "server", "computer"],
    ["fake:Password", { secret: "env:B" }, null],
    ["fake:things/red", "latest", Object.assign(Object.create(null), { size: 1 })],
    ["fake:things/red.color", "red", { unknown: "access denied" }],
    ["fake:things/busy", "settled", { unknown: "still changing" }],
    ["fake:things/green", Object.assign(Object.create(null), { size: 3 }), undefined],
  ]);
  assert.deepEqual([verification.holds, verification.attempts], [false, 1]);
  assert.equal(verification.checked, found.length + 4, "Tags, blue, and the sizes of red and busy hold");
});

test("one reading is enough when all holds", async () => {
  const plugin = fakePlugin({ self: { StaticHostname: "web" } });
  const { verification } = await verify(plugin, { StaticHostname: "web" }, { timeoutMs: 30_000 });
  assert.deepEqual(verification, { holds: true, checked: 1, mismatches: [], attempts: 1, elapsedMs: 0 });
  assert.equal(plugin.watchers, 0);
});

test("what comes later is waited for by its signal, not by a pause", async () => {
  const plugin = fakePlugin({ self: { StaticHostname: "vm" } });
  const clock = fakeClock();
  let attempts = 0;
  const stuck = {
    ...clock,
    sleep: (ms: number, signal?: AbortSignal) =>
      signal?.aborted === true ? Promise.resolve() : waiting(ms, signal),
  };
  async function waiting(_ms: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    plugin.poke(({ self }) => void self.set("StaticHostname", "web"));
    await woken;
  }
  const { verification } = await verify(
    plugin,
    { StaticHostname: "web" },
    { clock: stuck, timeoutMs: 1000, onAttempt: () => void attempts++ },
  );
  assert.deepEqual([verification.holds, verification.attempts, attempts], [true, 3, 3]);
  assert.deepEqual(clock.sleptMs, [], "no pause ever ended by itself");
  assert.equal(plugin.watchers, 0, "nobody watches afterwards");
});

test("a service that signals at every reading is read once a pause, until the deadline", async () => {
  const clock = fakeClock();
  let told = (): void => undefined;
  const { attempts, elapsedMs } = await settle({
    attempt: () => Promise.resolve(told()),
    settled: () => false,
    watch: (changed) => {
      told = changed;
      return Promise.resolve({ close() {} });
    },
    clock,
    timeoutMs: 1_000,
  });
  assert.equal(elapsedMs, 1_000);
  assert.ok(attempts < 60, `${attempts} readings`);
});

test("without a signal the pauses grow, and the last reading is after the deadline", async () => {
  const clock = fakeClock();
  const plugin = fakePlugin({ self: { StaticHostname: "vm" } });
  const { verification } = await verify(plugin, { StaticHostname: "web" }, { clock, timeoutMs: 4_000 });
  assert.deepEqual(clock.sleptMs, [20, 40, 80, 160, 320, 640, 1000, 1000, 740]);
  assert.deepEqual([verification.holds, verification.attempts, verification.elapsedMs], [false, 11, 4_000]);
});

test("a service that is away leaves every wish for it unknown, and is named", async () => {
  const away = new OpError("OPD2111", "nobody answers");
  const { verification, unavailable } = await verify(fakePlugin({ unavailable: () => away }), {
    StaticHostname: "web",
    things: { red: { size: 1 } },
  });
  assert.deepEqual([...unavailable], [["fake", away]]);
  assert.deepEqual(verification.mismatches, [
    { address: "fake:StaticHostname", wanted: "web", found: { unknown: "nobody answers" }, at: AT },
    { address: "fake:things/red", wanted: null, found: { unknown: "nobody answers" }, at: AT },
    { address: "fake:things/red.size", wanted: 1, found: { unknown: "nobody answers" }, at: AT },
  ]);
});

test("a service that comes back in time is read then", async () => {
  let calls = 0;
  const plugin = fakePlugin({
    self: { StaticHostname: "web" },
    unavailable: () => (calls++ < 3 ? new Error("restarting") : null),
  });
  const { verification } = await verify(plugin, { StaticHostname: "web" }, { timeoutMs: 1_000 });
  assert.deepEqual([verification.holds, verification.attempts], [true, 4]);
});

test("what is excepted or not selected is not compared", async () => {
  const wants = { StaticHostname: "web", Icon: "server", things: { red: { size: 1 } } };
  const selection = { targets: ["fake:StaticHostname", "fake:Icon"], excludes: [] };
  const { verification } = await verify(fakePlugin(), wants, { selection, except: new Set(["fake:Icon"]) });
  assert.deepEqual(
    verification.mismatches.map(({ address }) => address),
    ["fake:StaticHostname"],
  );
});

test("an interruption ends the waiting after one more reading", async () => {
  const stop = new AbortController();
  const clock = fakeClock();
  const { attempts } = await settle({
    attempt: async () => undefined,
    settled: () => false,
    watch: () => Promise.reject(new Error("cannot be watched")),
    clock,
    timeoutMs: 60_000,
    signal: stop.signal,
    onAttempt: (_, attempt) => void (attempt === 3 && stop.abort()),
  });
  assert.equal(attempts, 4);
});
