// (j) The audit log at a million entries (fewer where making them takes longer than a minute; the table says how many):
// checking it, plainly and in full, proving one entry, opening it, and whether an append costs more than in a small one.
// The peer of checking is the hashing alone: two SHA-256 an entry, which nobody can leave out.

import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { openAudit, verifyAudit, type Audit, type EntryBody } from "../src/store/audit/audit.ts";
import { leafHash, nodeHash } from "../src/store/audit/merkle.ts";
import { systemDisk as disk } from "../src/store/file/file.ts";
import { best, figure, median, type Figure, type Goal } from "./figure.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const ENTRIES = LONG ? 10_000_000 : 1_000_000;
const ENTRIES_SMALL = 1_000;
const GROUP = 500;
const MAKING_MS_MAX = LONG ? Infinity : 60_000;

export async function auditBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const scratch = mkdtempSync("/var/tmp/op-dbus-bench-");
  try {
    const large = join(scratch, "large");
    const small = join(scratch, "small");
    const entries = await make(large, ENTRIES, progress);
    await make(small, ENTRIES_SMALL, progress);
    const ms = { plain: [], full: [], hashes: [], open: [], proof: [], atLarge: [], atSmall: [] } as Times;
    for (let round = 1; round <= rounds; round++) {
      progress(`audit: round ${round} of ${rounds}`);
      ms.hashes.push(await cpuMs(() => hashes(entries)));
      ms.plain.push(await cpuMs(() => verify(large, false)));
      ms.full.push(await cpuMs(() => verify(large, true)));
      await openAndProve(large, entries, ms);
      ms.atSmall.push(await appends(small));
      ms.atLarge.push(await appends(large));
    }
    return figures(entries, ms);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Times {
  readonly plain: number[];
  readonly full: number[];
  readonly hashes: number[];
  readonly open: number[];
  readonly proof: number[];
  readonly atLarge: number[];
  readonly atSmall: number[];
}

function figures(entries: number, ms: Times): readonly Figure[] {
  const count = entries.toLocaleString("en");
  const check = (work: string, values: readonly number[], max: number): Figure => {
    const value = (best(values) ?? 0) * (1000 / entries);
    return figure({
      bench: "audit",
      work: `${work} ${count} entries`,
      value,
      unit: "us CPU/entry",
      peer: "hashing alone",
      peerValue: (best(ms.hashes) ?? 0) * (1000 / entries),
      goal: { max },
      note: `${Math.round(1e6 / value).toLocaleString("en")} entries/s, a head every ${GROUP}`,
    });
  };
  const once = (work: string, values: readonly number[], goal: Goal): Figure =>
    figure({
      bench: "audit",
      work: `${work} ${count} entries`,
      value: best(values),
      unit: "ms",
      peer: "",
      peerValue: null,
      goal,
      note: `typical ${median(values).toFixed(1)} ms, first ${values[0]!.toFixed(1)} ms`,
    });
  return [
    check("verify", ms.plain, 6.67),
    check("verify --full", ms.full, 20),
    once("prove one of", ms.proof, { max: 5 }),
    once("open a log of", ms.open, { max: 200 }),
    figure({
      bench: "audit",
      work: `append a signed group of 3 at ${count} entries`,
      value: best(ms.atLarge),
      unit: "ms CPU",
      peer: `at ${ENTRIES_SMALL.toLocaleString("en")} entries`,
      peerValue: best(ms.atSmall),
      goal: { timesMax: 1.5 },
    }),
  ];
}

/** Returns how many entries there are. */
async function make(home: string, entries: number, progress: (text: string) => void): Promise<number> {
  const audit = await open(home);
  const begun = performance.now();
  for (let n = 0; audit.size < entries && performance.now() - begun < MAKING_MS_MAX; n++) {
    await audit.append(group(n, GROUP), { group: true, checkpoint: true });
    if (audit.size % (100 * GROUP) < GROUP) progress(`audit: ${audit.size} of ${entries} entries made`);
  }
  const { size } = audit;
  await audit.close();
  return size;
}

/** An apply, with actions as they are recorded of a change of units: some 420 bytes each. */
function group(n: number, entries: number): EntryBody[] {
  const apply = n.toString(16).padStart(16, "0");
  return Array.from({ length: entries }, (_, i) => ({
    type: "action",
    apply,
    id: String(i),
    address: `systemd1:units/"thing-${i}.service".active`,
    plugin: "systemd1",
    resource: "units",
    key: `thing-${i}.service`,
    field: "active",
    verb: "update",
    before: "inactive",
    after: "active",
    outcome: "done",
    reason: "",
    elapsed_ms: 12,
  }));
}

function open(home: string): Promise<Audit> {
  return openAudit({
    directory: join(home, "timing"),
    keyDirectory: join(home, "keys"),
    disk,
    clock: systemClock,
    bootId: "7d1f7b3a-0000-4000-8000-000000000001",
    uid: process.getuid?.() ?? 0,
  });
}

async function verify(home: string, full: boolean): Promise<void> {
  const directory = join(home, "timing");
  const report = await verifyAudit({ directory, disk, clock: systemClock, full, anchors: [], witnesses: [] });
  if (!report.holds) throw new Error(`the log does not hold: ${report.findings[0]?.message}`);
}

async function hashes(entries: number): Promise<void> {
  const entry = Buffer.alloc(420, "entry ");
  let node: Buffer = hash("sha256", "", "buffer");
  for (let n = 0; n < entries; n++) node = nodeHash(node, leafHash(entry));
}

async function openAndProve(home: string, entries: number, ms: Times): Promise<void> {
  let begun = performance.now();
  const audit = await open(home);
  ms.open.push(performance.now() - begun);
  begun = performance.now();
  const path = audit.inclusion(Math.floor(entries / 3), entries);
  ms.proof.push(performance.now() - begun);
  if (path.length < Math.log2(entries) - 1) throw new Error("the proof is no proof");
  await audit.close();
}

/** Each. */
async function appends(home: string): Promise<number> {
  const audit = await open(home);
  const count = 200;
  const spent = await cpuMs(async () => {
    for (let n = 0; n < count; n++) await audit.append(group(n, 3), { group: true, checkpoint: true });
  });
  await audit.close();
  return spent / count;
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
