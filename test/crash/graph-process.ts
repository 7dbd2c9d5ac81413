// Starts a process that writes a graph, and tells what it said was durable once it has ended.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { GraphWriterTask } from "./graph-writer.ts";

export interface GraphWriter {
  readonly child: ChildProcess;
  /** It has said something, or ended. */
  readonly began: Promise<void>;
  /** The largest seq that it said, once it has ended; 0 = none. And how many it said. */
  readonly ended: Promise<{ readonly durable: number; readonly count: number; readonly complaint: string }>;
}

export function startGraphWriter(task: GraphWriterTask): GraphWriter {
  const program = join(import.meta.dirname, "graph-writer.ts");
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  let complaint = "";
  child.stderr!.on("data", (chunk) => (complaint += String(chunk)));
  const ended = (async () => {
    let text = "";
    for await (const chunk of child.stdout!) {
      text += String(chunk);
      resolve();
    }
    resolve();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    // A line that was cut by the kill is no line.
    const said = text.split("\n").slice(0, -1).map(Number);
    return { durable: Math.max(0, ...said), count: said.length, complaint };
  })();
  return { child, began, ended };
}
