// Appends to an audit log until it is ended: applies of all sizes, entries without a head, a large value now and then, a new
// key now and then. Says each entry count that is durable on a line of its own.
//
//   node test/audit/writer.ts DIRECTORY KEY_DIRECTORY SEED

import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../src/base/clock.ts";
import { openAudit } from "../../src/store/audit/audit.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { applyOf } from "../support/audit-case.ts";
import { seeded } from "../support/log-case.ts";

const [directory = "", keyDirectory = "", seed = "1"] = process.argv.slice(2);
const audit = await openAudit({
  directory,
  keyDirectory,
  disk: systemDisk,
  clock: systemClock,
  bootId: "7d1f7b3a-0000-4000-8000-000000000001",
  uid: process.getuid?.() ?? 0,
});
const draw = seeded(Number(seed));
for (let n = 0; ; n++) {
  const kind = draw(20);
  const big = kind === 1 ? { before: "x".repeat(33_000 + draw(9_000)) } : {};
  if (kind === 0) await audit.rotateKey();
  else await audit.append(applyOf(n, draw(12), big), { group: true, checkpoint: kind > 4 });
  console.log(audit.size);
  await sleep(draw(4));
}
