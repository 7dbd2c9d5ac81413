// What every scenario needs: an embedded bus with the test service, and the real program in a process of its own. No
// privilege, no daemon, nothing of the machine that runs the test.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testBus, type TestBus } from "../support/embedded-bus.ts";
import { startTestService, type TestService } from "../service/service.ts";

const root = join(import.meta.dirname, "../..");
/** Every run loads the same modules: compiled once, that is most of its time. Outside of what a scenario looks through. */
const compiled = mkdtempSync(join(tmpdir(), "op-dbus-compiled-"));
process.once("exit", () => rmSync(compiled, { recursive: true, force: true }));

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs beside the program; `said` is what it has printed so far. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void, said: () => string) => Promise<void>;
}

export interface Stage extends AsyncDisposable {
  readonly bus: TestBus;
  readonly service: TestService;
  readonly directory: string;
  op(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Writes a file only its owner can write; returns its path. */
  file(name: string, text: string): string;
  /** Members of the service that were called by name, without its controls and reads, from now on or since `mark`. */
  sent(since?: number): readonly string[];
  mark(): number;
  /** Does a process wait in flock(2) for the lock of this bus? */
  waitsForLock(): Promise<boolean>;
}

/** Asserts an exit status; when it is another, both streams are shown. */
export function ends(outcome: Outcome, status: number): Outcome {
  const { stdout, stderr } = outcome;
  assert.equal(outcome.status ?? outcome.signal, status, `stdout:\n${stdout}\nstderr:\n${stderr}`);
  return outcome;
}

/** A document of wishes for the test service. */
export function wishes(test1: object): string {
  return JSON.stringify({ version: 1, plugins: { test1 } });
}

export async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-scenario-"));
  const bus = await testBus();
  const service = await startTestService(bus.address);
  cpSync(join(root, "test/service/plugin"), join(directory, "plugins/test1"), { recursive: true });
  for (const name of ["run", "home"]) mkdirSync(join(directory, name), { mode: 0o700 });
  const env = {
    PATH: process.env["PATH"],
    HOME: join(directory, "home"),
    DBUS_SYSTEM_BUS_ADDRESS: bus.address,
    OP_DBUS_PLUGIN_DIRS: join(directory, "plugins"),
    CONFIGURATION_DIRECTORY: join(directory, "config"),
    OP_DBUS_RUNTIME_DIR: join(directory, "run"),
    OP_DBUS_STATE_DIR: join(directory, "state"),
    OP_DBUS_VERIFY_TIMEOUT_MS: "1000",
    NODE_COMPILE_CACHE: compiled,
  };
  return {
    bus,
    service,
    directory,
    op: (args, options = {}) => run(args, { ...env, ...options.env }, options),
    file(name, text) {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    sent: (since = 0) => service.faults.calls.slice(since),
    mark: () => service.faults.calls.length,
    async waitsForLock() {
      const { ino } = await stat(join(directory, `run/${bus.guid}.lock`));
      const locks = await readFile("/proc/locks", "utf8");
      return locks.split("\n").some((line) => line.includes("-> FLOCK") && line.includes(`:${ino} `));
    },
    async [Symbol.asyncDispose]() {
      await service.close();
      await bus.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function run(args: readonly string[], env: NodeJS.ProcessEnv, options: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "src/main.ts"), ...args], { env, stdio: "pipe" });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        output[stream] += chunk;
      });
    }
    child.once("error", reject);
    const said = (): string => output.stdout + output.stderr;
    options.onStart?.((signal) => void child.kill(signal), said).catch(reject);
    child.once("close", (status, signal) => resolve({ status, signal, ...output }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}
