// `npm start`: the five-minute tour. It picks the best stage this machine offers, says which and why, and walks one
// document through discover, plan, apply, verify, a change by somebody else, and back. Every step is a real command with
// its real output. At the end it proves by other means that everything is as before.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { daemonOffer } from "./daemon.ts";
import { embeddedOffer } from "./embedded.ts";
import { labOffer } from "./lab.ts";
import type { Offer, Stage } from "./stage.ts";

const launcher = join(import.meta.dirname, "../bin/op-dbus");
const offers: readonly Offer[] = [labOffer, daemonOffer, embeddedOffer];

const bold = (text: string): string => styleText("bold", text);
const dim = (text: string): string => styleText("dim", text);

function choose(args: readonly string[]): Offer {
  const at = args.indexOf("--on");
  const wanted = at >= 0 ? args[at + 1] : undefined;
  if (at >= 0 || args.length > 0) {
    const offer = offers.find(({ name }) => name === wanted);
    if (offer === undefined || args.length !== 2) fail(64, "usage: npm start [-- --on lab|daemon|embedded]");
    if (offer.missing !== null) fail(75, `the stage ${offer.name} cannot be had here: ${offer.missing}`);
    return offer;
  }
  for (const offer of offers) {
    const { missing } = offer;
    if (missing === null) return offer;
    console.log(dim(`not on ${offer.name}: ${missing}`));
  }
  return fail(75, "no stage can be had here");
}

function fail(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

/** Runs one op-dbus command, printing it and its output as they come. Ends the tour if the exit status is another one. */
function op(stage: Stage, scratch: string, args: readonly string[], expected = 0): Promise<void> {
  console.log(`$ ${bold(["op-dbus", ...args].join(" "))}`);
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      ...stage.env,
      OP_DBUS_STATE_DIR: join(scratch, "state"),
      RUNTIME_DIRECTORY: scratch,
    };
    const child = spawn(launcher, [...args], { cwd: scratch, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (status) => {
      if (status === expected) return resolve();
      reject(new Error(`op-dbus ${args.join(" ")} ended with ${status}, expected ${expected}`));
    });
  });
}

async function tour(stage: Stage, scratch: string): Promise<void> {
  let number = 0;
  const step = (title: string): void => console.log(`\n${bold(`${++number}. ${title}`)}`);
  writeFileSync(join(scratch, "tour.toml"), stage.document, { mode: 0o600 });
  const before = await stage.fingerprint();

  step("What is there?");
  await op(stage, scratch, ["discover"]);
  step("What would change?");
  console.log(dim(stage.document.trim().replace(/^/gm, "    ")));
  await op(stage, scratch, ["plan", "tour.toml", "--out", "plan.json"]);
  step("Do exactly that.");
  await op(stage, scratch, ["apply", "plan.json"]);
  step("Is it so?");
  await op(stage, scratch, ["verify", "tour.toml"]);
  step("Somebody else changes something.");
  console.log(`$ ${bold(stage.intruder.shown)}`);
  process.stdout.write(await stage.intruder.run());
  await op(stage, scratch, ["verify", "tour.toml"], 2);
  step("Make it so again.");
  await op(stage, scratch, ["apply", "tour.toml"]);
  step("Put everything back.");
  await op(stage, scratch, ["plan", "--revert", "plan.json", "-o", "undo.json"]);
  await op(stage, scratch, ["apply", "undo.json", "--auto-approve"]);

  if ((await stage.fingerprint()) !== before) throw new Error("the stage is not as it was before the tour");
}

const offer = choose(process.argv.slice(2));
const scratch = mkdtempSync(join(tmpdir(), "op-dbus-tour-"));
let stage: Stage | undefined;
let status = 0;
process.once("SIGINT", () => process.exit(130));
try {
  stage = await offer.open(scratch);
  console.log(`On ${bold(stage.name)}: ${stage.what}.`);
  await tour(stage, scratch);
} catch (error) {
  console.error(`\nThe tour stopped: ${error instanceof Error ? error.message : String(error)}`);
  status = 1;
} finally {
  await stage?.close();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(
  status === 0 ? "\nThis machine is unchanged." : "The stage was thrown away; this machine is unchanged.",
);
process.exitCode = status;
