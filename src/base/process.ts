// Which process is meant, across restarts: a process id is used again, so its start time and the boot it belongs to are
// part of its name. (proc_pid_stat(5), random(4))

import { readFileSync } from "node:fs";

/** Changes with every boot. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Start time of a process in clock ticks since boot, as text; null when there is none, or when it is dead and only waits
 * to be collected. */
export function processStart(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null;
  }
  // The name stands in parentheses and may hold anything: what follows the last one is numbers.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X" ? null : (fields[19] ?? null);
}

/** Does that very process still live? Of this boot only: the caller compares boots. */
export function isAlive({ pid, start }: { readonly pid: number; readonly start: string }): boolean {
  return processStart(pid) === start;
}
