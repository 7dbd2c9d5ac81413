// (m) What a receiver costs the thread that works, whatever the receiver does: processor time of that thread for spans that
// are exported, beside the same spans exported nowhere; and what the process grows by while a receiver is silent or gone.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { best, figure, type Figure } from "./figure.ts";
import type { DeliveryResult, DeliveryWay } from "./telemetry-works.ts";

const ROWS: readonly (readonly [way: DeliveryWay, work: string])[] = [
  ["well", "span, to a receiver that is well"],
  ["silent", "span, to one that never answers"],
  ["gone", "span, to one that was killed"],
  ["here", "span, to one that is well, without a thread"],
];

export function telemetryDeliveryBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const results = new Map<DeliveryWay, DeliveryResult[]>();
  for (let round = 1; round <= rounds; round++) {
    progress(`telemetry-delivery: round ${round} of ${rounds}`);
    for (const way of ["none", ...ROWS.map(([name]) => name)] as const)
      results.set(way, [...(results.get(way) ?? []), run(way)]);
  }
  const aSpanNs = (way: DeliveryWay): number | null =>
    best(results.get(way)!.map(({ cpuMs, spans }) => (cpuMs * 1e6) / spans));
  const shared = { bench: "telemetry-delivery", unit: "ns", peer: "exported nowhere" };
  const costs = ROWS.map(([way, work]) =>
    figure({ ...shared, work, value: aSpanNs(way), peerValue: aSpanNs("none") }),
  );
  const grown = (["silent", "gone"] as const).map((way) =>
    figure({
      bench: "telemetry-delivery",
      work: `growth over 300,000 spans, receiver ${way}`,
      value: Math.max(...results.get(way)!.map(({ grownMiB }) => grownMiB)),
      unit: "MiB",
      peer: "exported nowhere",
      peerValue: Math.max(...results.get("none")!.map(({ grownMiB }) => grownMiB)),
    }),
  );
  return Promise.resolve([...costs, ...grown]);
}

function run(way: DeliveryWay): DeliveryResult {
  const program = join(import.meta.dirname, "telemetry-delivery-work.ts");
  return JSON.parse(execFileSync(process.execPath, [program, way], { encoding: "utf8" })) as DeliveryResult;
}
