// Which process is meant, across restarts: a process id is used again, so its start time and the boot it belongs to are
// part of its name. And on which machine. (proc_pid_stat(5), random(4), machine-id(5))

import { readFileSync } from "node:fs";

let boot: string | null = null;

/** Changes with every boot, so never while this process runs. */
export function bootId(): string {
  return (boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
}

/** 32 hex digits, or "uninitialized"; null where the machine has none. Not for others to read. (machine-id(5)) */
export function machineId(): string | null {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim() || null;
  } catch {
    return null;
  }
}

export interface ProcessName {
  /** As /proc has it, which may be of another PID namespace than getpid(2) tells. */
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly start: string;
}

export function thisProcess(): ProcessName {
  const stat = readFileSync("/proc/self/stat", "latin1");
  return { pid: Number.parseInt(stat, 10), start: startIn(stat).start };
}

/** Does that very process still live? Not one that is dead and only waits to be collected. Of this boot only: the caller
 * compares boots. */
export function isAlive({ pid, start }: ProcessName): boolean {
  try {
    const now = startIn(readFileSync(`/proc/${pid}/stat`, "latin1"));
    return now.start === start && now.state !== "Z" && now.state !== "X";
  } catch {
    return false;
  }
}

/** The name stands in parentheses and may hold anything: what follows the last one is numbers. */
function startIn(stat: string): { readonly state: string; readonly start: string } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}
