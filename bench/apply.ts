// (h) What an apply adds to the calls it makes: its outcome, its reports and its verification. `applyPlan` runs in this
// process, beside the same calls made by hand on the same bus; reading and planning come before and are not counted. And
// what journal and audit log add to that: the same applies, recorded on this machine's disk and not recorded.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processActor } from "../src/app/records/actor.ts";
import { applyRecorder } from "../src/app/records/recorder.ts";
import { openRecords } from "../src/app/records/records.ts";
import { systemClock } from "../src/base/clock.ts";
import { connect, type Connection, type DBusValue } from "../src/host/dbus/dbus.ts";
import { loadMapping, mappedPlugin } from "../src/plugin/mapping/mapping.ts";
import type { Plugin } from "../src/plugin/plugin.ts";
import { applyPlan, bindDocument, makePlan, parseDocument, type Recorder } from "../src/state/state.ts";
import { embeddedOffer } from "../start/embedded.ts";
import { boot, labSkip } from "../test/lab/machine.ts";
import { clear } from "../test/lab/packages.ts";
import { contextFor } from "../test/support/plugin-context.ts";
import { askNothing, silentRecorder } from "../test/support/recorder.ts";
import { demoCommandBench, hostNameCommandBench } from "./apply-command.ts";
import { absent, best, figure, median, type Figure } from "./figure.ts";

const SETTINGS_PER_ROUND = 20;
const root = join(import.meta.dirname, "..");

export async function applyBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  progress("apply: a property setter");
  const setter = [...(await setterBench(rounds)), ...(await demoCommandBench(rounds, progress))];
  if (labSkip !== false) return [...setter, absent("apply", "install a package", "raw calls", labSkip)];
  return [
    ...setter,
    ...(await hostNameBench(rounds, progress)),
    ...(await hostNameCommandBench(rounds, progress)),
    ...(await packageBench(Math.min(rounds, 3), progress)),
  ];
}

/** A setter of the demonstration service, on the embedded bus in this process. */
async function setterBench(rounds: number): Promise<readonly Figure[]> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-bench-"));
  await using recording = await openRecording();
  const stage = await embeddedOffer.open(scratch);
  const bus = await connect({ address: stage.env["DBUS_SYSTEM_BUS_ADDRESS"]! });
  try {
    const plugin = pluginFrom("start/demo");
    const room = {
      destination: "org.opdbus.Demo1",
      path: "/org/opdbus/Demo1",
      interface: "org.opdbus.Demo1",
    };
    const ms = { raw: [] as number[], apply: [] as number[], recorded: [] as number[] };
    for (let run = 0; run < rounds * SETTINGS_PER_ROUND; run++) {
      const begun = performance.now();
      await bus.call({ ...room, member: "SetGreeting", signature: "s", body: [`by hand ${run}`] });
      ms.raw.push(performance.now() - begun);
      ms.apply.push(await applyMs(plugin, { Greeting: `applied ${run}` }, bus));
      ms.recorded.push(await applyMs(plugin, { Greeting: `recorded ${run}` }, bus, recording.recorder()));
    }
    return [
      overhead("set one property", ms.apply, ms.raw, { timesMax: 1.1, moreMax: 3 }),
      recordingCost("record setting one property", ms.recorded, ms.apply, { moreMax: 3 }),
    ];
  } finally {
    await bus.close();
    await stage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The pretty host name, through the hostnamed of a booted lab machine. */
async function hostNameBench(rounds: number, progress: (text: string) => void): Promise<readonly Figure[]> {
  progress("apply: a host name");
  await using machine = boot("bench-name");
  await using recording = await openRecording();
  const bus = await connect({ address: machine.address });
  try {
    const plugin = pluginFrom("mappings/org.freedesktop.hostname1");
    const room = {
      destination: "org.freedesktop.hostname1",
      path: "/org/freedesktop/hostname1",
      interface: "org.freedesktop.hostname1",
    };
    const ms = { raw: [] as number[], apply: [] as number[], recorded: [] as number[] };
    for (let run = 0; run < rounds * SETTINGS_PER_ROUND; run++) {
      const begun = performance.now();
      const body = [`by hand ${run}`, false];
      await bus.call({ ...room, member: "SetPrettyHostname", signature: "sb", body });
      ms.raw.push(performance.now() - begun);
      ms.apply.push(await applyMs(plugin, { PrettyHostname: `applied ${run}` }, bus));
      const wish = { PrettyHostname: `recorded ${run}` };
      ms.recorded.push(await applyMs(plugin, wish, bus, recording.recorder()));
    }
    return [
      overhead("set a host name", ms.apply, ms.raw, { timesMax: 1.1, moreMax: 3 }),
      recordingCost("record setting a host name", ms.recorded, ms.apply, { moreMax: 3 }),
    ];
  } finally {
    await bus.close();
  }
}

/** A package with a dependency, through the PackageKit of a booted lab machine. */
async function packageBench(rounds: number, progress: (text: string) => void): Promise<readonly Figure[]> {
  await using machine = boot("bench");
  await using recording = await openRecording();
  const bus = await connect({ address: machine.address });
  try {
    const plugin = pluginFrom("mappings/org.freedesktop.PackageKit");
    const ms = { raw: [] as number[], apply: [] as number[], recorded: [] as number[] };
    for (let round = 1; round <= rounds; round++) {
      progress(`apply: a package, round ${round} of ${rounds}`);
      clear(machine);
      ms.raw.push(await installByHandMs(bus, "lab-app"));
      clear(machine);
      ms.apply.push(await applyMs(plugin, { packages: { "lab-app": {} } }, bus));
      clear(machine);
      ms.recorded.push(await applyMs(plugin, { packages: { "lab-app": {} } }, bus, recording.recorder()));
    }
    const missed = "verification is one more transaction, 20 to 35 ms however long the installation takes";
    return [
      overhead("install a package with a dependency", ms.apply, ms.raw, { timesMax: 1.05 }, missed),
      recordingCost("record installing a package", ms.recorded, ms.apply, { timesMax: 1.05 }),
    ];
  } finally {
    await bus.close();
  }
}

function overhead(
  work: string,
  apply: number[],
  raw: number[],
  goal: NonNullable<Parameters<typeof figure>[0]["goal"]>,
  missed = "",
): Figure {
  return figure({
    bench: "apply",
    work,
    value: best(apply),
    unit: "ms",
    peer: "raw calls",
    peerValue: best(raw),
    goal,
    missed,
  });
}

function recordingCost(
  work: string,
  recorded: number[],
  unrecorded: number[],
  goal: NonNullable<Parameters<typeof figure>[0]["goal"]>,
): Figure {
  const [value, peerValue] = [best(recorded), best(unrecorded)];
  const note = `typically ${(median(recorded) - median(unrecorded)).toFixed(1)} ms more`;
  return figure({ bench: "apply", work, value, unit: "ms", peer: "without records", peerValue, goal, note });
}

/** Records in a folder of their own on this machine's disk. */
async function openRecording(): Promise<AsyncDisposable & { recorder(): Recorder }> {
  // Not tmpdir(): where that is memory, a sync costs nothing.
  const folder = mkdtempSync("/var/tmp/op-dbus-bench-records-");
  const who = {
    uid: process.getuid!(),
    home: folder,
    env: { CONFIGURATION_DIRECTORY: join(folder, "config") },
  };
  const config = { stateDir: join(folder, "state") };
  const records = await openRecords({ config, who, clock: systemClock });
  return {
    recorder: () =>
      applyRecorder({
        records: () => Promise.resolve(records),
        clock: systemClock,
        bus: "0".repeat(32),
        address: "unix:path=/b",
        actor: processActor(),
        purpose: "apply",
        of: null,
        hold: null,
        talk: { tell: () => undefined },
      }),
    async [Symbol.asyncDispose]() {
      await records.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pluginFrom(folder: string): Plugin {
  const file = join(root, folder, "mapping.toml");
  const { mapping } = loadMapping(file, readFileSync(file, "utf8"));
  return mappedPlugin(mapping!, { source: file });
}

/** Plans, then times the apply with its verification. */
async function applyMs(
  plugin: Plugin,
  wishes: object,
  bus: Connection,
  recorder: Recorder = silentRecorder,
): Promise<number> {
  const plugins = new Map([[plugin.name, plugin]]);
  const context = contextFor(bus);
  const text = JSON.stringify({ version: 1, plugins: { [plugin.name]: wishes } });
  const sources = [{ file: "bench.json", format: "json", text }] as const;
  const schemas = new Map([[plugin.name, await plugin.schema(context)]]);
  const { document } = bindDocument(parseDocument(sources).raw!, schemas, sources);
  const { plan, reading, faults } = await makePlan({
    document: document!,
    plugins,
    contextOf: () => context,
  });
  if (plan === null) throw new Error(faults.map(({ message }) => message).join("; "));
  const begun = performance.now();
  const report = await applyPlan({
    plan,
    reading,
    plugins,
    contextOf: () => context,
    clock: systemClock,
    signal: new AbortController().signal,
    verify: true,
    verifyTimeoutMs: 10_000,
    recorder,
    hold: null,
    arm: null,
    ask: askNothing,
    events: () => undefined,
  });
  if (report.end !== "done") throw new Error(`the apply ended as ${report.end}`);
  return performance.now() - begun;
}

/** The transaction that the mapping describes, without looking whether it did what it should. */
async function installByHandMs(bus: Connection, name: string): Promise<number> {
  const service = "org.freedesktop.PackageKit";
  const {
    body: [first],
  } = await bus.call({ ...at("/org/freedesktop/PackageKit", service), member: "CreateTransaction" });
  const rows = await transaction(bus, String(first), "Resolve", "tas", [0x50008n, [name]]);
  const id = rows.flat(2).find((value) => String(value).startsWith(`${name};`));
  const begun = performance.now();
  const {
    body: [second],
  } = await bus.call({ ...at("/org/freedesktop/PackageKit", service), member: "CreateTransaction" });
  await transaction(bus, String(second), "InstallPackages", "tas", [2n, [String(id)]]);
  return performance.now() - begun;
}

/** Runs one transaction to its end and returns the bodies of its Package and Packages signals. */
async function transaction(
  bus: Connection,
  path: string,
  member: string,
  signature: string,
  body: DBusValue[],
): Promise<DBusValue[]> {
  const transactionInterface = "org.freedesktop.PackageKit.Transaction";
  const rows: DBusValue[] = [];
  const finished = Promise.withResolvers<void>();
  const subscription = await bus.subscribe({ path, interface: transactionInterface }, (signal) => {
    if (signal.member === "Package" || signal.member === "Packages") rows.push(signal.body);
    if (signal.member === "ErrorCode") finished.reject(new Error(String(signal.body[1])));
    if (signal.member === "Finished") finished.resolve();
  });
  await bus.call({ ...at(path, transactionInterface), member, signature, body });
  await finished.promise;
  subscription.close();
  return rows;
}

function at(path: string, name: string): { destination: string; path: string; interface: string } {
  return { destination: "org.freedesktop.PackageKit", path, interface: name };
}
