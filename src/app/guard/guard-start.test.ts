// What a guard is told: the settings that hold, and nothing of the environment that could be a secret. One that cannot
// start is an error with its reason, and nothing of it is left.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { loadConfig } from "../../base/config.ts";
import type { Bus } from "../../host/dbus/dbus.ts";
import { guardCommand, startGuard } from "./guard-start.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-guard-start-"));
after(() => rmSync(folder, { recursive: true }));
const ID = "0123456789abcdef";

function partsFor(
  env: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, string | readonly string[]>> = {},
) {
  const who = { uid: 1000, home: "/home/x", env };
  return { clock: systemClock, configured: loadConfig({ flags, who, files: [] }), packageDir: folder, who };
}

test("it is told where everything is, and none of the caller's other variables", () => {
  const env = {
    HOME: "/home/x",
    PATH: "/usr/bin",
    TOKEN: "canary",
    OP_DBUS_TOKEN: "canary",
    OP_DBUS_CALL_DEADLINE_MS: "777",
    XDG_RUNTIME_DIR: "/run/user/1000",
    CREDENTIALS_DIRECTORY: "/run/credentials/x",
  };
  const told = guardCommand(
    partsFor(env, { bus: "unix:path=/x", state_dir: "/s", plugin_dirs: ["/p:q"] }),
    ID,
  );
  assert.deepEqual(told.argv.slice(1), [
    join(folder, "src/main.ts"),
    "--no-input",
    "--bus",
    "unix:path=/x",
    "--state-dir",
    "/s",
    "--plugin-dir",
    "/p:q",
    "guard",
    ID,
  ]);
  assert.deepEqual(told.env, {
    PATH: "/usr/bin",
    HOME: "/home/x",
    OP_DBUS_RUNTIME_DIR: "/run/user/1000/op-dbus",
    OP_DBUS_LOG_LEVEL: "info",
    OP_DBUS_CALL_DEADLINE_MS: "777",
    OP_DBUS_VERIFY_TIMEOUT_MS: "30000",
  });
});

test("an address that starts a program is a flag, for the environment may not say so", () => {
  const env = { DBUS_SYSTEM_BUS_ADDRESS: "unixexec:path=/bin/x" };
  const { argv } = guardCommand(partsFor(env), ID);
  assert.equal(argv[argv.indexOf("--bus") + 1], "unixexec:path=/bin/x");
});

/** A main.ts that does `code` in the place of the program. */
function programThat(code: string): void {
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src/main.ts"), code);
}

const bus = {} as Bus;
const silent = {
  parts: partsFor({ PATH: process.env["PATH"] ?? "" }),
  bus,
  id: ID,
  said: () => Promise.resolve(null),
};

test("one that ends at once: its own words are the reason", async () => {
  programThat('process.stderr.write("error OPD9001: no\\nmore\\n"); process.exitCode = 64;');
  await assert.rejects(startGuard(silent), {
    code: "OPD2134",
    message: "the guard could not be started: error OPD9001: no",
  });
});

test("one that dies without a word", async () => {
  programThat('process.kill(process.pid, "SIGKILL");');
  await assert.rejects(startGuard(silent), { code: "OPD2134", message: /it ended with SIGKILL$/ });
});

test("one that says it is ready is let go", async () => {
  programThat("setTimeout(() => undefined, 50);");
  const note = { type: "guard", pid: 1, start: "1", unit: "" } as const;
  let asked = 0;
  const said = () => Promise.resolve(++asked < 3 ? null : note);
  assert.deepEqual(await startGuard({ ...silent, said }), note);
});
