// Processes that write a log together, for tests that end them in ways they do not expect, and what must be true of the
// log afterwards.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { systemDisk } from "../../src/store/file/file.ts";
import { openLog, scanLog } from "../../src/store/log/log.ts";
import { logOptions, nameOf } from "../support/log-case.ts";
import type { WriterTask } from "./log-writer.ts";

export interface Running {
  readonly child: ChildProcess;
  /** It has said something, or ended. */
  readonly began: Promise<void>;
  /** All it said, once it has ended. */
  readonly said: Promise<readonly string[]>;
}

export function startWriter(task: WriterTask): Running {
  const program = join(import.meta.dirname, "log-writer.ts");
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  const said = (async () => {
    let text = "";
    for await (const chunk of child.stdout!) {
      text += String(chunk);
      resolve();
    }
    resolve();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    // A line that was cut by the kill is no line.
    return text.split("\n").slice(0, -1);
  })();
  return { child, began, said };
}

/** Opens the log as the next command would, and returns the names of all its records. */
export async function namesAfterwards(directory: string): Promise<string[]> {
  const names: string[] = [];
  const options = logOptions(systemDisk, directory);
  const log = await openLog({ ...options, follow: (record) => void names.push(nameOf(record)) });
  await log.close();
  const scan = await scanLog(options);
  assert.deepEqual([scan.damage, scan.behindBytes, scan.next], [null, 0, names.length]);
  return names;
}

/** Every batch that was said to be durable is there; every batch that is there is whole, there once, in its own order. */
export function checkBatches(names: readonly string[], said: Iterable<string>): void {
  const batches = names.filter((name) => name.endsWith(".0")).map((name) => name.slice(0, -2));
  assert.deepEqual(
    names,
    batches.flatMap((name) => [`${name}.0`, `${name}.1`]),
    "whole batches",
  );
  assert.equal(new Set(batches).size, batches.length, "once");
  const there = new Set(batches);
  for (const name of said) assert.ok(there.has(name), `${name} was acknowledged and is lost`);
  const last = new Map<string, number>();
  for (const name of batches) {
    const [who, number] = [
      name.slice(0, name.lastIndexOf(".")),
      Number(name.slice(name.lastIndexOf(".") + 1)),
    ];
    assert.ok(number > (last.get(who) ?? -1), `${name} in order`);
    last.set(who, number);
  }
}
