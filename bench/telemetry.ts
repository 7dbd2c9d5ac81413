// (j) What recording costs: nanoseconds a counter, a histogram, an event, on and off, beside prom-client and the SDK of
// OpenTelemetry, which are given the same labels in the same run. Each work runs in a process of its own; the collections
// of garbage are counted, because what allocates costs later.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { absent, best, figure, type Figure, type Goal } from "./figure.ts";
import { packages } from "./peers/packages.ts";
import { PEER_PACKAGES, type WorkName, type WorkResult } from "./telemetry-works.ts";

interface Row {
  readonly work: string;
  readonly ours: WorkName;
  readonly peer: string;
  readonly theirs: WorkName;
  readonly goal?: Goal;
  readonly note?: string;
  readonly missed?: string;
}

const PROM = "prom-client";
const OTEL = "OpenTelemetry SDK";
const ROWS: readonly Row[] = [
  { work: "counter, 16 in turn", ours: "counter", peer: "empty loop", theirs: "empty", goal: { max: 3 } },
  {
    work: "the same counter again and again",
    ours: "counter again",
    peer: `${PROM}, no labels`,
    theirs: "prom counter",
    note: "each addition waits for the one before to be in memory",
  },
  {
    work: "counter with labels (20x)",
    ours: "counter",
    peer: PROM,
    theirs: "prom counter with labels",
    goal: { timesMax: 0.05 },
  },
  {
    work: "counter with labels (8x)",
    ours: "counter",
    peer: OTEL,
    theirs: "otel counter",
    goal: { timesMax: 0.125 },
  },
  {
    work: "counter by labels known at run time",
    ours: "family",
    peer: PROM,
    theirs: "prom counter with labels",
  },
  { work: "histogram, 16 in turn", ours: "histogram", peer: "empty loop", theirs: "empty", goal: { max: 6 } },
  {
    work: "histogram with labels (20x)",
    ours: "histogram",
    peer: PROM,
    theirs: "prom histogram with labels",
    goal: { timesMax: 0.05 },
  },
  {
    work: "histogram with labels (8x)",
    ours: "histogram",
    peer: OTEL,
    theirs: "otel histogram",
    goal: { timesMax: 0.125 },
    missed:
      "321 buckets, minimum, maximum and an exact sum beside 15 buckets: it is the floating point that takes the time",
  },
  { work: "event, time given", ours: "event", peer: "empty loop", theirs: "empty", goal: { max: 20 } },
  { work: "span, times given", ours: "span", peer: "empty loop", theirs: "empty", goal: { max: 20 } },
  {
    work: "event with a look at the clock",
    ours: "event now",
    peer: "empty loop",
    theirs: "empty",
    goal: { max: 90 },
  },
  {
    work: "counter, switched off",
    ours: "counter off",
    peer: "empty loop",
    theirs: "empty",
    goal: { moreMax: 0.5 },
  },
  {
    work: "event, switched off",
    ours: "event off",
    peer: "empty loop",
    theirs: "empty",
    goal: { moreMax: 0.5 },
  },
];

export async function telemetryBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const peers = packages("telemetry", PEER_PACKAGES);
  const rows = "absent" in peers ? ROWS.filter(({ theirs }) => theirs === "empty") : ROWS;
  const names = new Set(rows.flatMap(({ ours, theirs }) => [ours, theirs]));
  const results = new Map<WorkName, WorkResult[]>();
  for (let round = 1; round <= rounds; round++) {
    progress(`telemetry: round ${round} of ${rounds}`);
    for (const name of names) results.set(name, [...(results.get(name) ?? []), run(name)]);
  }
  const figures = rows.map(({ work, ours, peer, theirs, goal, note, missed }) => {
    const mine = results.get(ours)!;
    const p99 = best(mine.map(({ p99Ns }) => p99Ns))!.toFixed(1);
    const collections = best(mine.map((one) => one.collections))!;
    const notes = [
      `p99 of batches ${p99} ns, ${collections} collections in 2 million`,
      ...(note === undefined ? [] : [note]),
    ];
    return figure({
      bench: "telemetry",
      work,
      value: best(mine.map(({ p50Ns }) => p50Ns)),
      unit: "ns/op",
      peer,
      peerValue: best(results.get(theirs)!.map(({ p50Ns }) => p50Ns)),
      note: notes.join("; "),
      ...(goal === undefined ? {} : { goal }),
      ...(missed === undefined ? {} : { missed }),
    });
  });
  if ("absent" in peers) figures.push(absent("telemetry", "beside peers", `${PROM}, ${OTEL}`, peers.absent));
  return figures;
}

function run(name: WorkName): WorkResult {
  const program = join(import.meta.dirname, "telemetry-work.ts");
  return JSON.parse(execFileSync(process.execPath, [program, name], { encoding: "utf8" })) as WorkResult;
}
