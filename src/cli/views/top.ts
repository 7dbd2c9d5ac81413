// One picture of the daemon: what it says to the bus, what it applied and recorded, who takes its time, and whether its
// telemetry gets out.

import { visible } from "../../base/visible.ts";
import type { MetricReply, ReplyOf } from "../../api/api.ts";
import type { Look, Tone } from "../terminal.ts";
import { table } from "./table.ts";
import { showMs } from "./value.ts";

type Numbers = ReplyOf<"metrics">;

/** What was counted by then. */
export interface Moment {
  readonly reply: Numbers;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** The last of `moments` with the rates since the one before it; of a single one, since the daemon was started. At most
 * `rows` lines, none wider than `look`. */
export function topLines(moments: readonly Moment[], look: Look, rows: number): readonly string[] {
  const { reply: now, atMs } = moments.at(-1)!;
  const startMs = find(now, "start_ms")?.value ?? atMs;
  const rate = rateOf(moments, startMs);
  const cut = (text: string): string =>
    look.cut && text.length > look.width ? `${text.slice(0, look.width - 1)}…` : text;
  const line = (name: string, parts: readonly string[], tone: Tone | null = null): string => {
    const text = cut(`${name.padEnd(NAME_COLUMNS)}${parts.filter((part) => part !== "").join("   ")}`);
    const rest = text.slice(NAME_COLUMNS);
    return `${look.paint("cyan", text.slice(0, NAME_COLUMNS))}${tone === null ? rest : look.paint(tone, rest)}`;
  };
  const calls = find(now, "bus_calls");
  const head = [
    title(now, Math.max(0, atMs - startMs), look, rows < Infinity),
    "",
    line("bus", [
      `${calls === undefined ? "0.0" : perSecond(rate(calls))} calls/s`,
      bars(moments, "bus_calls"),
      times(find(now, "bus_call_ms")),
      ends(now, "bus_call_ends"),
    ]),
    line("applies", [ends(now, "applies"), times(find(now, "apply_ms"))], unwell(now)),
    ...all(now, "records_sync_ms").map((one) =>
      line(one.labels["records"] ?? "", [`${amount(one)} syncs`, times(one)]),
    ),
    ...operations(now, line),
    ...ways(now, line),
  ];
  const room = Math.min(SERVICES_SHOWN, rows - head.length - 2);
  return [...head, ...services(now, rate, room, look, cut)].slice(0, rows);
}

/** Columns of the names at the left. */
const NAME_COLUMNS = 11;
/** The busiest say enough; in a pipe, too. */
const SERVICES_SHOWN = 40;
const BARS = "▁▂▃▄▅▆▇█";

type Line = (name: string, parts: readonly string[], tone?: Tone | null) => string;
type Rate = (one: MetricReply) => number;

function title(now: Numbers, upMs: number, look: Look, isLive: boolean): string {
  const name = `op-dbus daemon ${now.pid}`;
  const open = find(now, "socket_open")?.value ?? 0;
  const about = `   up ${showUp(upMs)}   ${open} connected`;
  const leave = "q leaves";
  const space = look.width - name.length - about.length - leave.length;
  const right = isLive && space > 2 ? `${" ".repeat(space)}${look.paint("dim", leave)}` : "";
  const whole = `${name}${about}`;
  if (look.cut && whole.length > look.width) return look.paint("bold", whole.slice(0, look.width));
  return `${look.paint("bold", name)}${about}${right}`;
}

/** The two largest units: 21 s, 2 min 5 s, 3 h 4 min, 12 d 3 h. */
function showUp(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

function rateOf(moments: readonly Moment[], startMs: number): Rate {
  const { atMs } = moments.at(-1)!;
  const before = moments.at(-2);
  const was = new Map(before?.reply.metrics.map((one) => [idOf(one), amount(one)]));
  const seconds = Math.max(0.001, (atMs - (before?.atMs ?? startMs)) / 1000);
  return (one) => Math.max(0, amount(one) - (was.get(idOf(one)) ?? 0)) / seconds;
}

/** The rates of the last moments, the highest as a whole block; "" before there are any. */
function bars(moments: readonly Moment[], name: string): string {
  const sums = moments.map(({ reply, atMs }) => ({ sum: amount(find(reply, name)), atMs }));
  const rates = sums
    .slice(1)
    .map(({ sum, atMs }, i) => Math.max(0, sum - sums[i]!.sum) / Math.max(1, atMs - sums[i]!.atMs));
  const most = Math.max(...rates);
  return rates.map((one) => BARS[most > 0 ? Math.round((one / most) * (BARS.length - 1)) : 0]).join("");
}

function operations(now: Numbers, line: Line): readonly string[] {
  const took = all(now, "operation_ms");
  if (took.length === 0) return [];
  const done = took
    .toSorted((a, b) => amount(b) - amount(a))
    .slice(0, 5)
    .map((one) => `${one.labels["operation"] ?? ""} ${amount(one)}`);
  const failed = all(now, "operations_failed").reduce((sum, one) => sum + amount(one), 0);
  return [line("asked for", [done.join(", "), failed === 0 ? "" : `${failed} failed`])];
}

/** Trouble stands out: what was dropped, and by whom. */
function ways({ exporters }: Numbers, line: Line): readonly string[] {
  return exporters.map(({ name, exportedItems, droppedItems, waitingBatches, lastError }) => {
    const dropped = droppedItems > 0 ? `${droppedItems} dropped` : "";
    const waiting = waitingBatches > 0 ? `${waitingBatches} waiting` : "";
    const why = lastError === null || waiting + dropped === "" ? "" : visible(lastError.why);
    const parts = [`${visible(name)} ${exportedItems} sent`, dropped, waiting, why];
    return line("telemetry", parts, why === "" ? null : "yellow");
  });
}

/** By the calls of now, then of all time. */
function services(
  now: Numbers,
  rate: Rate,
  rows: number,
  look: Look,
  cut: (text: string) => string,
): readonly string[] {
  const tookMs = new Map(all(now, "bus_member_ms").map((one) => [memberOf(one), one.value ?? 0]));
  const lines = all(now, "bus_member_calls")
    .map((one) => ({ one, perS: rate(one), calls: one.value ?? 0 }))
    .toSorted((a, b) => b.perS - a.perS || b.calls - a.calls)
    .slice(0, Math.max(0, rows))
    .map(({ one, perS, calls }) => [
      visible(one.labels["service"] ?? ""),
      visible(one.labels["member"] ?? ""),
      perSecond(perS),
      String(calls),
      calls === 0 ? "-" : showMs((tookMs.get(memberOf(one)) ?? 0) / calls),
    ]);
  const right = (title: string) => ({ title, right: true });
  const columns = [
    { title: "SERVICE" },
    { title: "MEMBER" },
    right("CALLS/S"),
    right("CALLS"),
    right("MEAN"),
  ];
  const [head, ...rest] = table(columns, lines);
  return head === undefined ? [] : ["", look.paint("dim", cut(head)), ...rest.map(cut)];
}

function all({ metrics }: Numbers, name: string): readonly MetricReply[] {
  return metrics.filter((one) => one.name === name);
}
function find({ metrics }: Numbers, name: string): MetricReply | undefined {
  return metrics.find((one) => one.name === name);
}
function amount(one: MetricReply | undefined): number {
  return one?.histogram?.count ?? one?.value ?? 0;
}
function idOf({ name, labels }: MetricReply): string {
  return JSON.stringify([name, labels]);
}
function memberOf({ labels }: MetricReply): string {
  return JSON.stringify([labels["service"], labels["member"]]);
}
function times(one: MetricReply | undefined): string {
  const { p50 = null, p99 = null } = one?.histogram ?? {};
  return p50 === null || p99 === null ? "" : `p50 ${showMs(p50)}, p99 ${showMs(p99)}`;
}
/** "3 done, 1 restored": only what happened. */
function ends(now: Numbers, name: string): string {
  const some = all(now, name).filter((one) => amount(one) > 0);
  return some.map((one) => `${amount(one)} ${one.labels["end"] ?? ""}`).join(", ") || "none yet";
}
/** A timed commit that should have been undone is nothing to read past. */
function unwell(now: Numbers): Tone | null {
  return amount(find(now, "guard_overdue_ms")) > 0 ? "red" : null;
}
function perSecond(rate: number): string {
  return rate >= 100 ? String(Math.round(rate)) : rate.toFixed(1);
}
