// (g) What a person waits for: the launcher on the built package, beside a bare Node that does nothing. Wall time, because
// that is what is waited for; median of many runs, taken in turns.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedOffer } from "../start/embedded.ts";
import { build, install, run as runBuilt } from "./built.ts";
import { figure, median, type Figure } from "./figure.ts";

const RUNS = 20;

export async function cliBench(
  _rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  build(progress);
  progress(`cli: ${RUNS} runs each`);
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-bench-"));
  const launcher = install(join(scratch, "package"));
  const stage = await embeddedOffer.open(scratch);
  // All of a person's but the cache of compiled code: that the launcher looks for it is part of what is waited for.
  const own = join(scratch, "own");
  mkdirSync(own, { mode: 0o700 });
  const env = {
    ...process.env,
    ...stage.env,
    CONFIGURATION_DIRECTORY: join(own, "config"),
    OP_DBUS_NODE: process.execPath,
    OP_DBUS_STATE_DIR: join(own, "state"),
    RUNTIME_DIRECTORY: own,
  };
  const works = {
    bare: [process.execPath, "-e", "0"],
    help: [launcher, "--help"],
    version: [launcher, "version"],
    query: [launcher, "query", "demo1:Greeting"],
  } as const;
  const ms = { bare: [] as number[], help: [] as number[], version: [] as number[], query: [] as number[] };
  try {
    // A machine on which something was applied: each start looks whether a crash left it half done.
    const document = join(own, "bench.json");
    const plugins = { demo1: { Greeting: "Welcome home" } };
    writeFileSync(document, JSON.stringify({ version: 1, plugins }), { mode: 0o600 });
    await runBuilt([launcher, "apply", document], env);
    for (let run = -2; run < RUNS; run++) {
      for (const work of ["bare", "help", "version", "query"] as const) {
        const { wallMs } = await runBuilt(works[work], env);
        if (run >= 0) ms[work].push(wallMs);
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
      missed:
        "the rest is the reading of compiled code, the launcher, Node's own net, the mapping and the journal",
      ...(moreMax === undefined ? {} : { goal: { moreMax } }),
    });
  return [
    row("help", "op-dbus --help", 30),
    row("version", "op-dbus version"),
    row("query", "op-dbus query of one property", 60),
  ];
}
