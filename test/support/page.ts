// A page of the documentation is a program: it is played on a stage of the tour, and what its commands print is what the
// page says. In a page
//
//   <!-- on lab -->          what follows plays on this stage (embedded until one is named),
//   ```toml web.toml         writes the file (on every stage of the page),
//   ```console               runs each line after "$ " in a shell; both streams follow it, as a terminal shows them.
//
// A line of output that is only … stands for any number of lines. `steady` names all that may differ from run to run.
// A command that is the stage's intruder in words is done by the stage. Other blocks are not touched. With SNAP_UPDATE=1
// what was printed is written into the page; look at the difference before it is kept.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { daemonOffer } from "../../start/daemon.ts";
import { embeddedOffer } from "../../start/embedded.ts";
import { labOffer } from "../../start/lab.ts";
import type { Offer, Stage } from "../../start/stage.ts";

export const root = join(import.meta.dirname, "../..");
const OFFERS: readonly Offer[] = [embeddedOffer, daemonOffer, labOffer];
const PART = /^<!-- on (?<on>\w+) -->$|^```(?<language>\w+)(?: (?<file>\S+))?\n(?<body>.*?)^```$/gms;

interface Part {
  readonly stage: string;
  readonly kind: "file" | "console";
  readonly file: string;
  readonly body: string;
  /** Where the body begins in the page. */
  readonly at: number;
}

interface Seat {
  readonly stage: Stage;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Registers one test for each stage that the page plays on. */
export function testPage(file: string): void {
  for (const offer of offersOf(readPage(file)))
    test(`${file} on the stage ${offer.name}`, { skip: offer.missing ?? false }, async () => {
      const page = readPage(file);
      const played = await play(page, offer);
      if (process.env["SNAP_UPDATE"] === "1") writeFileSync(join(root, file), played);
      else assert.equal(played, page);
    });
}

/** The stages that a page plays on. */
function offersOf(page: string): readonly Offer[] {
  const used = new Set(partsOf(page).flatMap(({ kind, stage }) => (kind === "console" ? [stage] : [])));
  return OFFERS.filter(({ name }) => used.delete(name)).concat(
    [...used].map((name) => {
      throw new Error(`there is no stage ${name}`);
    }),
  );
}

function partsOf(page: string): Part[] {
  let stage = "embedded";
  return [...page.matchAll(PART)].flatMap(({ index, 0: whole, groups }): Part[] => {
    const { on, language, file, body = "" } = groups ?? {};
    stage = on ?? stage;
    const at = index + whole.indexOf("\n") + 1;
    if (language === "console") return [{ stage, kind: "console", file: "", body, at }];
    return file === undefined ? [] : [{ stage, kind: "file", file, body, at }];
  });
}

/** The page with what its commands print on this stage; equal to the page where that is what it says. */
async function play(page: string, offer: Offer): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-page-"));
  try {
    const stage = await offer.open(ownFolder(scratch, "stage"));
    try {
      return await playOn(page, seat(stage, scratch));
    } finally {
      await stage.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function playOn(page: string, { stage, directory, env }: Seat): Promise<string> {
  let played = "";
  let kept = 0;
  let status = 0;
  for (const { at, kind, file, body, stage: place } of partsOf(page)) {
    if (kind === "file") writeFileSync(join(directory, file), body, { mode: 0o600 });
    if (kind === "file" || place !== stage.name) continue;
    const shown: string[] = [];
    for (const { command, output } of commandsOf(body)) {
      const ran =
        command === stage.intruder.shown
          ? { output: await stage.intruder.run(), status: 0 }
          : await run(command, status, { stage, directory, env });
      status = ran.status;
      const printed = elsewhere(ran.output, directory);
      shown.push(`$ ${command}\n${says(output, printed) ? output : printed}`);
    }
    played += page.slice(kept, at) + shown.join("");
    kept = at + body.length;
  }
  return played + page.slice(kept);
}

/** Where things lie here is nobody's business. */
function elsewhere(output: string, directory: string): string {
  return output
    .replaceAll(directory, ".")
    .replaceAll(dirname(directory), "/tmp/stage")
    .replaceAll(root, "/opt/op-dbus")
    .replace(/\S+\/bin\/(node|flock)\b/g, "/usr/bin/$1");
}

function commandsOf(body: string): { command: string; output: string }[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf("\n");
      return { command: text.slice(0, end), output: text.slice(end + 1) };
    });
}

/** Does the page say what was printed? */
function says(page: string, printed: string): boolean {
  const lines = steady(page)
    .split("\n")
    .map((line) => (line === "…" ? "(?:.*\n)*?" : `${literal(line)}\n`));
  return new RegExp(`^${lines.join("")}$`).test(`${steady(printed)}\n`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** What differs from run to run: durations, digests, versions, processes, and how much a machine has of everything. */
function steady(text: string): string {
  return text
    .replace(/\b\d+(\.\d+)? (ms|s)\b/g, "N ms")
    .replace(/\b(Plan|digest) [0-9a-f]{6,64}\b/g, "$1 HEX")
    .replace(/^((?:\w+\.)+\w+) +(?:\d+|-) +(?:\d+|-) +(?:\d+|-) +/gm, "$1  PID OBJECTS PROPERTIES  ")
    .replace(/\b(?:[0-9a-f]{32}){1,2}\b/g, "HEX")
    .replace(/"elapsed_ms": ?[\d.]+/g, '"elapsed_ms":0')
    .replace(/"(pid|uid|takenAtMs)": ?\d+/g, '"$1": 0')
    .replace(/"(since|boot_id|guid|user|owner|command)": ?"[^"]*"/g, '"$1": ""')
    .replace(/\b\d+\.\d+\.\d+\b/g, "VERSION")
    .replace(
      /\bop-dbus\/[0-9a-f]{16}(\+[0-9a-f]{8}\+\S+)?/g,
      (_, key) => `op-dbus/LOG${key === undefined ? "" : "+KEY"}`,
    )
    .replace(/\b(checkpoint|commit|rollback) [0-9a-f]{16}\b/g, "$1 ID")
    .replace(/^[0-9a-f]{16}(?=  waits)/gm, "ID")
    .replace(/\bof \S+ \(process \d+/g, "of USER (process PID")
    .replace(/\S+, process \d+ +process \d+/g, "USER, process PID  process PID")
    .replace(/\breverts at \d\d:\d\d:\d\d/g, "reverts at TIME")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, "TIME")
    .replace(/^( *@\d+) +TIME +\S+( \(\S+\))? +(?=apply|rollback)/gm, "$1  TIME  USER  ")
    .replace(/^( *GEN) +TIME +WHO +/gm, "$1  TIME  WHO  ")
    .replace(/(@\d+, TIME,) \S+( \([^ )]+\))?/g, "$1 USER")
    .replace(/\bby \S+( \S+\.(?:service|scope))? op-dbus/g, "by USER op-dbus")
    .replace(/ {3,}/g, "   ");
}

/** Nothing of the machine that plays: own home, runtime folder, cache; the program under its own name. */
function seat(stage: Stage, scratch: string): Seat {
  const launcher = `#!/bin/sh\nexec ${process.execPath} ${join(root, "src/main.ts")} "$@"\n`;
  const bin = ownFolder(scratch, "bin");
  writeFileSync(join(bin, "op-dbus"), launcher, { mode: 0o755 });
  const env = {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: ownFolder(scratch, "home"),
    NODE_COMPILE_CACHE: ownFolder(scratch, "cache"),
    CONFIGURATION_DIRECTORY: ownFolder(scratch, "config"),
    OP_DBUS_RUNTIME_DIR: ownFolder(scratch, "run"),
    OP_DBUS_STATE_DIR: ownFolder(scratch, "state"),
    ...stage.env,
  };
  const directory = ownFolder(scratch, "work");
  // As in a clone: the verifier is a file of the documentation.
  symlinkSync(join(root, "docs"), join(directory, "docs"));
  return { stage, env, directory };
}

function ownFolder(scratch: string, name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** `before` is the exit status that `$?` shows. */
function run(
  command: string,
  before: number,
  { directory, env }: Seat,
): Promise<{ output: string; status: number }> {
  const script = `exec 2>&1\n(exit ${before})\n${command}\n`;
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", script], { cwd: directory, env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.once("error", reject);
    child.once("close", (status) => resolve({ output, status: status ?? 1 }));
  });
}

export function readPage(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
