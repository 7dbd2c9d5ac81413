// The bus client beside its peers, all on one private dbus-daemon with one C service: (a) latency, (b) CPU with many
// calls in flight, (c) a large tree, its CPU and memory, (d) a mebibyte there and back.

import { absent, best, figure, type Figure, type Goal } from "./figure.ts";
import { encodeBench } from "./encode.ts";
import { startPrivateBus } from "./peers/private-bus.ts";
import { runPeers, type Results } from "./peers/rounds.ts";

interface Question {
  readonly work: string;
  readonly name: string;
  readonly unit: string;
  /** peer -> what is asked of us beside it; null = shown only. */
  readonly peers: Readonly<Record<string, Goal | null>>;
  readonly says: string;
  /** Why a goal is out of reach, where it is missed. */
  readonly missed?: string;
}

const LATENCY = {
  "raw-node": { timesMax: 1.25 },
  "sd-bus": { timesMax: 1.5 },
  "dbus-native": { timesMax: 1 },
  zbus: null,
};
const questions: readonly Question[] = [
  { work: "ping", name: "p50_us", unit: "us", peers: LATENCY, says: "Ping, best p50" },
  { work: "echo", name: "p50_us", unit: "us", peers: LATENCY, says: "Echo, best p50" },
  {
    work: "echo_pipe64",
    name: "cpu_us",
    unit: "us CPU",
    peers: { "dbus-native": { timesMax: 0.45 }, "sd-bus": null, zbus: null },
    says: "Echo, 64 in flight, CPU a call",
    missed:
      "the faster client is woken for fewer replies at a time, and each wake-up costs three system calls",
  },
  {
    work: "gmo10k",
    name: "cpu_ms",
    unit: "ms CPU",
    peers: { "dbus-native": { timesMax: 0.5 }, zbus: { timesMax: 1.2 }, "sd-bus": null },
    says: "GetManagedObjects of 10,000, CPU (warm)",
  },
  {
    work: "gmo10k",
    name: "cpu_first_ms",
    unit: "ms CPU",
    peers: { "dbus-native": null },
    says: "GetManagedObjects of 10,000, CPU (first call)",
  },
  {
    work: "bytes1m",
    name: "cpu_us",
    unit: "us CPU",
    peers: { zbus: { timesMax: 1 }, "sd-bus": null, "dbus-native": null },
    says: "1 MiB ay there and back, CPU",
    missed: "every reply is fresh memory outside of the heap, and V8 collects garbage because of it",
  },
];

export async function dbusBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const bus = await startPrivateBus();
  if ("absent" in bus)
    return [absent("dbus", "all on a bus", "all", bus.absent), ...(await encodeBench(rounds))];
  using running = bus;
  const results = runPeers(running.address, rounds, progress);
  return [
    ...questions.flatMap((question) => answers(question, results)),
    ...memory(results),
    ...(await encodeBench(rounds)),
  ];
}

function answers({ work, name, unit, peers, says, missed }: Question, results: Results): Figure[] {
  const value = best(results.values("op-dbus", work, name));
  return Object.entries(peers).map(([peer, goal]) => {
    const why = results.absent.get(peer);
    if (why !== undefined) return absent("dbus", says, peer, why);
    const peerValue = best(results.values(peer, work, name));
    return figure({
      bench: "dbus",
      work: says,
      value,
      unit,
      peer,
      peerValue,
      ...(goal === null ? {} : { goal }),
      ...(missed === undefined ? {} : { missed }),
    });
  });
}

/** What the trees added to the peak of a fresh process: five of them, and the first alone. */
function memory(results: Results): Figure[] {
  const grown = (peer: string, name: string): number | null => {
    const before = results.values(peer, "gmo10k", "rss_before_mb");
    return best(results.values(peer, "gmo10k", name).map((peak, round) => peak - before[round]!));
  };
  const row = (says: string, name: string, goal?: Goal): Figure =>
    figure({
      bench: "dbus",
      work: says,
      value: grown("op-dbus", name),
      unit: "MB",
      peer: "dbus-native",
      peerValue: grown("dbus-native", name),
      ...(goal === undefined ? {} : { goal }),
    });
  return [
    row("GetManagedObjects of 10,000, peak memory", "rss_peak_mb", { timesMax: 0.6 }),
    row("GetManagedObjects of 10,000, peak memory (first call)", "rss_first_mb"),
  ];
}
