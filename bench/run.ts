// `npm run bench [NAME...] [-- --json] [--rounds N]`: measures us against named peers in one interleaved run and prints a
// table, or one JSON line a figure. Exit 0 also when a goal is missed: the table says so.

import { parseArgs } from "node:util";
import { applyBench } from "./apply.ts";
import { auditBench } from "./audit.ts";
import { cliBench } from "./cli.ts";
import { dbusBench } from "./dbus.ts";
import type { Figure } from "./figure.ts";
import { logBench } from "./log.ts";
import { memoryBench } from "./memory.ts";
import { planBench } from "./plan.ts";
import { machineFacts, table } from "./report.ts";
import { telemetryBench } from "./telemetry.ts";
import { telemetryDeliveryBench } from "./telemetry-delivery.ts";
import { telemetryExportBench } from "./telemetry-export.ts";
import { telemetryWholeBench } from "./telemetry-whole.ts";

type Bench = (rounds: number, progress: (text: string) => void) => Promise<readonly Figure[]>;
const benches: Readonly<Record<string, Bench>> = {
  dbus: dbusBench,
  plan: planBench,
  cli: cliBench,
  apply: applyBench,
  log: logBench,
  audit: auditBench,
  memory: memoryBench,
  telemetry: telemetryBench,
  "telemetry-delivery": telemetryDeliveryBench,
  "telemetry-export": telemetryExportBench,
  "telemetry-whole": telemetryWholeBench,
};

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`usage: npm run bench [${Object.keys(benches).join(" ")}] [-- --json] [--rounds N]\n`);
  process.exit(64);
}

const progress = (text: string): void => void process.stderr.write(`${text}\n`);
const facts = machineFacts();
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length === 0 || positionals.includes(name))
    figures.push(...(await bench(rounds, progress)));
}
if (values.json) for (const one of figures) process.stdout.write(`${JSON.stringify(one)}\n`);
else process.stdout.write(`${facts}; best of ${rounds} interleaved rounds\n\n${table(figures)}\n`);
