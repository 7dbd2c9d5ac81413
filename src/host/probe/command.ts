// Does a program say yes? It is started as written: no shell, an empty environment, nothing to read, in /. What it
// prints is dropped. The program and every folder above it must belong to root and be writable by nobody else, because
// whoever can put another program there would be asked instead.

import { spawn } from "node:child_process";
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { Answer } from "./answer.ts";

/** The program ended with 0. When `signal` fires it is killed. */
export function askCommand(argv: readonly string[], signal: AbortSignal): Promise<Answer> {
  const [program = "", ...args] = argv;
  const real = commandDistrust(program);
  if ("why" in real) return Promise.resolve({ passed: false, found: real.why });
  return new Promise((resolve) => {
    const child = spawn(real.path, args, {
      argv0: program,
      env: {},
      cwd: "/",
      stdio: ["ignore", "ignore", "ignore"],
      // A process group of its own: what it started dies with it.
      detached: true,
    });
    const kill = (): void => {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    };
    const answer = (passed: boolean, found: string): void => {
      signal.removeEventListener("abort", kill);
      resolve({ passed, found });
    };
    child.once("error", (error) => answer(false, `it cannot be started: ${errnoOf(error)}`));
    child.once("exit", (status, by) => {
      if (by === null) answer(status === 0, `exit ${status}`);
      else answer(false, signal.aborted ? "no end in time, killed" : `killed by ${by}`);
    });
    if (child.pid === undefined) return;
    if (signal.aborted) kill();
    else signal.addEventListener("abort", kill, { once: true });
  });
}

/** As many as the kernel follows. */
const LINKS_MAX = 40;

/** The program behind a path, or why it is not started. The path is walked as the kernel walks it: each folder, each
 * link and what it leads to must be root's alone. */
export function commandDistrust(program: string): { readonly path: string } | { readonly why: string } {
  let at = "/";
  let links = 0;
  let ahead: readonly string[] = ["", ...namesIn(program)];
  try {
    for (;;) {
      const [name, ...rest] = ahead;
      if (name === undefined) break;
      const next = resolve(at, name);
      const stats = lstatSync(next);
      const why = ofRootAlone(stats);
      if (why !== null) return { why: `${next === program ? "it" : next} ${why}` };
      if (!stats.isSymbolicLink()) {
        at = next;
        ahead = rest;
        if (rest.length === 0) return stats.isFile() ? { path: at } : { why: "it is no regular file" };
      } else {
        if (++links > LINKS_MAX) return { why: "its links lead in a circle" };
        const target = readlinkSync(next);
        if (target.startsWith("/")) at = "/";
        ahead = [...namesIn(target), ...rest];
      }
    }
    return { why: "it is no regular file" };
  } catch (error) {
    const errno = errnoOf(error);
    return { why: errno === "ENOENT" ? "there is no such program" : `it cannot be read: ${errno}` };
  }
}

function namesIn(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

function ofRootAlone(stats: Stats): string | null {
  if (stats.uid !== 0) return `belongs to user ${stats.uid}, not to root`;
  const writable = (stats.mode & 0o022) !== 0 && !stats.isSymbolicLink();
  return writable ? "can be written by others than root" : null;
}
