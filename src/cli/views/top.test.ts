// The picture of the daemon: rates between two moments, what stands out, and that it fits where it is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExporterReply, MetricReply, ReplyOf } from "../../api/api.ts";
import { plainPaint, type Look } from "../terminal.ts";
import { topLines, type Moment } from "./top.ts";

const LOOK: Look = { width: 80, cut: true, paint: plainPaint, verbose: false };
const START_MS = 1_800_000_000_000;

function counter(name: string, value: number, labels: Readonly<Record<string, string>> = {}): MetricReply {
  return { name, help: "", kind: "counter", labels, value, histogram: null };
}
function histogram(name: string, count: number, labels: Readonly<Record<string, string>> = {}): MetricReply {
  const numbers = { count, sum: count, min: 1, max: 9, p50: 1.25, p90: 3, p99: 12, p999: 12, notFinite: 0 };
  return { name, help: "", kind: "histogram", labels, value: null, histogram: numbers };
}
const SENT: ExporterReply = {
  name: "loki",
  exportedItems: 5,
  droppedItems: 0,
  retries: 0,
  waitingBatches: 0,
  waitingBytes: 0,
  lastTakenAt: null,
  lastError: null,
};

/** `seconds` after the start, with so many calls of two members. */
function moment(
  seconds: number,
  calls: readonly [number, number],
  more: Partial<ReplyOf<"metrics">> = {},
): Moment {
  const members = ["Get", "\u001b[2JSet"].flatMap((member, i) => [
    counter("bus_member_calls", calls[i]!, { service: "org.example.One", member }),
    counter("bus_member_ms", 2 * calls[i]!, { service: "org.example.One", member }),
  ]);
  const metrics = [
    counter("start_ms", START_MS),
    counter("socket_open", 2),
    counter("bus_calls", calls[0] + calls[1]),
    histogram("bus_call_ms", calls[0] + calls[1]),
    counter("bus_call_ends", 3, { end: "reply" }),
    counter("applies", 2, { end: "done" }),
    counter("applies", 0, { end: "restored" }),
    histogram("records_sync_ms", 4, { records: "audit" }),
    histogram("operation_ms", 7, { operation: "query" }),
    counter("operations_failed", 1, { operation: "query" }),
    ...members,
  ];
  const reply = { daemon: true, pid: 4711, metrics, exporters: [], findings: [], text: null, ...more };
  return { reply, atMs: START_MS + seconds * 1000 };
}

test("one moment: rates since the start", () => {
  assert.deepEqual(topLines([moment(100, [200, 100])], { ...LOOK, cut: false }, Infinity), [
    "op-dbus daemon 4711   up 1 min 40 s   2 connected",
    "",
    "bus        3.0 calls/s   p50 1.3 ms, p99 12 ms   3 reply",
    "applies    2 done",
    "audit      4 syncs   p50 1.3 ms, p99 12 ms",
    "asked for  query 7   1 failed",
    "",
    "SERVICE          MEMBER        CALLS/S  CALLS    MEAN",
    "org.example.One  Get               2.0    200  2.0 ms",
    "org.example.One  \\u{1b}[2JSet      1.0    100  2.0 ms",
  ]);
});

test("moments: the rate of the last second, and its history", () => {
  const moments = [moment(1, [0, 0]), moment(2, [10, 0]), moment(4, [10, 140])];
  const [title, , bus] = topLines(moments, LOOK, 24);
  assert.equal(title?.length, 80);
  assert.match(title ?? "", /^op-dbus daemon 4711   up 4 s   2 connected +q leaves$/);
  assert.match(bus ?? "", /^bus        70\.0 calls\/s   ▂█   p50/);
  const rows = topLines(moments, LOOK, 24).slice(-2);
  assert.match(rows[0] ?? "", /Set +70\.0 +140/, "who is busy now stands first");
  assert.match(rows[1] ?? "", /Get +0\.0 +10/);
});

test("trouble stands out", () => {
  const tones: string[] = [];
  const look: Look = { ...LOOK, paint: (tone, text) => (tones.push(`${tone} ${text}`), text) };
  const lost = { ...SENT, droppedItems: 3, lastError: { at: "", why: "connect\u0007 ECONNREFUSED" } };
  const late = moment(1, [0, 0], { exporters: [SENT, lost] });
  const metrics = [...late.reply.metrics, counter("guard_overdue_ms", 9)];
  const lines = topLines([{ ...late, reply: { ...late.reply, metrics } }], look, 24);
  assert(lines.includes("telemetry  loki 5 sent"));
  assert(
    tones.some((one) => one.startsWith("yellow loki 5 sent   3 dropped   connect\\u{7} ECONN")),
    tones.join("\n"),
  );
  assert(tones.some((one) => one.startsWith("red 2 done")));
});

test("it fits wherever it is shown", () => {
  const moments = [moment(1, [0, 0]), moment(2, [10, 0], { exporters: [SENT, SENT] })];
  for (let width = 1; width < 120; width += 3)
    for (let rows = 1; rows < 20; rows++) {
      const lines = topLines(moments, { ...LOOK, width }, rows);
      assert(lines.length <= rows, `${lines.length} lines in ${rows}`);
      for (const line of lines) assert(line.length <= Math.max(width, 1), `${width}: ${line}`);
    }
});

test("uptimes", () => {
  for (const [seconds, said] of [
    [0, "0 s"],
    [59, "59 s"],
    [3599, "59 min 59 s"],
    [3660, "1 h 1 min"],
    [200_000, "2 d 7 h"],
  ] as const)
    assert.match(topLines([moment(seconds, [0, 0])], LOOK, 9)[0] ?? "", new RegExp(` up ${said}   2 `));
});
