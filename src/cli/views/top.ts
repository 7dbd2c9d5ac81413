// One picture of the daemon: what it says to the bus, what it applied and recorded, and who takes its time.

import { visible } from "../../base/visible.ts";
import type { MetricReply, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { showMs } from "./value.ts";

type Numbers = ReplyOf<"metrics">;

/** `before`: the last picture; null = rates are of all the time since the daemon was started. `atMs`: now, since 1970. */
export function topText(
  now: Numbers,
  before: { readonly reply: Numbers; readonly atMs: number } | null,
  atMs: number,
  look: Look,
): string {
  const was = before === null ? new Map<string, number>() : amounts(before.reply);
  const startMs = find(now, "start_ms")?.value ?? atMs;
  const seconds = Math.max(0.001, (atMs - (before?.atMs ?? startMs)) / 1000);
  const rate = (one: MetricReply): number => (amount(one) - (was.get(idOf(one)) ?? 0)) / seconds;
  const rateOf = (name: string): string => {
    const one = find(now, name);
    return one === undefined ? "0" : perSecond(rate(one));
  };
  const up = showMs(Math.max(0, atMs - startMs));
  const open = find(now, "socket_open")?.value ?? 0;
  return [
    `${look.paint("bold", `op-dbus daemon ${now.pid}`)}  up ${up}  ${open} connected`,
    `bus      ${rateOf("bus_calls")} calls/s  ${times(find(now, "bus_call_ms"))}  ${ends(now, "bus_call_ends")}`,
    `applies  ${ends(now, "applies")}  ${times(find(now, "apply_ms"))}`,
    `records  ${now.metrics
      .filter(({ name }) => name === "records_sync_ms")
      .map((one) => `${one.labels["records"] ?? ""} ${amount(one)} syncs ${times(one)}`)
      .join("  ")}`,
    "",
    ...services(now, rate, look),
    "",
  ].join("\n");
}

/** By the calls of now, then of all time. */
function services({ metrics }: Numbers, rate: (one: MetricReply) => number, look: Look): readonly string[] {
  const tookMs = new Map(
    metrics.filter(({ name }) => name === "bus_member_ms").map((one) => [memberOf(one), one.value ?? 0]),
  );
  const rows = metrics
    .filter(({ name }) => name === "bus_member_calls")
    .map((one) => ({ one, perS: rate(one), calls: one.value ?? 0 }))
    .toSorted((a, b) => b.perS - a.perS || b.calls - a.calls)
    .slice(0, SERVICES_SHOWN)
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
  const [head, ...lines] = fitted(table(columns, rows), look);
  return head === undefined ? [] : [look.paint("dim", head), ...lines];
}

/** What fits on a small terminal below the four lines. */
const SERVICES_SHOWN = 16;

function find({ metrics }: Numbers, name: string): MetricReply | undefined {
  return metrics.find((one) => one.name === name);
}
function amount({ value, histogram }: MetricReply): number {
  return histogram?.count ?? value ?? 0;
}
function amounts({ metrics }: Numbers): Map<string, number> {
  return new Map(metrics.map((one) => [idOf(one), amount(one)]));
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
function ends({ metrics }: Numbers, name: string): string {
  const some = metrics.filter((one) => one.name === name && amount(one) > 0);
  return some.map((one) => `${amount(one)} ${one.labels["end"] ?? ""}`).join(", ") || "none yet";
}
function perSecond(rate: number): string {
  return rate >= 100 ? String(Math.round(rate)) : rate.toFixed(1);
}
