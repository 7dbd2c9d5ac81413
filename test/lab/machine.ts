// A booted lab machine as a value for tests: its bus, its files, commands inside it, and our own command line against it.
// `labSkip` says why there is none; with OP_DBUS_LAB=build the runner turns such a skip into a failure.

import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const lab = join(import.meta.dirname, "lab");

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Machine extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  /** Its files, seen from here: the second, independent means of every assertion. */
  readonly root: string;
  read(path: string): string;
  /** Runs a command inside. */
  exec(...command: string[]): Ran;
  /** Runs op-dbus against it: host's files, the machine's PID namespace, its bus as system bus. */
  op(args: readonly string[], options?: OpOptions): Ran;
  /** The same in the background. */
  start(args: readonly string[], options?: OpOptions): ChildProcess;
  /** Writes a document into this machine's scratch folder and returns its path. */
  document(name: string, text: string): string;
  /** Scratch folder on the host, also the state directory's parent. */
  readonly scratch: string;
}
export interface OpOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this uid instead of root. */
  readonly uid?: number;
  /** Another program of ours than the command line: its path below the repository. */
  readonly program?: string;
}

/** false when lab machines can be booted here, else the reason. */
export const labSkip: string | false = reason();

function reason(): string | false {
  if (process.getuid?.() !== 0) return "a lab machine needs root";
  if (spawnSync(lab, ["ready"]).status !== 0)
    return "the lab image is not built (test/lab/lab build, or OP_DBUS_LAB=build)";
  return false;
}

export interface BootOptions {
  /** Folders of the host that the machine sees at the same path: for what its own systemd starts. */
  readonly bind?: readonly string[];
}

/** Boots a machine of this name; `await using` or dispose takes it down again. */
export function boot(name: string, { bind = [] }: BootOptions = {}): Machine {
  const unique = `${name}-${process.pid}`;
  const env = { ...process.env, LAB_BIND: bind.join(" ") };
  const up = spawnSync(lab, ["up", unique], { encoding: "utf8", env });
  if (up.status !== 0) throw new Error(`lab up ${unique}: ${up.stderr}`);
  const facts = new Map(
    up.stdout.split("\n").map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
  const address = facts.get("DBUS_SYSTEM_BUS_ADDRESS") ?? "";
  const machineRoot = facts.get("ROOT") ?? "";
  const scratch = mkdtempSync(join(tmpdir(), `op-dbus-${name}-`));
  chmodSync(scratch, 0o755);
  function command(args: readonly string[], options: OpOptions): [string, string[], NodeJS.ProcessEnv] {
    const uid = options.uid ?? 0;
    const own = join(scratch, `of-${uid}`);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    chownSync(own, uid, uid);
    const env = {
      ...process.env,
      HOME: own,
      CONFIGURATION_DIRECTORY: join(own, "config"),
      OP_DBUS_STATE_DIR: join(own, "state"),
      OP_DBUS_RUNTIME_DIR: join(own, "run"),
      ...options.env,
    };
    const as = uid === 0 ? [] : ["setpriv", `--reuid=${uid}`, "--clear-groups"];
    // The sources and not bin/op-dbus: what was built may be older than what is tested.
    const program = join(root, options.program ?? "src/main.ts");
    return [lab, ["join", unique, ...as, process.execPath, program, ...args], env];
  }
  return {
    name: unique,
    address,
    root: machineRoot,
    scratch,
    read: (path) => readFileSync(join(machineRoot, path), "utf8"),
    exec: (...args) => ran(spawnSync(lab, ["exec", unique, ...args], { encoding: "utf8", timeout: 120_000 })),
    op(args, options = {}) {
      const [file, argv, env] = command(args, options);
      const input = options.input ?? "";
      return ran(
        spawnSync(file, argv, { encoding: "utf8", env, input, timeout: 300_000, maxBuffer: 256 << 20 }),
      );
    },
    start(args, options = {}) {
      const [file, argv, env] = command(args, options);
      return spawn(file, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
    },
    document(file, text) {
      const path = join(scratch, file);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    async [Symbol.asyncDispose]() {
      spawnSync(lab, ["down", unique]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Asserts an exit status; when it is another, both streams are shown. */
export function ends(done: Ran, status: number): Ran {
  const { stdout, stderr } = done;
  assert.equal(done.status, status, `stdout:\n${stdout}\nstderr:\n${stderr}`);
  return done;
}

function ran(done: ReturnType<typeof spawnSync>): Ran {
  return { status: done.status, stdout: String(done.stdout), stderr: String(done.stderr) };
}
