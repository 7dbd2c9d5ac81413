// The daemon's way out, whole: this thread records, a thread of its own exports, receivers are well, killed, silent, talk
// nonsense or take a part. Whatever they do, every event is exported, or dropped and counted; this thread never encodes, and
// the end comes by its deadline. A thread that dies is started anew and goes on where it was.

import assert from "node:assert/strict";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { openExportThread } from "../../src/app/telemetry/export-thread.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type { Target } from "../../src/telemetry/export/export.ts";
import { answerReaders, createMetrics, metricsReader } from "../../src/telemetry/metrics/metrics.ts";
import { newControl } from "../../src/telemetry/trace/collect.ts";
import { openTracer, ringMaker, TRACE_PRESETS } from "../../src/telemetry/trace/trace.ts";
import { startReceiver, type Behaviour, type Receiver } from "../support/otlp-receiver.ts";
import { START_NS } from "../support/telemetry-case.ts";

const SETTINGS = { ...TRACE_PRESETS.development, ringBufferSize: 8192 };
const SIGNALS = ["metrics", "traces", "logs"] as const;

function targetsOf(url: string, timeoutMs = 5_000): readonly Target[] {
  const wire = { headers: { authorization: "Bearer t0ken" }, ca: null, gzip: false };
  return SIGNALS.map((signal) => ({
    kind: "otlp",
    signal,
    protocol: "http/protobuf",
    wire: { ...wire, url: `${url}/v1/${signal}` },
    secrets: ["Bearer t0ken"],
    timeoutMs,
  }));
}

function open(t: TestContext, targets: readonly Target[], program?: string) {
  const metrics = createMetrics();
  const control = newControl();
  const ring = ringMaker(SETTINGS)(0);
  const tracer = openTracer({ ring, control, settings: SETTINGS });
  const silent = [tracer.answer(), answerReaders(metrics)];
  const said: string[] = [];
  const data = { targets, resource: {}, startNs: START_NS, intervalMs: 200, batchMax: 1000 };
  const { slab } = metrics;
  assert(slab !== null);
  const thread = openExportThread({
    data: { ...data, ring, slab, control },
    metrics,
    operator: { warn: (msg, fields) => void said.push(`${msg} ${JSON.stringify(fields)}`) },
    ...(program === undefined ? {} : { program }),
  });
  const reader = metricsReader();
  reader.add(slab);
  const gone = reader.add(thread.slab);
  const source = tracer.source("bus");
  let events = 0;
  async function close(): Promise<void> {
    await thread.close();
    gone();
  }
  t.after(async () => {
    await close();
    for (const end of silent) end();
  });
  return {
    thread,
    close,
    said,
    metrics,
    events: () => events,
    /** Spans, with turns of the loop in between, as they come in the product. */
    async record(count: number): Promise<void> {
      for (let n = 0; n < count; n++) {
        source.span(tracer.nowNs(), tracer.nowNs() + 10, 7, ++events, 0, 0, 0, 0, false);
        if (n % 500 === 0) await turn();
      }
      tracer.publish();
    },
    log: (msg: string) =>
      thread.log({ level: "info", timeMs: 1_800_000_000_000, msg, fields: { at: 1n, ok: true } }),
    /** Sums over all series of a name. */
    async counted(name: string, exporter?: string): Promise<number> {
      const { readings } = await reader.read(5_000);
      const some = readings.filter(
        (one) => one.name === name && (exporter === undefined || one.labels["exporter"] === exporter),
      );
      return some.reduce((sum, one) => sum + (one.kind === "histogram" ? 0 : one.value), 0);
    },
  };
}

type Opened = ReturnType<typeof open>;

/** Of all events: in a ring they were lost, or this target got them and has, dropped or holds them. */
async function accounted({ counted, close, events }: Opened): Promise<void> {
  await close();
  const lost = await counted("trace_dropped");
  const offered = await counted("export_offered", "otlp-traces");
  assert.equal(offered + lost, events());
  for (const signal of SIGNALS) {
    const exporter = `otlp-${signal}`;
    const [exported, dropped] = [
      await counted("export_items", exporter),
      await counted("export_dropped", exporter),
    ];
    assert.equal(await counted("export_offered", exporter), exported + dropped, exporter);
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(5);
}

test("a receiver that is well gets everything, the last log line and the last number too", async (t) => {
  const receiver = await startReceiver("otlp-http", { kind: "take" });
  t.after(() => receiver.close());
  const opened = open(t, targetsOf(receiver.url));
  // What fits into the ring: nothing may be lost.
  await opened.record(5_000);
  opened.log("first");
  await until(() => receiver.seqs.length === 5_000);
  await until(() => receiver.metrics.includes("op_dbus_export_thread_deaths"));
  const [state] = (await opened.thread.state()).filter(({ name }) => name === "otlp-traces");
  assert.equal(state?.exportedItems, 5_000);
  assert.equal(typeof state?.lastTakenMs, "number");
  opened.metrics.counter("late", "Registered after all else").add();
  opened.log("last");
  await accounted(opened);
  assert.equal(new Set(receiver.seqs).size, 5_000);
  assert.deepEqual(receiver.texts, ["first", "last"]);
  assert(receiver.metrics.includes("op_dbus_late"));
  assert.equal(await opened.counted("export_lines_dropped"), 0);
  assert.equal(await opened.counted("export_dropped"), 0);
});

const troubles: readonly Behaviour[] = [
  { kind: "silent" },
  { kind: "garbage" },
  { kind: "hang-up" },
  { kind: "partial", rejected: 2 },
  { kind: "refuse" },
];
for (const behaviour of troubles)
  test(`${behaviour.kind}: all is counted, and the end comes by itself`, async (t) => {
    const receiver = await startReceiver("otlp-http", behaviour);
    t.after(() => receiver.close());
    const opened = open(t, targetsOf(receiver.url, 300));
    await opened.record(20_000);
    for (let n = 0; n < 50; n++) opened.log(`line ${n}`);
    await accounted(opened);
    assert((await opened.counted("export_dropped")) > 0);
    assert.deepEqual(opened.said, [], "it was not stopped, and did not die");
  });

test("a receiver that is killed and comes back gets what waited", async (t) => {
  const first = await startReceiver("otlp-http", { kind: "take" });
  const opened = open(t, targetsOf(first.url));
  await opened.record(1_000);
  await until(() => first.seqs.length === 1_000);
  await first.close();
  await opened.record(1_000);
  await until(async () => (await opened.counted("export_retries", "otlp-traces")) > 0);
  const port = Number(new URL(first.url).port);
  const second: Receiver = await startReceiver("otlp-http", { kind: "take" }, port);
  t.after(() => second.close());
  await until(() => second.seqs.length === 1_000);
  await accounted(opened);
  assert.equal(await opened.counted("export_dropped", "otlp-traces"), 0);
});

test("memory is flat however much is recorded for a receiver that never answers", async (t) => {
  const receiver = await startReceiver("otlp-http", { kind: "silent" });
  t.after(() => receiver.close());
  const opened = open(t, targetsOf(receiver.url, 60_000));
  const rounds = process.env["OP_DBUS_LONG"] === "1" ? 200 : 10;
  for (let round = 0; round < rounds; round++) {
    await opened.record(20_000);
    for (let n = 0; n < 100; n++) opened.log("x".repeat(1000));
    for (const { waitingBytes, name } of await opened.thread.state())
      assert(waitingBytes <= 2 * LIMITS.exportQueueBytesMax, name);
  }
  // Beyond its share of memory it would have died.
  assert.deepEqual(opened.said, []);
  await accounted(opened);
  t.diagnostic(`${opened.events()} events`);
});

test("a thread that does not take its log lines gets a bounded number of them", async (t) => {
  const receiver = await startReceiver("otlp-http", { kind: "take" });
  t.after(() => receiver.close());
  const opened = open(t, targetsOf(receiver.url));
  // It cannot take one before this turn is over: it is not loaded yet.
  for (let n = 0; n < LIMITS.exportLinesMax + 100; n++) opened.log("line");
  assert.equal(await opened.counted("export_lines_dropped"), 100);
  await opened.close();
  assert.equal(receiver.texts.length, LIMITS.exportLinesMax);
});

test("a thread that dies is counted and goes on where it was; nothing is sent twice or forgotten", async (t) => {
  const receiver = await startReceiver("otlp-http", { kind: "take" });
  t.after(() => receiver.close());
  const opened = open(t, targetsOf(receiver.url), join(import.meta.dirname, "dying-export-thread.ts"));
  await opened.record(1_000);
  await until(() => receiver.seqs.length === 1_000);
  opened.log("die");
  await until(() => opened.said.length === 1);
  assert.match(opened.said[0]!, /^the thread that exports telemetry died.*killed, and \(secret\) with it/);
  opened.log("nobody is there");
  // While nobody takes them.
  await opened.record(2_000);
  await until(() => receiver.seqs.length === 3_000);
  opened.log("somebody is there");
  await until(() => receiver.texts.includes("somebody is there"));
  await accounted(opened);
  assert.equal(new Set(receiver.seqs).size, 3_000);
  assert.equal(await opened.counted("export_thread_deaths"), 1);
  assert.equal(await opened.counted("export_lines_dropped"), 1);
  // Of its own counts none went down: they are in memory that outlived it.
  assert.equal(await opened.counted("export_items", "otlp-traces"), 3_000);
});

test("a thread that cannot be loaded costs dropped lines and its pauses, and the end comes", async (t) => {
  const opened = open(t, [], join(import.meta.dirname, "no-such-thread.ts"));
  await until(() => opened.said.length > 0);
  opened.log("x");
  await opened.close();
  assert((await opened.counted("export_lines_dropped")) === 1);
  assert((await opened.counted("export_thread_deaths")) >= 1);
});
