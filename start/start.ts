// `npm start`: the five-minute tour. It picks the best stage this machine offers, says which and why, and walks one
// document through discover, plan, apply, verify, a change by somebody else, and back. Every step is a real command with
// its real output. At the end it proves by other means that everything is as before. With --shell the stage is yours.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs, styleText } from "node:util";
import { daemonOffer } from "./daemon.ts";
import { embeddedOffer } from "./embedded.ts";
import { labOffer } from "./lab.ts";
import type { Offer, Stage } from "./stage.ts";

const launcher = join(import.meta.dirname, "../bin/op-dbus");
const offers: readonly Offer[] = [labOffer, daemonOffer, embeddedOffer];

const bold = (text: string): string => styleText("bold", text);
const dim = (text: string): string => styleText("dim", text);

function choose(wanted: string | undefined): Offer {
  if (wanted !== undefined) {
    const offer = offers.find(({ name }) => name === wanted) ?? usage();
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

function usage(): never {
  return fail(64, "usage: npm start [-- [--on lab|daemon|embedded] [--shell]]");
}

function fail(status: number, message: string): never {
  console.error(message);
  process.exit(status);
}

/** What op-dbus runs with on this stage. */
function environment(stage: Stage, scratch: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...stage.env,
    CONFIGURATION_DIRECTORY: join(scratch, "config"),
    OP_DBUS_STATE_DIR: join(scratch, "state"),
    RUNTIME_DIRECTORY: scratch,
  };
}

/** A shell on the stage, with op-dbus in its PATH and the tour's document in its folder, until the person leaves it. */
function shell(stage: Stage, scratch: string): Promise<void> {
  writeFileSync(join(scratch, "tour.toml"), stage.document, { mode: 0o600 });
  console.log("op-dbus talks to this stage here; tour.toml is a document for it. exit ends it.");
  const env = environment(stage, scratch);
  env["PATH"] = `${dirname(launcher)}:${env["PATH"] ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawn(env["SHELL"] ?? "/bin/sh", { cwd: scratch, env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}

/** Runs one op-dbus command, printing it and its output as they come. Ends the tour if the exit status is another one. */
function op(stage: Stage, scratch: string, args: readonly string[], expected = 0): Promise<void> {
  console.log(`$ ${bold(["op-dbus", ...args].join(" "))}`);
  return new Promise((resolve, reject) => {
    const env = environment(stage, scratch);
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

function flags(): { readonly on?: string; readonly shell?: boolean } {
  try {
    return parseArgs({ options: { on: { type: "string" }, shell: { type: "boolean" } } }).values;
  } catch {
    return usage();
  }
}

const wanted = flags();
const offer = choose(wanted.on);
const scratch = mkdtempSync(join(tmpdir(), "op-dbus-tour-"));
let stage: Stage | undefined;
let status = 0;
// In the shell Ctrl-C is for what runs there.
process.on("SIGINT", () => wanted.shell === true || process.exit(130));
try {
  stage = await offer.open(scratch);
  console.log(`On ${bold(stage.name)}: ${stage.what}.`);
  await (wanted.shell === true ? shell : tour)(stage, scratch);
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
