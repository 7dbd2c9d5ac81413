// JSON lines, Loki's body and Perfetto's trace: each is what JSON.parse makes of it, with nothing lost and nothing
// foreign outside of its quotes.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../test/support/property.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  eventOf,
  eventsOf,
  HOSTILE,
  readingsOf,
  RECORDS,
  START_NS,
} from "../../../test/support/telemetry-case.ts";
import type { TraceEvent } from "../trace/model.ts";
import { isSpan } from "./event-fields.ts";
import { eventsLine, logsLine, metricsLine } from "./json-lines.ts";
import { lokiEvents, lokiLogs } from "./loki.ts";
import { createPerfetto, PERFETTO_HEAD } from "./perfetto.ts";
import { TextWriter } from "./text-writer.ts";

type Json = Readonly<Record<string, unknown>>;
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const parse = (text: string): Json => JSON.parse(text) as Json;

test("a batch of events is one line with the papers' keys", () => {
  const events = [
    eventOf({
      type: "priming",
      subtype: 2,
      seq: 7,
      worker: 3,
      idA: 10n,
      idB: 2n ** 64n - 1n,
      values: [0.25, 0],
    }),
    eventOf({ type: "false-memory", idA: 255n, values: [0.5, 15] }),
    eventOf({
      type: "apply",
      seq: 8,
      lengthNs: 1_500n,
      traceId: 1n,
      idA: 2n,
      name: HOSTILE,
      failed: true,
      values: [NaN, 0],
    }),
  ];
  const text = textOf(eventsLine({ events, dropped: new Map([[3, 12]]) }, 1_800_000_000_500));
  assert.equal(text.split("\n").length, 2);
  const time = { timestamp_ns: String(START_NS) };
  assert.deepEqual(parse(text), {
    events: [
      {
        ...time,
        event_type: "priming",
        worker: 3,
        seq: 7,
        priming_type: "Repetition",
        source_node: "000000000000000a",
        target_node: "ffffffffffffffff",
        strength: 0.25,
      },
      {
        ...time,
        event_type: "false-memory",
        worker: 0,
        seq: 0,
        critical_lure_hash: "00000000000000ff",
        reconstruction_confidence: 0.5,
        source_list_size: 15,
      },
      {
        ...time,
        event_type: "apply",
        worker: 0,
        seq: 8,
        trace_id: "0000000000000001",
        span_id: "0000000000000002",
        length_ns: 1_500,
        value_a: null,
        name: HOSTILE,
        failed: true,
      },
    ],
    dropped: { "3": 12 },
    exported_at: 1_800_000_000.5,
    count: 3,
  });
});

test("lost events are told although none is there", () => {
  const line = parse(textOf(eventsLine({ events: [], dropped: new Map([[0, 5]]) }, 0)));
  assert.deepEqual(line, { events: [], dropped: { "0": 5 }, exported_at: 0, count: 0 });
});

test("readings and log records are lines of their own kind", () => {
  const { metrics } = parse(metricsLine(readingsOf(), START_NS, 5)) as { metrics: readonly Json[] };
  const latency = metrics.find(({ name }) => name === "op_dbus_bus_call_seconds")!;
  assert.deepEqual([latency["count"], latency["min"], latency["max"]], [6, 0.0001 / 1000, 1e9]);
  const never = metrics.find(({ name }) => name === "op_dbus_never_seconds")!;
  assert.deepEqual([never["count"], never["min"], never["p50"]], [0, null, null]);

  const { logs } = parse(logsLine(RECORDS, 5)) as { logs: readonly Json[] };
  assert.deepEqual(logs[0], {
    socket: "/run/x",
    n: 3,
    ok: true,
    level: "info",
    time: 1_800_000_000_000.25,
    msg: "serving",
  });
  assert.deepEqual(
    [logs[1]?.["big"], logs[1]?.["none"], logs[1]?.["msg"]],
    ["9223372036854775808", null, HOSTILE],
  );
  assert.equal(String(logs[2]?.["long"]).length, LIMITS.exportTextCharsMax);
  assert.deepEqual([logs[3]?.["msg"], logs[3]?.["level"]], ["", "debug"]);
});

interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [string, string])[];
}

test("Loki: a stream for each type, IDs in the lines", () => {
  const events = [...eventsOf(500), eventOf({ type: "plan", seq: 500, name: HOSTILE })];
  const labels = { "service.name": "op-dbus", "host.name": HOSTILE };
  const { streams } = parse(textOf(lokiEvents(events, labels))) as unknown as { streams: readonly Stream[] };
  assert.equal(streams.length, new Set(events.map(({ type }) => type)).size);
  for (const { stream } of streams)
    assert.deepEqual(stream, {
      service_name: "op-dbus",
      host_name: HOSTILE,
      event_type: stream["event_type"],
    });
  const seen = streams.flatMap(({ values, stream }) =>
    values.map(([timeNs, line]) => {
      const event = parse(line);
      assert.equal(event["timestamp_ns"], timeNs);
      assert.equal(event["event_type"], stream["event_type"]);
      return event["seq"] as number;
    }),
  );
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    events.map(({ seq }) => seq),
  );
  const hostile = streams.flatMap(({ values }) => values).map(([, line]) => parse(line));
  assert.equal(hostile.find(({ seq }) => seq === 500)?.["name"], HOSTILE);
});

test("Loki: a stream for each level", () => {
  const { streams } = parse(textOf(lokiLogs(RECORDS, {}))) as unknown as { streams: readonly Stream[] };
  assert.deepEqual(
    streams.map(({ stream, values }) => [stream["level"], values.length]),
    [
      ["info", 1],
      ["error", 1],
      ["warn", 1],
      ["debug", 1],
    ],
  );
  assert.equal(streams[0]?.values[0]?.[0], "1800000000000250000");
  assert.equal(parse(streams[1]!.values[0]![1])["msg"], HOSTILE);
});

interface ChromeEvent {
  readonly ph: string;
  readonly name: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Json;
}

/** As the format says: the closing bracket may be missing. */
function chrome(...parts: readonly Uint8Array[]): readonly ChromeEvent[] {
  const text = PERFETTO_HEAD + parts.map(textOf).join("");
  return JSON.parse(text.replace(/,\n$/, "]")) as ChromeEvent[];
}

/** On one track spans lie inside each other or apart. */
function checkNesting(events: readonly ChromeEvent[]): void {
  const tracks = Map.groupBy(
    events.filter(({ ph }) => ph === "X"),
    ({ tid }) => tid,
  );
  for (const spans of tracks.values())
    for (const a of spans)
      for (const b of spans) {
        const apart = a.ts + a.dur <= b.ts || b.ts + b.dur <= a.ts;
        const inside = (x: ChromeEvent, y: ChromeEvent): boolean =>
          x.ts >= y.ts && x.ts + x.dur <= y.ts + y.dur;
        assert(apart || inside(a, b) || inside(b, a), `${JSON.stringify(a)} crosses ${JSON.stringify(b)}`);
      }
}

function span(id: number, parent: number, from: number, to: number, name = `s${id}`): TraceEvent {
  const [timeNs, lengthNs] = [BigInt(from) * 1000n, BigInt(to - from) * 1000n];
  return eventOf({
    type: "action",
    traceId: 9n,
    idA: BigInt(id),
    idB: BigInt(parent),
    timeNs,
    lengthNs,
    name,
    seq: id,
  });
}

test("an apply is one trace: its spans come with its root, siblings that overlap on tracks of their own", () => {
  const traces = createPerfetto();
  const first = traces.add([span(2, 1, 10, 30), span(3, 1, 20, 40), span(4, 2, 12, 14)]);
  assert.deepEqual([first.count, first.bytes.length], [0, 0]);
  const { bytes, count } = traces.add([span(1, 0, 0, 50, "apply"), eventOf({ type: "drift", name: "x" })]);
  const events = chrome(bytes);
  assert.equal(count, events.length - 2);
  checkNesting(events);
  const track = new Map(events.filter(({ ph }) => ph === "X").map(({ name, tid }) => [name, tid]));
  assert.equal(track.get("apply"), track.get("s2"));
  assert.equal(track.get("s2"), track.get("s4"));
  assert.notEqual(track.get("s3"), track.get("s2"));
  const names = events
    .filter(({ ph, name }) => ph === "M" && name === "thread_name")
    .map(({ args }) => args["name"]);
  assert.deepEqual(names, ["events", "apply", "apply (2)"]);
  assert.equal(events.find(({ ph }) => ph === "i")?.tid, 0);
});

test("any spans lie on tracks without crossing, each of them once", () => {
  const spans = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 30 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(spans, (given) => {
      const traces = createPerfetto();
      const events = given.map(([from, length], i) => span(i + 2, 1, from, from + length));
      const parts = [traces.add(events).bytes, traces.rest().bytes];
      const written = chrome(...parts);
      checkNesting(written);
      assert.equal(written.filter(({ ph }) => ph === "X").length, events.length);
    }),
  );
});

test("spans without a root are kept up to a bound, then written as they are", () => {
  const traces = createPerfetto();
  let written = 0;
  for (let trace = 0; trace < 30; trace++) {
    const events = Array.from({ length: 1_000 }, (_, i) => ({
      ...span(i + 2, 1, i, i + 1),
      traceId: BigInt(trace + 1),
    }));
    written += chrome(traces.add(events).bytes).filter(({ ph }) => ph === "X").length;
  }
  assert.equal(written, 30_000 - LIMITS.perfettoSpansMax);
  assert.equal(chrome(traces.rest().bytes).filter(({ ph }) => ph === "X").length, LIMITS.perfettoSpansMax);
});

test("times in microseconds are exact", () => {
  const timeNs = 1_800_000_000_123_456_007n;
  const event = eventOf({ type: "bus", traceId: 1n, idA: 1n, timeNs, lengthNs: 1_000_010n });
  assert(isSpan(event));
  const text = textOf(createPerfetto().add([event]).bytes);
  assert.match(text, /"ts":1800000000123456\.007,"dur":1000\.010,/);
});

test("numbers of 64 bits are written as they are", () => {
  const to = new TextWriter();
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      to.decimal(value);
      assert.equal(textOf(to.take()), String(value));
      to.hex(value);
      assert.equal(textOf(to.take()), value.toString(16).padStart(16, "0"));
    }),
  );
  for (const value of [0n, 999_999_999n, 10n ** 9n, 10n ** 9n - 1n, 2n ** 32n, 10n ** 18n, 2n ** 64n - 1n]) {
    to.decimal(value);
    assert.equal(textOf(to.take()), String(value));
  }
});

test("what was taken stays as it is, large or small, and wastes at most its own size", () => {
  const to = new TextWriter();
  const sizes = [10, 60_000, 1, 70_000, 70_000, 300_000, 5_000_000, 100, 40_000];
  const taken = sizes.map((size, n) => {
    to.text(String(n).repeat(size));
    return to.take();
  });
  for (const [n, text] of taken.entries()) {
    assert.equal(textOf(text), String(n).repeat(sizes[n]!));
    assert.ok(text.buffer.byteLength <= 2 * text.byteLength, `${text.buffer.byteLength} for ${sizes[n]}`);
  }
});
