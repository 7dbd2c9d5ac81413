// Runs the bus peers, one after the other, round after round, so that what the machine does beside us hits all of them.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildC, buildZbus, type Built } from "./build.ts";

/** What one work printed: numbers by name (p50_us, cpu_us, cpu_ms, rss_peak_mb ...). */
export type Line = Readonly<Record<string, number>>;
/** One value per round, or why there is none. */
export interface Results {
  readonly absent: ReadonlyMap<string, string>;
  /** All rounds of one number. */
  values(peer: string, work: string, name: string): number[];
}

interface Process {
  readonly peer: string;
  readonly command: readonly string[];
}

const PEER_DEADLINE_MS = 60_000;
const client = (peer: string): string => join(import.meta.dirname, peer, "client.ts");
const node = (peer: string, ...works: string[]): Process => ({
  peer,
  command: [process.execPath, client(peer), ...works],
});

/** Every peer `rounds` times on the bus at `address`. Trees have a process of their own where memory is compared. */
export function runPeers(address: string, rounds: number, progress: (text: string) => void): Results {
  const absent = new Map<string, string>();
  const latency = ["ping", "echo", "echo_pipe64", "bytes1m"];
  const processes: Process[] = [
    node("op-dbus", ...latency),
    node("raw-node", "ping", "echo"),
    node("dbus-native", ...latency),
    node("op-dbus", "gmo10k"),
    node("dbus-native", "gmo10k"),
    ...native("sd-bus", buildC("sd-bus-client", "sd-bus/client.c"), absent),
    ...native("zbus", buildZbus(), absent),
  ];
  const seen = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round++) {
    progress(`dbus: round ${round} of ${rounds}`);
    for (const { peer, command } of processes) {
      const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: address };
      const [file, ...args] = command;
      const done = spawnSync(file!, args, { env, encoding: "utf8", timeout: PEER_DEADLINE_MS });
      if (done.status !== 0) {
        absent.set(peer, `it failed: ${done.error?.message ?? done.stderr.trim().split("\n").at(-1) ?? ""}`);
        continue;
      }
      for (const line of done.stdout.trim().split("\n")) {
        const { work, ...numbers } = JSON.parse(line) as { work: string } & Line;
        for (const [name, value] of Object.entries(numbers)) {
          const key = `${peer} ${work} ${name}`;
          seen.set(key, [...(seen.get(key) ?? []), Number(value)]);
        }
      }
    }
  }
  return { absent, values: (peer, work, name) => seen.get(`${peer} ${work} ${name}`) ?? [] };
}

function native(peer: string, built: Built, absent: Map<string, string>): Process[] {
  if ("program" in built) return [{ peer, command: [built.program, peer, "-"] }];
  absent.set(peer, built.absent);
  return [];
}
