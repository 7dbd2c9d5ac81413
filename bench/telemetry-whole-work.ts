// What measuring costs a whole: bus calls and applies in this process, with recorders that are switched off, with everything
// counted, and with every call and action a span as well, in turns. `node telemetry-whole-work.ts ADDRESS MAPPING SCRATCH`: the bus
// and its service are another process's, so their time is not counted. Prints one line of JSON, microseconds of CPU.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { processActor } from "../src/app/records/actor.ts";
import { applyRecorder } from "../src/app/records/recorder.ts";
import { openRecords, type Records } from "../src/app/records/records.ts";
import { applyMeter } from "../src/app/telemetry/apply-meter.ts";
import { systemClock } from "../src/base/clock.ts";
import { busMeter, connect, type Connection } from "../src/host/dbus/dbus.ts";
import { loadMapping, mappedPlugin } from "../src/plugin/mapping/mapping.ts";
import { applyPlan, bindDocument, makePlan, parseDocument } from "../src/state/state.ts";
import { createMetrics, noMetrics, type Metrics } from "../src/telemetry/metrics/metrics.ts";
import { traced } from "../src/telemetry/trace/span.ts";
import { noTracer, openTracer, ringMaker, TRACE_PRESETS, type Tracer } from "../src/telemetry/trace/trace.ts";
import { contextFor } from "../test/support/plugin-context.ts";
import { askNothing } from "../test/support/recorder.ts";
import { median } from "./figure.ts";
import { SIDES, type SideName, type WholeResult } from "./telemetry-works.ts";

const CALLS = 10_000;
/** Calls of one turn: short, so that a change of the machine's pace meets both sides. */
const CALLS_A_TURN = 250;
const APPLIES = 60;
const WARM_TURNS = 8;

interface Side {
  readonly bus: Connection;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly records: Records;
}

const [address, mapping, scratch] = process.argv.slice(2) as [string, string, string];
const plugin = mappedPlugin(loadMapping(mapping, readFileSync(mapping, "utf8")).mapping!, {
  source: mapping,
});

async function side(name: string, metrics: Metrics, tracer: Tracer): Promise<Side> {
  const home = join(scratch, name);
  const who = { uid: process.getuid!(), home, env: { CONFIGURATION_DIRECTORY: join(home, "config") } };
  const config = { stateDir: join(home, "state") };
  const records = await openRecords({ config, who, clock: systemClock, metrics });
  return { bus: await connect({ address, meter: busMeter(metrics) }), metrics, tracer, records };
}

/** Microseconds of CPU of this process, all threads. */
async function cpuUs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const room = { destination: "org.opdbus.Demo1", path: "/org/opdbus/Demo1" };
const ping = { ...room, interface: "org.freedesktop.DBus.Peer", member: "Ping" };

function calls(inFlight: number): (one: Side) => Promise<number> {
  return ({ bus, tracer }) =>
    cpuUs(() =>
      traced([tracer], "plan", "calls", async () => {
        for (let n = 0; n < CALLS_A_TURN; n += inFlight)
          await Promise.all(Array.from({ length: inFlight }, () => bus.call(ping)));
      }),
    );
}

let greeting = 0;
/** Plans, which is not counted, and applies. */
async function apply({ bus, metrics, tracer, records }: Side): Promise<number> {
  const plugins = new Map([[plugin.name, plugin]]);
  const context = contextFor(bus);
  const text = JSON.stringify({ version: 1, plugins: { [plugin.name]: { Greeting: `${greeting++}` } } });
  const sources = [{ file: "bench.json", format: "json", text }] as const;
  const schemas = new Map([[plugin.name, await plugin.schema(context)]]);
  const { document } = bindDocument(parseDocument(sources).raw!, schemas, sources);
  const planning = { document: document!, plugins, contextOf: () => context };
  const { plan, reading } = await makePlan(planning);
  const recorder = applyRecorder({
    records: () => Promise.resolve(records),
    clock: systemClock,
    bus: "0".repeat(32),
    address: "unix:path=/b",
    actor: processActor(),
    purpose: "apply",
    of: null,
    hold: null,
    talk: { tell: () => undefined },
  });
  return await cpuUs(() =>
    traced([tracer], "apply", "apply", async () => {
      const meter = applyMeter(metrics);
      const report = await applyPlan({
        plan: plan!,
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
        events: (event) => meter.heard(event),
      });
      if (report.end !== "done") throw new Error(`the apply ended as ${report.end}`);
      meter.ended(report.end);
    }),
  );
}

/** All sides in turns, who begins changes; the middle of each. */
async function inTurns(turns: number, times: number, work: (one: Side) => Promise<number>) {
  const us: Record<SideName, number[]> = { off: [], counted: [], traced: [] };
  for (let turn = -WARM_TURNS; turn < turns; turn++) {
    const first = Math.abs(turn) % SIDES.length;
    for (const name of [...SIDES.slice(first), ...SIDES.slice(0, first)]) {
      const took = await work(sides[name]);
      if (turn >= 0) us[name].push(took);
    }
  }
  const middle = (name: SideName): number => median(us[name]) * times;
  return { off: middle("off"), counted: middle("counted"), traced: middle("traced") };
}

const settings = TRACE_PRESETS.development;
const tracer = openTracer({ ring: ringMaker(settings)(0), settings });
const sides: Readonly<Record<SideName, Side>> = {
  off: await side("off", noMetrics, noTracer),
  counted: await side("counted", createMetrics(), noTracer),
  traced: await side("traced", createMetrics(), tracer),
};
const turns = CALLS / CALLS_A_TURN;
const result: WholeResult = {
  "calls, one after the other": await inTurns(turns, turns, calls(1)),
  "calls, 50 at a time": await inTurns(turns, turns, calls(50)),
  apply: await inTurns(APPLIES, 1, apply),
};
for (const { bus, records } of Object.values(sides)) {
  await bus.close();
  await records.close();
}
process.stdout.write(`${JSON.stringify(result)}\n`);
