// `npm start`: the five-minute tour. It picks the best stage this machine offers, says which and why, and walks one
// document through plan, apply, a change by somebody else, a change that goes back by itself, the history, a proof, and
// all the way back. Every step is a real command with its real output. At the end it shows by other means that everything
// is as before. With --shell the stage is yours.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

/** What runs on this stage runs with, op-dbus and this Node first in its PATH. */
function environment(stage: Stage, scratch: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...stage.env,
    PATH: [dirname(launcher), dirname(process.execPath), process.env["PATH"]].join(":"),
    CONFIGURATION_DIRECTORY: join(scratch, "config"),
    OP_DBUS_STATE_DIR: join(scratch, "state"),
    RUNTIME_DIRECTORY: scratch,
  };
}

/** What the folder holds that commands run in: the documents, and as in a clone the verifier of proofs. */
function furnish(stage: Stage, scratch: string): void {
  writeFileSync(join(scratch, "tour.toml"), stage.document, { mode: 0o600 });
  writeFileSync(join(scratch, "risky.toml"), stage.risky, { mode: 0o600 });
  symlinkSync(join(import.meta.dirname, "../docs"), join(scratch, "docs"));
}

/** A shell on the stage until the person leaves it. */
function shell(stage: Stage, scratch: string): Promise<void> {
  console.log(
    "op-dbus talks to this stage here; tour.toml and risky.toml are documents for it. exit ends it.",
  );
  const env = environment(stage, scratch);
  return new Promise((resolve, reject) => {
    const child = spawn(env["SHELL"] ?? "/bin/sh", { cwd: scratch, env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}

/** Runs a line in a shell, printing it and its output as they come. Ends the tour if the exit status is another one. */
function type(stage: Stage, scratch: string, line: string, expected = 0): Promise<void> {
  console.log(`$ ${bold(line)}`);
  return new Promise((resolve, reject) => {
    const env = environment(stage, scratch);
    const child = spawn("sh", ["-c", line], { cwd: scratch, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (status) => {
      if (status === expected) return resolve();
      reject(new Error(`${line} ended with ${status}, expected ${expected}`));
    });
  });
}

async function tour(stage: Stage, scratch: string): Promise<void> {
  let number = 0;
  const step = (title: string): void => console.log(`\n${bold(`${++number}. ${title}`)}`);
  const show = (document: string): void => console.log(dim(document.trim().replace(/^/gm, "    ")));
  const run = (line: string, expected?: number): Promise<void> => type(stage, scratch, line, expected);
  const before = await stage.fingerprint();

  step("What is there?");
  await run("op-dbus discover");
  step("What would change?");
  show(stage.document);
  await run("op-dbus plan tour.toml --out plan.json");
  step("Do exactly that.");
  await run("op-dbus apply plan.json");
  step("Somebody else changes something.");
  console.log(`$ ${bold(stage.intruder.shown)}`);
  process.stdout.write(await stage.intruder.run());
  await run("op-dbus verify tour.toml", 2);
  step("Make it so again.");
  await run("op-dbus apply tour.toml -q");

  step("A change that may lock you out: it goes back by itself unless you commit it.");
  show(stage.risky);
  const applied = await stage.fingerprint();
  await run(`op-dbus apply risky.toml -q --no-commit --timeout ${RISKY_S}`);
  await run("op-dbus checkpoint list");
  console.log(dim(`Nobody commits it for ${RISKY_S} seconds …`));
  await isAgain(stage, applied);
  await run("op-dbus verify tour.toml");

  step("What happened here, and who set this?");
  await run("op-dbus history");
  await run(`op-dbus blame '${stage.field}'`);
  step("Prove it to somebody who has no op-dbus.");
  await run("op-dbus audit verify");
  await run("op-dbus audit prove @1 -o proof.html");
  await run("node docs/verifier/verify.mjs proof.html | head -n 2");
  step("Put everything back, to before the first apply.");
  await run("op-dbus rollback --to 0 --auto-approve");

  if ((await stage.fingerprint()) !== before) throw new Error("the stage is not as it was before the tour");
}

/** Seconds that the tour's timed commit waits for nobody. */
const RISKY_S = 4;
const GOES_BACK_DEADLINE_MS = 60_000;

/** Resolves when the stage is as it was then: by its guard, not by a command of ours. */
async function isAgain(stage: Stage, then: string): Promise<void> {
  for (const deadline = Date.now() + GOES_BACK_DEADLINE_MS; (await stage.fingerprint()) !== then;) {
    if (Date.now() > deadline) throw new Error("what nobody committed did not go back");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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
  furnish(stage, scratch);
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
