// Plays a script: the real program in its own process, on an embedded bus with the demonstration service, alone or with a
// daemon that holds the state directory.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, startEmbeddedBus } from "../../src/host/dbus/dbus.ts";
import { startDemoService } from "../../start/demo-service.ts";
import type { Entry } from "./script.ts";

const root = join(import.meta.dirname, "../..");

interface Stage {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly address: string;
}

export interface Played {
  readonly entries: Entry[];
  /** The operations that a daemon was asked for, one a request. */
  readonly asked: readonly string[];
}

/** `settings`: more of its environment, made from its scratch folder. */
export async function play(
  entries: readonly Entry[],
  withDaemon = false,
  settings: (scratch: string) => NodeJS.ProcessEnv = () => ({}),
): Promise<Played> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-cli-"));
  const bus = await startEmbeddedBus({ directory: mkdir(scratch, "bus") });
  const service = await startDemoService(bus.address);
  const stage = {
    directory: mkdir(scratch, "work"),
    address: bus.address,
    env: { ...environment(scratch, bus.address), ...settings(scratch) },
  };
  const daemon = withDaemon ? await startDaemon(scratch, stage.env) : null;
  try {
    const played: Entry[] = [];
    for (const entry of entries) played.push(await playOne(entry, stage));
    return { entries: played, asked: (await daemon?.stop()) ?? [] };
  } finally {
    await daemon?.stop();
    await service.close();
    await bus.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** `stop` resolves with the operations that it was asked for. */
async function startDaemon(scratch: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(root, "src/main.ts"), "daemon"], {
    cwd: scratch,
    env: { ...env, OP_DBUS_LOG_LEVEL: "debug" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!log.includes('"msg":"serving"')) {
    if (child.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    async stop() {
      child.kill("SIGTERM");
      await ended;
      return [...log.matchAll(/"operation":"([^"]+)"/g)].map(([, operation]) => operation!);
    },
  };
}

/** Every command of every script loads the same modules. */
const compiled = mkdtempSync(join(tmpdir(), "op-dbus-compiled-"));
process.once("exit", () => rmSync(compiled, { recursive: true, force: true }));

function mkdir(scratch: string, name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Nothing of the machine that runs the test: own plugins, runtime folder, home; the program under its own name. */
function environment(scratch: string, address: string): NodeJS.ProcessEnv {
  const plugins = mkdir(scratch, "plugins");
  mkdir(scratch, "plugins/demo1");
  for (const file of ["plugin.toml", "mapping.toml"]) {
    copyFileSync(join(root, "start/demo", file), join(plugins, "demo1", file));
  }
  const bin = mkdir(scratch, "bin");
  const launcher = `#!/bin/sh\nexec ${process.execPath} ${join(root, "src/main.ts")} "$@"\n`;
  writeFileSync(join(bin, "op-dbus"), launcher, { mode: 0o755 });
  return {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: mkdir(scratch, "home"),
    NODE_COMPILE_CACHE: compiled,
    DBUS_SYSTEM_BUS_ADDRESS: address,
    OP_DBUS_PLUGIN_DIRS: plugins,
    CONFIGURATION_DIRECTORY: mkdir(scratch, "config"),
    OP_DBUS_STATE_DIR: mkdir(scratch, "state"),
    OP_DBUS_RUNTIME_DIR: mkdir(scratch, "run"),
    OP_DBUS_VERIFY_TIMEOUT_MS: "2000",
  };
}

async function playOne(entry: Entry, stage: Stage): Promise<Entry> {
  if (entry.kind === "file")
    writeFileSync(join(stage.directory, entry.name), `${entry.lines.join("\n")}\n`, { mode: 0o600 });
  if (entry.kind === "greeting") await greet(stage.address, entry.text);
  return entry.kind === "command" ? { ...entry, lines: await run(entry.command, stage) } : entry;
}

async function greet(address: string, text: string): Promise<void> {
  const other = await connect({ address });
  const place = { destination: "org.opdbus.Demo1", path: "/org/opdbus/Demo1", interface: "org.opdbus.Demo1" };
  await other.call({ ...place, member: "SetGreeting", signature: "s", body: [text] });
  await other.close();
}

function run(command: string, { directory, env, address }: Stage): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", command], { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
    const output = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.err += chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      const steady = (text: string): string[] =>
        text
          .split("\n")
          .slice(0, -1)
          .map((line) => settled(line, directory, address));
      resolve([...steady(output.out), ...steady(output.err).map((line) => `! ${line}`), `[${status}]`]);
    });
  });
}

/** What differs from run to run, replaced: folders, times, digests, process ids. */
function settled(line: string, directory: string, address: string): string {
  return (
    line
      .replaceAll(directory, "DIR")
      .replaceAll(join(directory, ".."), "SCRATCH")
      .replaceAll(address, "ADDRESS")
      .replaceAll(root, "ROOT")
      .replace(/\b\d+(\.\d+)? (ms|s)\b/g, "N ms")
      .replace(/"elapsed_ms":\s?[\d.]+/g, '"elapsed_ms":0')
      .replace(/\b[0-9a-f]{64}\b/g, "DIGEST")
      .replace(/\b[0-9a-f]{16}\b/g, "APPLY")
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
      .replace(/\broot [A-Za-z0-9+/]{43}=/g, "root ROOTHASH")
      .replace(/"root":( ?)"[^"]{44}"/g, '"root":$1"ROOTHASH"')
      .replace(/"(user|unit)": "[^"]*"/g, '"$1": ""')
      .replace(/"(uid|pid)": \d+/g, '"$1": 0')
      .replace(/\S+ \(uid \d+\), pid \d+(, \S+)?$/, "USER")
      // Who ran the test, and the width of that column.
      .replace(/^( *@\d+) +TIME +\S+( \(\S+\))? +(?=apply|rollback)/, "$1  TIME  USER  ")
      .replace(/"bus": "[0-9a-f]{32}"/g, '"bus": "GUID"')
      .replace(/(@\d+, TIME,) \S+( \([^ )]+\))?/, "$1 USER")
      .replace(/^( *GEN) .*$/, (whole) => whole.replace(/ {2,}/g, "  "))
      .replace(/Plan [0-9a-f]{6}\b/g, "Plan DIGEST")
      .replace(/^(org\.freedesktop\.DBus +)\d+/, (_whole, name: string) => `${name.trimEnd()} PID`)
      // The width of its column is that of the longest process id.
      .replace(/^(?:NAME|org\.\S+) .*$/, (whole) => whole.replace(/ {2,}/g, "  "))
      .replace(/ after \d+ (tries|readings)/g, " after N $1")
  );
}
