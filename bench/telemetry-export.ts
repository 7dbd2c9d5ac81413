// (k) What exporting costs the thread that does it: 10,000 events encoded for each kind of receiver, in batches of the
// product's size, each kind in a process of its own.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { best, figure, type Figure } from "./figure.ts";
import type { ExportName, ExportResult } from "./telemetry-works.ts";

const GOAL_MS = 5;

interface Row {
  readonly name: ExportName;
  readonly work: string;
  readonly peer: string;
  readonly goal: boolean;
}

const ROWS: readonly Row[] = [
  { name: "spans", work: "10,000 spans as OTLP", peer: "protobufjs", goal: true },
  { name: "instants", work: "10,000 instants as OTLP logs", peer: "protobufjs", goal: true },
  { name: "json-lines", work: "10,000 events as JSON lines", peer: "JSON.stringify", goal: true },
  { name: "loki", work: "10,000 events for Loki", peer: "JSON.stringify", goal: true },
  // A file that a person looks at, twice as long.
  { name: "perfetto", work: "10,000 events for Perfetto", peer: "JSON.stringify", goal: false },
];

export function telemetryExportBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const results = new Map<ExportName, ExportResult[]>();
  for (let round = 1; round <= rounds; round++) {
    progress(`telemetry-export: round ${round} of ${rounds}`);
    for (const { name } of ROWS) results.set(name, [...(results.get(name) ?? []), run(name)]);
  }
  return Promise.resolve(
    ROWS.map(({ name, work, peer, goal }) => {
      const mine = results.get(name)!;
      return figure({
        bench: "telemetry-export",
        work,
        value: best(mine.map(({ oursMs }) => oursMs)),
        unit: "ms",
        peer,
        peerValue: best(mine.map(({ theirsMs }) => theirsMs)),
        ...(goal && { goal: { max: GOAL_MS } }),
      });
    }),
  );
}

function run(name: ExportName): ExportResult {
  const program = join(import.meta.dirname, "telemetry-export-work.ts");
  return JSON.parse(execFileSync(process.execPath, [program, name], { encoding: "utf8" })) as ExportResult;
}
