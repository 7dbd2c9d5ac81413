// What records add to the whole command: the built `op-dbus apply` of one property beside the same build that records
// nothing, in turns. A command is always a first run: all that it executes is cold.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedOffer } from "../start/embedded.ts";
import { boot } from "../test/lab/machine.ts";
import { build, cpuEnv, install, installUnrecorded, run, type Took } from "./built.ts";
import { best, figure, median, type Figure } from "./figure.ts";

const RUNS_PER_ROUND = 4;

/** A property of the demonstration service, on a bus in this process. */
export async function demoCommandBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-bench-stage-"));
  const stage = await embeddedOffer.open(scratch);
  try {
    const wish = (run: number): object => ({ demo1: { Greeting: `run ${run}` } });
    return await commandBench("a property", stage.env, wish, rounds, progress);
  } finally {
    await stage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The pretty host name of a booted lab machine. */
export async function hostNameCommandBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  await using machine = boot("bench-name");
  const env = { DBUS_SYSTEM_BUS_ADDRESS: machine.address };
  const wish = (run: number): object => ({ hostname1: { PrettyHostname: `run ${run}` } });
  return await commandBench("a host name", env, wish, rounds, progress);
}

async function commandBench(
  what: string,
  busEnv: Readonly<Record<string, string>>,
  wish: (run: number) => object,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  build(progress);
  progress(`apply: the command, ${what}`);
  // Not tmpdir(): where that is memory, a sync costs nothing.
  const scratch = mkdtempSync("/var/tmp/op-dbus-bench-");
  try {
    const recorded = launcher(install, join(scratch, "recorded"), busEnv);
    const silent = launcher(installUnrecorded, join(scratch, "silent"), busEnv);
    let number = 0;
    const once = (command: Command): Promise<Took> => applyOnce(command, wish(number++));
    // The first one fills the compile cache, the second meets a state directory that is not there.
    await once(recorded);
    rmSync(recorded.stateDir, { recursive: true });
    const first = await once(recorded);
    await once(silent);
    const took = { recorded: [] as Took[], silent: [] as Took[] };
    for (let round = 0; round < rounds * RUNS_PER_ROUND; round++) {
      took.recorded.push(await once(recorded));
      took.silent.push(await once(silent));
    }
    const work = `the command, ${what}, recorded`;
    return [row(`${work}: wall time`, took, "wallMs", first), row(`${work}: CPU`, took, "cpuMs", first)];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Command {
  readonly path: string;
  readonly directory: string;
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
}

function launcher(
  installed: (directory: string) => string,
  directory: string,
  busEnv: Readonly<Record<string, string>>,
): Command {
  mkdirSync(join(directory, "cache"), { recursive: true, mode: 0o700 });
  const stateDir = join(directory, "state");
  const env = {
    ...process.env,
    ...busEnv,
    ...cpuEnv,
    CONFIGURATION_DIRECTORY: join(directory, "config"),
    NODE_COMPILE_CACHE: join(directory, "cache"),
    OP_DBUS_NODE: process.execPath,
    OP_DBUS_STATE_DIR: stateDir,
    RUNTIME_DIRECTORY: directory,
  };
  return { path: installed(join(directory, "package")), directory, stateDir, env };
}

async function applyOnce({ path, directory, env }: Command, plugins: object): Promise<Took> {
  const document = join(directory, "bench.json");
  writeFileSync(document, JSON.stringify({ version: 1, plugins }), { mode: 0o600 });
  return await run([path, "apply", document], env);
}

function row(
  work: string,
  took: { readonly recorded: readonly Took[]; readonly silent: readonly Took[] },
  unit: keyof Took,
  first: Took,
): Figure {
  const [recorded, silent] = [took.recorded, took.silent].map((all) => all.map((one) => one[unit]));
  const typical = median(recorded!) - median(silent!);
  return figure({
    bench: "apply",
    work,
    value: best(recorded!),
    unit: "ms",
    peer: "without records",
    peerValue: best(silent!),
    goal: { moreMax: 3 },
    note: `typically ${typical.toFixed(1)} ms more; in a new state directory ${first[unit].toFixed(1)} ms`,
    missed: "a command runs all of it once: what is cold is interpreted, and that is most of it",
  });
}
