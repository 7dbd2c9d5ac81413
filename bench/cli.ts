// (g) What a person waits for: the launcher on the built package, beside a bare Node that does nothing. Wall time, because
// that is what is waited for; median of many runs, taken in turns.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedOffer } from "../start/embedded.ts";
import { figure, median, type Figure } from "./figure.ts";

const RUNS = 20;
const root = join(import.meta.dirname, "..");

export async function cliBench(
  _rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  build(progress);
  progress(`cli: ${RUNS} runs each`);
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-bench-"));
  const launcher = install(join(scratch, "package"));
  const stage = await embeddedOffer.open(scratch);
  const env = { ...process.env, ...stage.env, OP_DBUS_NODE: process.execPath };
  const works = {
    bare: [process.execPath, "-e", "0"],
    help: [launcher, "--help"],
    version: [launcher, "version"],
    query: [launcher, "query", "demo1:Greeting"],
  } as const;
  const ms = { bare: [] as number[], help: [] as number[], version: [] as number[], query: [] as number[] };
  try {
    for (let run = -2; run < RUNS; run++) {
      for (const work of ["bare", "help", "version", "query"] as const) {
        const tookMs = await wallMs(works[work], env);
        if (run >= 0) ms[work].push(tookMs);
      }
    }
  } finally {
    await stage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const row = (work: "help" | "version" | "query", says: string, moreMax?: number): Figure =>
    figure({
      bench: "cli",
      work: `${says}, median of ${RUNS}`,
      value: median(ms[work]),
      unit: "ms",
      peer: "node -e 0",
      peerValue: median(ms.bare),
      missed: "the rest is the reading of compiled code, Node's own net, the launcher and the mapping",
      ...(moreMax === undefined ? {} : { goal: { moreMax } }),
    });
  return [
    row("help", "op-dbus --help", 30),
    row("version", "op-dbus version"),
    row("query", "op-dbus query of one property", 60),
  ];
}

/** The package as it is published; made again when a source is newer. */
function build(progress: (text: string) => void): void {
  const changedMs = (patterns: string): number[] =>
    globSync(patterns, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs);
  const built = changedMs("dist/main.cjs")[0] ?? 0;
  if (changedMs("src/**/*.ts").every((ms) => ms <= built)) return;
  progress("cli: building the package");
  const done = spawnSync(process.execPath, [join(root, "scripts/build.ts")], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`the package could not be built: ${done.stdout}${done.stderr}`);
}

/** The package as people have it: without the sources, which the launcher of a checkout looks at. */
function install(directory: string): string {
  mkdirSync(join(directory, "bin"), { recursive: true });
  copyFileSync(join(root, "bin/op-dbus"), join(directory, "bin/op-dbus"));
  for (const name of ["dist", "mappings", "package.json"])
    symlinkSync(join(root, name), join(directory, name));
  return join(directory, "bin/op-dbus");
}

/** Runs one command to its end. Throws when it fails: a quick failure would be a good figure. */
async function wallMs([file, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const begun = performance.now();
  const child = spawn(file!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.resume();
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}: ${said}`);
  return performance.now() - begun;
}
