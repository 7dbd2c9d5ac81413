// What must be true after a crash on the embedded stage, whatever it was: the next command, asked for nothing, leaves the
// machine as before or as wanted, or says exactly what is neither; the audit log tells the same, and nothing is pending.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { OpError } from "../../src/base/error.ts";
import { systemClock } from "../../src/base/clock.ts";
import { bootId } from "../../src/base/process.ts";
import { openAudit } from "../../src/store/audit/audit.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { died, type Died } from "./points.ts";
import { listener, type TwoServices } from "./two-services.ts";

const query = { addresses: ["test1:Title", "demo1:Greeting"] };

/** The machine as `TwoServices.machine` tells it. */
export interface Sides {
  readonly asBefore: string;
  readonly wanted: string;
}

/** The apply in a process of its own, which dies at that point; see applier.ts. */
export function applier({ directory, env }: TwoServices, at: number, half = false): Promise<Died> {
  const program = join(import.meta.dirname, "applier.ts");
  const args = [program, join(directory, "five.json"), String(at), ...(half ? ["half"] : [])];
  return died(spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** Any command, which knows nothing of a crash; then the truth. Returns what became of it. */
export async function nextCommand(
  stage: TwoServices,
  { asBefore, wanted }: Sides,
  name: string,
): Promise<"as before" | "as wanted" | "listed"> {
  const app = stage.app();
  let end: "as before" | "as wanted" | "listed";
  try {
    await app.invoke("query", query, listener());
    const now = stage.machine();
    assert.ok([wanted, asBefore].includes(now), `${name}: neither before nor after: ${now}`);
    end = now === wanted ? "as wanted" : "as before";
  } catch (error) {
    assert.ok(error instanceof OpError && error.exit === 4, `${name}: ${String(error)}`);
    assert.notEqual(stage.machine(), asBefore, `${name}: ${error.now}`);
    end = "listed";
  } finally {
    await app.close();
  }
  const again = stage.app();
  const { pending } = await again.invoke("recover", { list: true, abandon: null }, listener());
  assert.deepEqual(pending, [], `${name}: something is still pending`);
  await again.close();
  assert.equal(await recordedEnd(stage), end === "as wanted" ? "done" : "not done", `${name}: ${end}`);
  return end;
}

/** What the audit log says of the last apply on this bus. */
async function recordedEnd({ stateDir, directory, env }: TwoServices): Promise<string> {
  const audit = await openAudit({
    directory: join(stateDir, "@timing"),
    keyDirectory: join(directory, "config/keys"),
    disk: systemDisk,
    clock: systemClock,
    bootId: bootId(),
    uid: process.getuid!(),
    readOnly: true,
  }).catch(() => null);
  if (audit === null) return "not done";
  const values = [...audit.entries(0)].map(({ value }) => value);
  await audit.close();
  const isHere = (guid: unknown): boolean => env["DBUS_SYSTEM_BUS_ADDRESS"]!.includes(String(guid));
  const begun = values.findLast((value) => value["type"] === "begin" && isHere(value["bus"]));
  const end = values.findLast((value) => value["type"] === "end" && value["apply"] === begun?.["apply"]);
  return end?.["end"] === "done" ? "done" : "not done";
}
