// Events come out of a ring as they went in, in 64 bytes whose places are fixed; what was lost is counted; sampling and
// presets record what they say.

import assert from "node:assert/strict";
import { endianness } from "node:os";
import { test } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { EVENT_BYTES, newRing, openRing, PUBLISHED, HEAD } from "./ring.ts";
import {
  EVENT_TYPES,
  noTracer,
  openTracer,
  ringMaker,
  ringReader,
  TRACE_PRESETS,
  type RingReader,
  type TraceEvent,
  type TracePreset,
  type Tracer,
  type TraceSettings,
} from "./trace.ts";

const WALL_NS = 1_700_000_000_000_000_000n;
const all = TRACE_PRESETS.development;

function opened(
  events = 16,
  settings: TraceSettings = all,
): { tracer: Tracer; reader: RingReader; ring: SharedArrayBuffer } {
  const ring = newRing({ events, worker: 3, wallNs: WALL_NS, monotonicNs: process.hrtime.bigint() });
  return { tracer: openTracer({ ring, settings }), reader: ringReader(ring), ring };
}

function drained(tracer: Tracer, reader: RingReader): readonly TraceEvent[] {
  tracer.publish();
  return reader.drain(1000).events;
}

test("a span comes out as it went in", () => {
  const { tracer, reader } = opened();
  const name = tracer.name("systemd:unit/a.service");
  tracer.source("action").span(1000, 3500, 2 ** 53 - 1, 42, 2n ** 64n - 1n, name, 0.5, 7, true);
  assert.deepEqual(drained(tracer, reader), [
    {
      type: "action",
      subtype: 0,
      seq: 0,
      worker: 3,
      timeNs: WALL_NS + 1000n,
      lengthNs: 2500n,
      traceId: 2n ** 53n - 1n,
      idA: 42n,
      idB: 2n ** 64n - 1n,
      name: "systemd:unit/a.service",
      values: [0.5, 7],
      failed: true,
    },
  ]);
});

test("an instant has no length and no trace", () => {
  const { tracer, reader } = opened();
  tracer.source("priming").instant(2 ** 40 + 1, 2, 5, 6n, 0, 0.25, 0);
  const [event] = drained(tracer, reader);
  assert(event !== undefined);
  const { type, subtype, timeNs, lengthNs, traceId, idA, idB, name, values } = event;
  assert.deepEqual(
    [type, subtype, timeNs - WALL_NS, lengthNs, traceId, idA, idB, name, values],
    ["priming", 2, 2n ** 40n + 1n, 0n, 0n, 5n, 6n, "", [0.25, 0]],
  );
});

test(
  "an event is 64 bytes, at these places",
  { skip: endianness() === "BE" && "written for a little-endian machine" },
  () => {
    const { tracer, ring } = opened();
    tracer.source("false-memory").instant(0, 9, 1, 1, 0, 0, 0);
    tracer
      .source("bus")
      .span(0x0102030405, 0x0102030406, 0x1122334455, 0x66778899, 0xaabbccdd, 1, 1, -2, true);
    const bytes = Buffer.from(ring, 64 + EVENT_BYTES, EVENT_BYTES).toString("hex");
    assert.deepEqual(bytes.match(/.{16}/g), [
      "01000000" + "05000100",
      "0504030201000000",
      "9988776600000000",
      "ddccbbaa00000000",
      "0000803f" + "000000c0",
      "01000000" + "00000000",
      "5544332211000000",
      "0100000000000000",
    ]);
  },
);

test("a full ring loses its oldest events, and says how many", () => {
  const { tracer, reader } = opened(16);
  const source = tracer.source("bus");
  for (let n = 0; n < 100; n++) source.instant(n, 0, n, 0, 0, 0, 0);
  tracer.publish();
  // 16 events, less the chunk of 4 that might be being written.
  const first = reader.drain(1000);
  assert.deepEqual(
    [first.dropped, first.events.length, first.events[0]?.seq, first.events.at(-1)?.seq],
    [88, 12, 88, 99],
  );
  source.instant(100, 0, 100, 0, 0, 0, 0);
  tracer.publish();
  assert.deepEqual(
    [reader.drain(1000)].map(({ dropped, events }) => [dropped, events.map(({ seq }) => seq)]),
    [[0, [100]]],
  );
  assert.deepEqual(reader.drain(1000), { events: [], dropped: 0 });
});

test("a drain takes at most what it is asked for, the rest waits", () => {
  const { tracer, reader } = opened(16);
  for (let n = 0; n < 10; n++) tracer.source("plan").instant(n, 0, 0, 0, 0, 0, 0);
  tracer.publish();
  assert.deepEqual(
    [4, 4, 4, 4].map((max) => reader.drain(max).events.map(({ seq }) => seq)),
    [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], []],
  );
});

test("numbers of events go on where 32 bits end", () => {
  const ring = newRing({ events: 16, worker: 0, wallNs: 0n, monotonicNs: 0n });
  const { words } = openRing(ring);
  words[PUBLISHED] = words[HEAD] = -24;
  const tracer = openTracer({ ring, settings: all });
  const reader = ringReader(ring);
  const push = (): number[] => {
    for (let n = 0; n < 16; n++) tracer.source("bus").instant(n, 0, 0, 0, 0, 0, 0);
    tracer.publish();
    return reader.drain(1000).events.map(({ seq }) => seq - 2 ** 32);
  };
  const from = (first: number): number[] => Array.from({ length: 12 }, (_, n) => first + n);
  assert.deepEqual(push(), from(-20));
  assert.deepEqual(push(), from(-4));
});

test("after a thread is gone, what it had not shown is there too", () => {
  const { tracer, reader } = opened(16);
  for (let n = 0; n < 3; n++) tracer.source("apply").instant(n, 0, 0, 0, 0, 0, 0);
  assert.equal(reader.drain(1000).events.length, 0);
  reader.ended();
  assert.equal(reader.drain(1000).events.length, 3);
});

test("names are the same number for the same text, and beyond the cap other", () => {
  const { tracer, reader } = opened();
  assert.equal(tracer.name("a"), tracer.name("a"));
  assert.notEqual(tracer.name("a"), tracer.name("b"));
  assert.equal(tracer.name(""), 0);
  for (let n = 0; n < LIMITS.traceNamesMax; n++) tracer.name(`name ${n}`);
  tracer.source("bus").instant(0, 0, 0, 0, tracer.name("one too many"), 0, 0);
  tracer.source("bus").instant(0, 0, 0, 0, tracer.name("name 7"), 0, 0);
  assert.deepEqual(
    drained(tracer, reader).map(({ name }) => name),
    ["other", "name 7"],
  );
});

test("times are those of the wall clock, and of all rings of a process the same", () => {
  const make = ringMaker(all);
  const tracers = [make(0), make(1)].map((ring) => openTracer({ ring, settings: all }));
  for (const tracer of tracers) tracer.source("drift").instant(tracer.nowNs(), 0, 0, 0, 0, 0, 0);
  const [a, b] = tracers.map((tracer) => drained(tracer, ringReader(tracer.ring!))[0]!.timeNs);
  assert.ok(a !== undefined && b !== undefined && b >= a);
  // Clocks of one machine; what lies between is this test alone.
  assert.ok(Math.abs(Number(a / 1_000_000n) - Date.now()) < 60_000);
});

test("a type is recorded never, always, or as often as its rate says", () => {
  const settings: TraceSettings = {
    ...all,
    enabledEvents: ["bus", "plan", "apply"],
    sampleRates: { bus: 0.25, plan: 0 },
    ringBufferSize: 65_536,
  };
  const { tracer, reader } = opened(65_536, settings);
  for (const type of EVENT_TYPES)
    assert.equal(tracer.source(type).on, type === "bus" || type === "apply", type);
  for (let n = 0; n < 40_000; n++) tracer.source("bus").instant(n, 0, 0, 0, 0, 0, 0);
  for (let n = 0; n < 10; n++) {
    tracer.source("plan").instant(n, 0, 0, 0, 0, 0, 0);
    tracer.source("drift").span(n, n, 0, 0, 0, 0, 0, 0, false);
    tracer.source("apply").instant(n, 0, 0, 0, 0, 0, 0);
  }
  tracer.publish();
  const counts = new Map<string, number>();
  for (const { type } of reader.drain(65_536).events) counts.set(type, (counts.get(type) ?? 0) + 1);
  assert.equal(counts.get("apply"), 10);
  assert.deepEqual([...counts.keys()].toSorted(), ["apply", "bus"]);
  // 8 standard deviations: 87 each.
  assert.ok(Math.abs(counts.get("bus")! - 10_000) < 700, `${counts.get("bus")}`);
});

test("presets: disabled records nothing, development all, production what is rare and a share of the rest", () => {
  const on = (preset: TracePreset): readonly string[] => {
    const settings = { ...TRACE_PRESETS[preset], ringBufferSize: 16 };
    return EVENT_TYPES.filter((type) => opened(16, settings).tracer.source(type).on);
  };
  assert.deepEqual(on("disabled"), []);
  assert.deepEqual(on("development"), EVENT_TYPES);
  assert.deepEqual(
    on("production"),
    EVENT_TYPES.filter((type) => type !== "reconsolidation" && type !== "false-memory"),
  );
  const { sampleRates } = TRACE_PRESETS.production;
  assert.deepEqual([sampleRates["priming"], sampleRates["apply"]], [0.01, undefined]);
});

test("switched off, nothing is recorded and nothing is asked of the clock", () => {
  const source = noTracer.source("apply");
  source.instant(0, 0, 0, 0, noTracer.name("a"), 0, 0);
  source.span(0, 0, 0, 0, 0, 0, 0, 0, false);
  assert.deepEqual([source.on, noTracer.ring, noTracer.nowNs(), noTracer.atNs(1)], [false, null, 0, 0]);
});

test("a moment of the system's clock lies where it was read; one before the ring is its beginning", () => {
  const { tracer } = opened();
  const beforeNs = tracer.nowNs();
  const atNs = tracer.atNs(systemClock.monotonicMs());
  assert.ok(beforeNs <= atNs + 1 && atNs - 1 <= tracer.nowNs(), `${beforeNs} ${atNs}`);
  assert.equal(tracer.atNs(0), 0);
});
