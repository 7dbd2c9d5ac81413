// The command as it is published: put together anew, it says what the sources say, with a cold code cache and with a warm
// one. What a bundle can break (a file that is found beside its module, a part that is never cut off) shows here.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildCommand } from "../../scripts/command.ts";
import { embeddedOffer } from "../../start/embedded.ts";
import type { Stage } from "../../start/stage.ts";

const root = join(import.meta.dirname, "../..");

const scratch = mkdtempSync(join(tmpdir(), "op-dbus-built-"));
const dist = join(scratch, "package/dist");
let stage: Stage;

before(async () => {
  mkdirSync(dist, { recursive: true });
  for (const name of ["package.json", "mappings", "docs"])
    symlinkSync(join(root, name), join(scratch, "package", name));
  await buildCommand(dist);
  stage = await embeddedOffer.open(mkdirs("stage"));
});

after(async () => {
  await stage.close();
  rmSync(scratch, { recursive: true, force: true });
});

function mkdirs(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

type Ran = readonly [status: number | null, stdout: string, stderr: string];

/** `who` has directories and a code cache of its own. */
async function run(program: "built" | "sources", who: string, args: readonly string[]): Promise<Ran> {
  const own = mkdirs(who);
  const main = program === "built" ? join(dist, "main.cjs") : join(root, "src/main.ts");
  const env = {
    ...stage.env,
    PATH: process.env["PATH"],
    HOME: own,
    CONFIGURATION_DIRECTORY: join(own, "config"),
    NODE_COMPILE_CACHE: mkdirs(`${who}/cache`),
    OP_DBUS_STATE_DIR: join(own, "state"),
    OP_DBUS_RUNTIME_DIR: mkdirs(`${who}/run`),
  };
  const child = spawn(process.execPath, [main, ...args], {
    cwd: own,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return [status, stdout, stderr];
}

const SAME: readonly (readonly string[])[] = [
  [],
  ["--help"],
  ["explain", "OPD5003"],
  ["query", "demo1"],
  ["query", "demo1:Greetin"],
  ["plan", "wish.json", "--json"],
  ["validate", "broken.toml"],
  ["nonsense"],
];

for (const args of SAME)
  test(`the same as the sources: op-dbus ${args.join(" ")}`, async () => {
    for (const who of ["here", "there"]) {
      const own = mkdirs(who);
      const wish = { version: 1, plugins: { demo1: { Greeting: "Grüß Gott… 👋" } } };
      writeFileSync(join(own, "wish.json"), JSON.stringify(wish), { mode: 0o600 });
      writeFileSync(join(own, "broken.toml"), "version = 1\n[plugins.demo1]\nGreeting = 7\n", {
        mode: 0o600,
      });
    }
    const [expected, cold] = await Promise.all([run("sources", "there", args), run("built", "here", args)]);
    assert.deepEqual(cold, expected, "without its code cache");
    assert.deepEqual(await run("built", "here", args), expected, "with it");
  });

test("an apply, recorded and told as before", async () => {
  const own = mkdirs("apply");
  for (const greeting of ["one", "two", "three"]) {
    const wish = { version: 1, plugins: { demo1: { Greeting: greeting } } };
    writeFileSync(join(own, "wish.json"), JSON.stringify(wish), { mode: 0o600 });
    const [status, , stderr] = await run("built", "apply", ["apply", "wish.json"]);
    assert.equal(status, 0, stderr);
  }
  for (const args of [
    ["history", "--json"],
    ["blame", "demo1:Greeting"],
    ["audit", "verify", "--full"],
  ]) {
    const built = await run("built", "apply", args);
    assert.equal(built[0], 0, built[2]);
    assert.deepEqual(built, await run("sources", "apply", args));
  }
});
