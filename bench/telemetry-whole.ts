// (l) What measuring costs a whole: CPU of 10,000 bus calls and of an apply with everything measured, beside the same with
// recorders that are switched off (in the same process, in turns), and beside a build in which no call of it is left.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { embeddedOffer } from "../start/embedded.ts";
import { figure, median, type Figure } from "./figure.ts";
import { SIDES, type SideName, type WholeName, type WholeResult } from "./telemetry-works.ts";

const COUNTED_MISSED = "a look at the clock and what lies cold after the wait, beside a call of some 13 us";
const TRACED_MISSED = "half of it is Node's, which carries the place in the trace along with every promise";
const root = join(import.meta.dirname, "..");
const execute = promisify(execFile);
const WORKS: readonly (readonly [name: WholeName, work: string, goal: boolean])[] = [
  ["calls, one after the other", "10,000 bus calls, one after the other", true],
  ["calls, 50 at a time", "10,000 bus calls, 50 at a time", false],
  ["apply", "an apply, recorded and verified", true],
];

export async function telemetryWholeBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-bench-whole-"));
  const stage = await embeddedOffer.open(scratch);
  try {
    const address = stage.env["DBUS_SYSTEM_BUS_ADDRESS"]!;
    const builds = { measured: await built(scratch, true), unmeasured: await built(scratch, false) };
    const seen = { measured: [] as WholeResult[], unmeasured: [] as WholeResult[] };
    for (let round = 1; round <= rounds; round++) {
      progress(`telemetry-whole: round ${round} of ${rounds}`);
      for (const name of ["measured", "unmeasured"] as const) {
        const state = mkdtempSync(join(scratch, "state-"));
        const args = [builds[name], address, join(root, "start/demo/mapping.toml"), state];
        const { stdout } = await execute(process.execPath, args, { encoding: "utf8" });
        seen[name].push(JSON.parse(stdout) as WholeResult);
      }
    }
    return WORKS.flatMap(([name, work, hasGoal]) => {
      const middle = (build: keyof typeof seen, side: SideName): number =>
        median(seen[build].map((each) => each[name][side])) / 1000;
      const off = middle("measured", "off");
      // What stands behind the sides of a build that measures nothing is the same three times.
      const same = SIDES.map((side) => middle("unmeasured", side));
      const noise = ((Math.max(...same) / Math.min(...same) - 1) * 100).toFixed(1);
      const row = (
        what: string,
        value: number,
        peer: string,
        peerValue: number,
        goal: boolean,
        missed = "",
      ): Figure =>
        figure({
          bench: "telemetry-whole",
          work: `${work}, ${what}`,
          value,
          unit: "ms CPU",
          peer,
          peerValue,
          note: `three equal sides differ by ${noise} %`,
          ...(goal && { goal: { timesMax: 1.01 } }),
          ...(goal && name !== "apply" && { missed }),
        });
      return [
        row("counted", middle("measured", "counted"), "switched off", off, hasGoal, COUNTED_MISSED),
        row("counted and traced", middle("measured", "traced"), "switched off", off, hasGoal, TRACED_MISSED),
        row("switched off", off, "built without", middle("unmeasured", "off"), false),
      ];
    });
  } finally {
    await stage.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The program in one file, as `scripts/build.ts` builds the product. */
async function built(directory: string, measured: boolean): Promise<string> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, "telemetry-whole-work.ts"),
    platform: "node",
    logLevel: "silent",
    optimization: { inlineConst: true },
    ...(!measured && { transform: { define: { OP_DBUS_MEASURED: "false" } } }),
  });
  const file = join(directory, measured ? "measured.mjs" : "unmeasured.mjs");
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  return file;
}
