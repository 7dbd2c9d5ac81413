// What our encoder writes, the official definitions read: every field where it belongs, in the canonical encoding.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { attributesOf, decodeOtlp } from "../../../test/support/otlp.ts";
import { eventOf, eventsOf, readingsOf, RECORDS, START_NS } from "../../../test/support/telemetry-case.ts";
import { isSpan } from "./event-fields.ts";
import { otlpEvents, otlpLogs } from "./otlp-logs.ts";
import { otlpMetrics } from "./otlp-metrics.ts";
import { otlpTraces } from "./otlp-traces.ts";

const resource = { "service.name": "op-dbus", "host.name": "höst" };

test("a span", () => {
  const event = eventOf({
    type: "action",
    seq: 5,
    worker: 2,
    lengthNs: 1_500n,
    traceId: 0x1122_3344_5566_7788n,
    idA: 0xffff_ffff_ffff_fffen,
    idB: 9n,
    name: "systemd1:units/nginx.service.active",
    values: [3, 0.25],
    failed: true,
  });
  const { resource: who, items } = decodeOtlp("traces", otlpTraces([event], resource));
  assert.deepEqual(attributesOf(who), ["service.name=op-dbus", "host.name=höst"]);
  const [{ attributes: _, ...span }] = items as [(typeof items)[0]];
  assert.deepEqual(span, {
    trace_id: "00000000000000001122334455667788",
    span_id: "fffffffffffffffe",
    parent_span_id: "0000000000000009",
    name: "systemd1:units/nginx.service.active",
    kind: "SPAN_KIND_INTERNAL",
    start_time_unix_nano: String(START_NS),
    end_time_unix_nano: String(START_NS + 1_500n),
    status: { code: "STATUS_CODE_ERROR" },
  });
  assert.deepEqual(attributesOf(items[0]!), [
    "event_type=action",
    "worker=2",
    "seq=5",
    "value_a=3",
    "value_b=0.25",
  ]);
});

test("a root span that went well has neither parent nor status", () => {
  const event = eventOf({ type: "bus", lengthNs: 1n, traceId: 1n, idA: 2n });
  const [span] = decodeOtlp("traces", otlpTraces([event], resource)).items;
  assert.equal(span?.parent_span_id, undefined);
  assert.equal(span?.status, undefined);
  assert.deepEqual([span?.name, span?.kind], ["bus", "SPAN_KIND_CLIENT"]);
});

test("each event is either a span or a log record, once", () => {
  const events = eventsOf(1_000);
  const spans = decodeOtlp("traces", otlpTraces(events.filter(isSpan), resource)).items;
  const logs = decodeOtlp(
    "logs",
    otlpEvents(
      events.filter((event) => !isSpan(event)),
      resource,
    ),
  ).items;
  const seqOf = (item: Parameters<typeof attributesOf>[0]): number =>
    Number(
      attributesOf(item)
        .find((one) => one.startsWith("seq="))
        ?.slice(4),
    );
  const seen = [...spans, ...logs].map(seqOf).sort((a, b) => a - b);
  assert.deepEqual(
    seen,
    events.map(({ seq }) => seq),
  );
  assert(spans.length > 100 && logs.length > 100);
});

const instants: readonly (readonly [string, Parameters<typeof eventOf>[0], readonly string[]])[] = [
  [
    "priming",
    { type: "priming", subtype: 1, idA: 10n, idB: 11n, values: [0.5, 0] },
    [
      "priming_type=Associative",
      "source_node=000000000000000a",
      "target_node=000000000000000b",
      "strength=0.5",
    ],
  ],
  [
    "an unknown kind stays a number",
    { type: "interference", subtype: 9, idA: 1n, values: [0.25, 4] },
    [
      "interference_type=9",
      "target_episode_id=0000000000000001",
      "magnitude=0.25",
      "competing_episode_count=4",
    ],
  ],
  [
    "reconsolidation",
    { type: "reconsolidation", idA: 1n, values: [0.5, 0.125] },
    ["episode_id=0000000000000001", "window_position=0.5", "plasticity_factor=0.125"],
  ],
  [
    "false memory",
    { type: "false-memory", idA: 255n, values: [0.75, 15] },
    ["critical_lure_hash=00000000000000ff", "reconstruction_confidence=0.75", "source_list_size=15"],
  ],
  [
    "an instant in a trace",
    { type: "drift", traceId: 5n, idA: 6n, idB: 7n, name: "a:b", values: [1, 0] },
    ["parent_span_id=0000000000000007", "value_a=1", "name=a:b"],
  ],
  ["a length without a trace", { type: "storage", lengthNs: 12n }, ["length_ns=12"]],
];
for (const [name, given, expected] of instants)
  test(`an instant: ${name}`, () => {
    const event = eventOf(given);
    assert(!isSpan(event));
    const [log] = decodeOtlp("logs", otlpEvents([event], resource)).items;
    assert.equal(log?.event_name, event.type);
    assert.equal(log?.time_unix_nano, String(START_NS));
    assert.equal(log?.severity_number, "SEVERITY_NUMBER_INFO");
    assert.deepEqual(attributesOf(log!), ["worker=0", "seq=0", ...expected]);
    if (event.traceId !== 0n) {
      assert.equal(log?.trace_id, "00000000000000000000000000000005");
      assert.equal(log?.span_id, "0000000000000006");
    }
  });

test("log records: levels, fields, foreign and long texts", () => {
  const { items } = decodeOtlp("logs", otlpLogs(RECORDS, resource));
  assert.deepEqual(
    items.map((log) => [log.severity_number, log.severity_text]),
    [
      ["SEVERITY_NUMBER_INFO", "info"],
      ["SEVERITY_NUMBER_ERROR", "error"],
      ["SEVERITY_NUMBER_WARN", "warn"],
      ["SEVERITY_NUMBER_DEBUG", "debug"],
    ],
  );
  assert.equal(items[0]?.time_unix_nano, "1800000000000250000");
  assert.deepEqual(attributesOf(items[0]!), ["socket=/run/x", "n=3", "ok=true"]);
  assert.deepEqual(attributesOf(items[1]!), ["big=9223372036854775808", "part=-1.5"]);
  assert.equal(items[1]?.body?.["string_value"], RECORDS[1]!.msg.replace("\ud800", "\ufffd"));
  const long = String(items[2]?.body?.["string_value"]);
  assert.equal(long.length, LIMITS.exportTextCharsMax);
  assert(long.endsWith("..."));
});

test("readings: sums, gauges and histograms of one name together", () => {
  const times = { startNs: START_NS - 5n, timeNs: START_NS };
  const { items } = decodeOtlp("metrics", otlpMetrics(readingsOf(), times, resource));
  const of = (name: string) => items.find((metric) => metric.name === name);
  const calls = of("op_dbus_bus_calls")!;
  assert.equal(calls.sum?.aggregation_temporality, "AGGREGATION_TEMPORALITY_CUMULATIVE");
  assert.equal(calls.sum.is_monotonic, true);
  assert.deepEqual(
    calls.sum.data_points.map(({ as_double }) => as_double),
    [1, 2],
  );
  assert.equal(calls.sum.data_points[0]?.start_time_unix_nano, String(START_NS - 5n));
  assert.equal(of("op_dbus_queue_depth")?.gauge?.data_points[0]?.as_double, -1.5);

  const latency = of("op_dbus_bus_call")!;
  assert.equal(latency.unit, "s");
  const [point] = latency.histogram!.data_points;
  assert.equal(point?.count, "6");
  assert.equal(point.min, 0.0001 / 1000);
  assert.equal(point.max, 1e9);
  const { bucket_counts: counts = [], explicit_bounds: bounds = [] } = point;
  assert.equal(counts.length, bounds.length + 1);
  assert.equal(
    counts.reduce((sum, one) => sum + Number(one), 0),
    6,
  );
  // Upper bounds are inclusive: 2 ms lies in the bucket that ends there, 2.0001 ms in the next.
  const at = bounds.indexOf(0.002);
  assert.deepEqual(counts.slice(at, at + 2), ["1", "1"]);
  assert.equal(of("op_dbus_bus_call_not_finite")?.sum?.data_points[0]?.as_double, 1);

  const never = of("op_dbus_never")!.histogram!.data_points[0]!;
  assert.deepEqual([never.count, never.min, never.max], [undefined, undefined, undefined]);
  assert.equal(new Set(items.map(({ name }) => name)).size, items.length);
});
