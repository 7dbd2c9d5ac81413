// op-dbus as a process that is still running: what it has said so far, a signal to the program itself, its end.

import { readFileSync } from "node:fs";
import type { ChildProcess } from "node:child_process";
import type { Ran } from "./machine.ts";

export interface Running {
  /** Both streams until now. */
  said(): string;
  /** Resolves once `text` was said; rejects when the program ends without it. */
  until(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Host's process id of the program, once it has said or done something. */
  pid(): number;
  readonly done: Promise<Ran>;
}

/** `child` is what `Machine.start` gave: nsenter, whose only child is the program. */
export function running(child: ChildProcess): Running {
  const output = { stdout: "", stderr: "" };
  const wake = new Set<() => void>();
  let ended = false;
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (chunk: string) => {
      output[stream] += chunk;
      for (const each of wake) each();
    });
  }
  const done = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      ended = true;
      for (const each of wake) each();
      resolve({ status, ...output });
    });
  });
  const own: Running = {
    done,
    said: () => output.stdout + output.stderr,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const seen = own.said().includes(text);
          if (!seen && !ended) return;
          wake.delete(look);
          if (seen) resolve();
          else reject(new Error(`it ended without saying ${text}:\n${own.said()}`));
        };
        wake.add(look);
        look();
      }),
    pid() {
      const parent = child.pid ?? 0;
      return Number(readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ")[0]);
    },
    signal(name) {
      if (ended) return;
      process.kill(own.pid(), name);
      if (name !== "SIGCONT" && name !== "SIGKILL") return;
      // nsenter stops itself when it hears that its child was stopped, which may be after this, and does not see it go on.
      const poke = setInterval(() => child.kill("SIGCONT"), 50);
      child.once("close", () => clearInterval(poke));
    },
  };
  return own;
}
