// The program in a process of its own on a bus that a test chose, with its largest memory. No terminal, nothing of the
// machine but the shipped mappings.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** What one start has compiled the next need not; gone with the test file. */
const compiled = mkdtempSync(join(tmpdir(), "op-dbus-compiled-"));
process.once("exit", () => rmSync(compiled, { recursive: true, force: true }));
/** A program that does not end by itself is a failure: this is far beyond every deadline in the tests. */
const PATIENCE_MS = 120_000;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Largest resident set, bytes. */
  readonly memoryBytes: number;
}

export interface Program {
  readonly directory: string;
  op(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** A file beside it that only its owner can write; returns its path. */
  file(name: string, text: string): string;
  close(): void;
}

export function program(address: string): Program {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-hostile-"));
  for (const name of ["run", "home"]) mkdirSync(join(directory, name), { mode: 0o700 });
  const base = {
    PATH: process.env["PATH"],
    HOME: join(directory, "home"),
    DBUS_SYSTEM_BUS_ADDRESS: address,
    CONFIGURATION_DIRECTORY: join(directory, "config"),
    OP_DBUS_RUNTIME_DIR: join(directory, "run"),
    OP_DBUS_STATE_DIR: join(directory, "state"),
    OP_DBUS_VERIFY_TIMEOUT_MS: "500",
    NODE_COMPILE_CACHE: compiled,
  };
  return {
    directory,
    op: (args, env = {}) => run(args, { ...base, ...env }, directory),
    file(name, text) {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function run(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "src/main.ts"), ...args], {
      env,
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    let memoryBytes = 0;
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (chunk: string) => (output[stream] += chunk));
    }
    const watch = setInterval(() => {
      memoryBytes = Math.max(memoryBytes, memoryOf(child.pid));
    }, 20);
    const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.once("error", reject);
    child.once("close", (status) => {
      clearInterval(watch);
      clearTimeout(patience);
      resolve({ status, memoryBytes, ...output });
    });
  });
}

/** Largest resident set of a process so far, from the kernel; 0 when it is gone. */
export function memoryOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Controls but the line feed, and what turns text around or hides it. */
const OBEYED =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Asserts that neither stream holds a character that a terminal would obey, and that no fault of ours is reported. */
export function clean<E extends Pick<Ended, "status" | "stdout" | "stderr">>(ended: E, name: string): E {
  const { stdout, stderr, status } = ended;
  assert.doesNotMatch(stdout, OBEYED, `stdout of ${name}`);
  assert.doesNotMatch(stderr, OBEYED, `stderr of ${name}`);
  assert.notEqual(status, null, `${name} did not end:\n${stdout.slice(-500)}\n${stderr.slice(-500)}`);
  assert.notEqual(
    status,
    70,
    `${name} calls it a fault of its own:\n${stderr.slice(-2000)}\n${stdout.slice(-500)}`,
  );
  return ended;
}
