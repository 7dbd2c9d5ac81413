// An apply that is cut at every point, and taken up by somebody who has nothing but its journal: the machine is as before
// or as wanted, or what is neither is listed, and the list is the truth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readText, plainOf, canonicalJson } from "../../base/text/text.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import {
  copyOf,
  fakePlugin,
  valueOf,
  type FakeOptions,
  type FakePlugin,
} from "../../../test/support/fake-plugin.ts";
import { silentRecorder } from "../../../test/support/recorder.ts";
import {
  applied,
  contextOf,
  documentOf,
  planned,
  pluginMap,
  type Spec,
} from "../../../test/support/state-case.ts";
import { plainRecord, journalBegin } from "./recording.ts";
import { recoverApply, type Recovered } from "./recover.ts";
import type { JournalBegin, JournalNote } from "./recorded.ts";
import type { Recorder } from "../ports.ts";

const SELF = {
  StaticHostname: "vm",
  Tags: ["a", "b"],
  Env: { LANG: "C", LC_TIME: "C" },
  Password: "value of env:OLD",
};
const THINGS = { red: { size: 1, color: "red" }, old: { size: 9, color: "grey" } };
const SPEC: Spec = {
  fake: {
    StaticHostname: "web",
    Tags: ["b", "c"],
    Env: { LANG: "de_DE" },
    things: { red: { size: 10 }, green: { size: 3 }, old: { ensure: "removed" } },
  },
};
const ACTIONS = 6;

class Cut extends Error {}

/** Applies until the plugin or the recorder throws `Cut`, and gives back what a journal would hold then, as it reads it. */
async function cut(
  plugin: FakePlugin,
  spec: Spec,
  stop: (said: string) => void,
  commit: JournalBegin["commit"] = null,
): Promise<{ readonly begin: JournalBegin; readonly notes: readonly JournalNote[] }> {
  const plugins = pluginMap(plugin);
  const made = await planned(documentOf(spec), plugins);
  const notes: JournalNote[] = [];
  const begin = journalBegin(made.plan, made.reading, {
    purpose: "apply",
    of: null,
    bus: "0",
    address: "unix:path=/b",
    actor: { uid: 0, pid: 1, user: "root", unit: "", subject: "op-dbus apply doc.json" },
    process: { pid: 1, start: "1", boot: "b" },
    place: { machine: "", boot: "b", path: "/j", inode: "1", born: "", device: "1" },
    time: "2026-01-01T00:00:00.000Z",
    documents: [],
    audit_size: 0,
    commit,
  });
  const say = async (text: string, note?: JournalNote): Promise<void> => {
    stop(text);
    if (note !== undefined) notes.push(note);
    stop(`${text}!`);
  };
  const recorder: Recorder = {
    ...silentRecorder,
    begin: (_plan, _reading, ids) => say("begin", { type: "intent", ids, mono_ms: 0 }),
    intent: (ids) => say("intent", { type: "intent", ids, mono_ms: 0 }),
    native: (name, handle) => say("native", { type: "native", plugin: name, handle }),
    outcome: (results) =>
      say("outcome", {
        type: "outcome",
        results: results.map(({ action, outcome }) => ({
          id: action.id,
          outcome: outcome.outcome,
          reason: "",
          elapsed_ms: 0,
        })),
      }),
    rollingBack: (reason) => say("rollingBack", { type: "rolling-back", reason }),
    end: () => say("end"),
  };
  let gone = false;
  const halt = new Promise<never>((_, reject) => {
    const inner = stop;
    stop = (said) => {
      if (gone) return void 0;
      try {
        inner(said);
      } catch (error) {
        gone = true;
        reject(error as Error);
      }
    };
  });
  const frozen: FakePlugin = Object.assign(Object.create(plugin) as FakePlugin, {
    apply: async (...args: Parameters<FakePlugin["apply"]>) => {
      if (gone) return await new Promise<never>(() => undefined);
      return await plugin.apply(...args);
    },
    undo: async (...args: Parameters<FakePlugin["undo"]>) => {
      if (gone) return await new Promise<never>(() => undefined);
      return await plugin.undo(...args);
    },
  });
  const hung = (member: keyof Recorder) => {
    const told = recorder[member] as (...args: unknown[]) => Promise<void>;
    return async (...args: unknown[]): Promise<void> => {
      await told(...args);
      if (gone) await new Promise<never>(() => undefined);
    };
  };
  const dying = Object.fromEntries(
    (Object.keys(recorder) as (keyof Recorder)[]).map((member) => [member, hung(member)]),
  ) as unknown as Recorder;
  const work = applied(made, pluginMap(frozen), undefined, undefined, {
    recorder: dying,
    hold: commit && { timeoutMs: 1 },
  });
  await Promise.race([work, halt]).catch((error: unknown) => {
    if (!(error instanceof Cut)) throw error;
  });
  // Through the bytes, as another process reads them.
  const again = (value: JournalBegin | JournalNote): unknown =>
    plainOf(readText("", canonicalJson(plainRecord(value)), "json").root!);
  return { begin: again(begin) as JournalBegin, notes: notes.map((note) => again(note) as JournalNote) };
}

async function recovered(
  plugin: FakePlugin,
  journal: { readonly begin: JournalBegin; readonly notes: readonly JournalNote[] },
  sameBoot = true,
  { clock = fakeClock(), timeoutMs = 500 } = {},
): Promise<Recovered & { readonly rolledBack: boolean }> {
  const plugins = pluginMap(plugin);
  const schemas = new Map([[plugin.name, await plugin.schema(contextOf(clock)(plugin))]]);
  let rolledBack = false;
  const result = await recoverApply({
    ...journal,
    plugins,
    schemas,
    sameBoot,
    contextOf: contextOf(clock),
    clock,
    timeoutMs,
    sinceIntentMs: 0,
    rollingBack: () => {
      rolledBack = true;
      return Promise.resolve();
    },
  });
  return { ...result, rolledBack };
}

function machine(options: FakeOptions = {}): FakePlugin {
  return fakePlugin({ self: SELF, things: THINGS, ...options });
}

/** Values of the machine without regard to the order of things. */
function held({ machine: { self, things } }: FakePlugin): string {
  const sorted = [...things].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    [...self].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    sorted.map(([key, thing]) => [key, [...thing].toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  ]);
}

for (const checkpoint of [undefined, "works"] as const) {
  const options = checkpoint === undefined ? {} : { checkpoint };
  test(`cut at every record, ${checkpoint ?? "no"} checkpoint: before or after`, async (t) => {
    const whole = machine(options);
    const asBefore = held(whole);
    const said: string[] = [];
    await cut(whole, SPEC, (text) => void said.push(text));
    const wanted = held(whole);
    const ends: string[] = [];
    for (const at of said.keys()) {
      const plugin = machine(options);
      let count = 0;
      const journal = await cut(plugin, SPEC, () => {
        if (count++ === at) throw new Cut();
      });
      // Not even begun: there is nothing to recover.
      if (journal.notes.length === 0) continue;
      const { ending, left } = await recovered(plugin, journal);
      assert.deepEqual(left, [], `${at} ${said[at]}`);
      assert.equal(held(plugin), ending.end === "done" ? wanted : asBefore, `${at} ${said[at]}`);
      ends.push(ending.end);
    }
    assert.ok(ends.includes("done") && ends.includes("restored"));
    t.diagnostic(`${ends.length} points`);
  });
}

for (let index = 0; index < ACTIONS; index++) {
  for (const mishap of ["silent", "lost", "half"] as const) {
    test(`cut in call ${index}, which is ${mishap}: as before, or all of it`, async () => {
      const plugin = machine({ applyMishaps: new Map([[index, mishap]]) });
      const asBefore = held(plugin);
      let outcomes = 0;
      const journal = await cut(plugin, SPEC, (said) => {
        if (said === "outcome" && outcomes++ === index) throw new Cut();
      });
      const { ending, left } = await recovered(plugin, journal);
      const isWhole = index === ACTIONS - 1 && mishap === "silent";
      assert.deepEqual([ending.end, left], [isWhole ? "done" : "restored", []]);
      if (!isWhole) assert.equal(held(plugin), asBefore);
    });
  }
}

test("what cannot be put back is listed, and everything else goes back", async () => {
  const plugin = machine();
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "end") throw new Cut();
  });
  plugin.poke(({ self }) => self.set("StaticHostname", "other"));
  plugin.options = { ...plugin.options, applyMishaps: new Map([[ACTIONS, "refused"]]) };
  const { ending, left, rolledBack } = await recovered(plugin, journal);
  assert.ok(rolledBack);
  assert.equal(ending.end, "left");
  assert.equal(left.length, 1);
  const address = left[0]!.address;
  const now = valueOf(copyOf(plugin.machine));
  assert.deepEqual(ending.left, [{ address, found: left[0]!.found ?? null }], JSON.stringify(now));
});

test("a fault of the way back that names none of the actions keeps back only what it comes from", async () => {
  const plugin = machine();
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "end") throw new Cut();
  });
  const { plan } = plugin;
  const fault = { code: "OPD2109", message: "a circle", address: "elsewhere:thing" } as const;
  plugin.plan = async (ctx, observed, changes) => {
    const isMet = changes.some(({ key }) => key === "green");
    return isMet ? { actions: [], faults: [fault] } : await plan(ctx, observed, changes);
  };
  const notes: JournalNote[] = [...journal.notes, { type: "rolling-back", reason: "interrupted" }];
  const { ending, left } = await recovered(plugin, { ...journal, notes });
  assert.equal(ending.end, "left");
  assert.deepEqual(
    left.map(({ address }) => address),
    ["fake:things/green"],
  );
});

test("a secret is never taken back by its value, and is listed", async () => {
  const plugin = machine();
  const spec = { fake: { Password: { secret: "env:NEW" }, StaticHostname: "web" } };
  const journal = await cut(plugin, spec, (said) => {
    if (said === "intent" || said === "end") throw new Cut();
  });
  assert.doesNotMatch(JSON.stringify(journal), /value of/);
  plugin.options = { ...plugin.options };
  const { ending, left } = await recovered(plugin, journal);
  assert.equal(ending.end, "left");
  assert.deepEqual(
    left.map(({ address }) => address),
    ["fake:Password"],
  );
});

test("an apply with a timed commit goes back although all of it was done", async () => {
  const plugin = machine();
  const asBefore = held(plugin);
  const commit = { timeout_ms: 1000, deadline_ms: 1000, probes: [] };
  const journal = await cut(plugin, SPEC, () => undefined, commit);
  const { ending } = await recovered(plugin, journal);
  assert.equal(ending.end, "restored");
  assert.equal(held(plugin), asBefore);
});

test("a last call that was never made is not waited for longer than a service may be at work on one", async () => {
  const plugin = machine();
  let intents = 0;
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "intent!" && intents++ === ACTIONS - 2) throw new Cut();
  });
  const ids = journal.notes.flatMap((note) => (note.type === "intent" ? note.ids : []));
  assert.equal(ids.length, ACTIONS);
  const clock = fakeClock();
  const { ending } = await recovered(plugin, journal, true, { clock, timeoutMs: 3_600_000 });
  assert.equal(ending.end, "restored");
  assert.ok(clock.monotonicMs() < 60_000, `${clock.monotonicMs()} ms`);
});

test("one that was being put back is put back, although all of it stands", async () => {
  const plugin = machine();
  const asBefore = held(plugin);
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "end") throw new Cut();
  });
  const notes: JournalNote[] = [...journal.notes, { type: "rolling-back", reason: "interrupted" }];
  const { ending } = await recovered(plugin, { ...journal, notes });
  assert.deepEqual([ending.end, held(plugin)], ["restored", asBefore]);
});

test("a service that is away leaves all that was started, and says why", async () => {
  const plugin = machine();
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "end") throw new Cut();
  });
  plugin.options = { ...plugin.options, unavailable: () => new Error("gone") };
  const { ending, left } = await recovered(plugin, journal);
  assert.equal(ending.end, "left");
  assert.equal(left.length, ACTIONS);
  assert.ok(left.every(({ found }) => typeof found === "object" && found !== null && "unknown" in found));
});

test("checkpoints of an earlier boot are nobody's: the document alone goes back", async () => {
  const plugin = machine({ checkpoint: "works" });
  const asBefore = held(plugin);
  let intents = 0;
  const journal = await cut(plugin, SPEC, (said) => {
    if (said === "intent" && intents++ === 3) throw new Cut();
  });
  plugin.calls.length = 0;
  const { ending } = await recovered(plugin, journal, false);
  assert.deepEqual([ending.end, held(plugin)], ["restored", asBefore]);
  assert.ok(!plugin.calls.some((call) => call.startsWith("checkpoint")));
});
