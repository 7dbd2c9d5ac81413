// What all tests with fault points share: which of many points are taken, and a process that kills itself at one of them.

import type { ChildProcess } from "node:child_process";

const LONG = process.env["OP_DBUS_LONG"] === "1";

/** All of them with OP_DBUS_LONG, else about `count`, evenly spread. */
export function sample<T>(points: readonly T[], count: number): readonly T[] {
  const step = LONG ? 1 : Math.max(1, Math.ceil(points.length / count));
  return points.filter((_, n) => n % step === 0);
}

export interface Died {
  /** false: it ended by itself, and well. */
  readonly killed: boolean;
  readonly stdout: string;
}

/** What became of an applier (applier.ts). Rejects when it failed in another way than it was told to. */
export function died(child: ChildProcess): Promise<Died> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (status, signal) => {
      const killed = signal === "SIGKILL" || status === 128 + 9;
      if (status === 0 || killed) resolve({ killed, stdout });
      else reject(new Error(`the applier ended with ${status ?? signal}: ${stderr}`));
    });
  });
}

/** Points of a run to its end, as applier.ts counts them. */
export interface Counts {
  readonly points: number;
  readonly operations: number;
  /** Numbers of the operations that write. */
  readonly writes: readonly number[];
}

export function countsIn({ stdout }: Died): Counts {
  return JSON.parse(stdout) as Counts;
}
