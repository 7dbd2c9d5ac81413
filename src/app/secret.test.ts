import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { OpError } from "../base/error.ts";
import { hostKey, secrets } from "./secret.ts";

const uid = process.getuid!();

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-secret-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("references lead to variables, files and credentials", (t) => {
  const home = scratch(t);
  writeFileSync(join(home, "psk"), "swordfish\n", { mode: 0o600 });
  const { value } = secrets({ uid, home, env: { PSK: "pike", CREDENTIALS_DIRECTORY: home } });
  assert.equal(value("env:PSK"), "pike");
  assert.equal(value(`file:${home}/psk`), "swordfish");
  assert.equal(value("credential:psk"), "swordfish");
});

test("what cannot be read is refused, without the secret in the message", (t) => {
  const home = scratch(t);
  writeFileSync(join(home, "open"), "swordfish", { mode: 0o600 });
  chmodSync(join(home, "open"), 0o666);
  writeFileSync(join(home, "empty"), "\n", { mode: 0o600 });
  const { value } = secrets({ uid, home, env: { EMPTY: "", CREDENTIALS_DIRECTORY: home } });
  const references = [
    "env:NONE",
    "env:EMPTY",
    "plain",
    "swordfish",
    `file:${home}/open`,
    `file:${home}/none`,
    `file:${home}/empty`,
    "file:psk",
  ];
  for (const reference of [...references, "credential:../psk", "credential:.."]) {
    assert.throws(
      () => value(reference),
      (error: unknown) => {
        assert.ok(error instanceof OpError, reference);
        assert.equal(error.code, "OPD9013", reference);
        assert.ok(!JSON.stringify([error.message, error.where, error.hint]).includes("swordfish"), reference);
        return true;
      },
    );
  }
});

test("the key is made once, for the owner alone, and decides the digest", (t) => {
  const file = join(scratch(t), "op-dbus/keys/host.key");
  const key = hostKey(file, uid);
  const modes = [file, join(file, ".."), join(file, "../..")].map((path) => statSync(path).mode & 0o777);
  assert.deepEqual(modes, [0o600, 0o700, 0o755 & ~process.umask()]);
  assert.deepEqual(hostKey(file, uid), key);
  writeFileSync(file, "short");
  assert.throws(
    () => hostKey(file, uid),
    (error: unknown) => error instanceof OpError && error.code === "OPD9021",
  );
});

test("of many processes that make the key at once, all get the same one", async (t) => {
  const file = join(scratch(t), "op-dbus/keys/host.key");
  const program = `
    const { hostKey } = await import(${JSON.stringify(new URL("./secret.ts", import.meta.url).href)});
    process.stdout.write(hostKey(${JSON.stringify(file)}, ${uid}).toString("hex"));`;
  const made = await Promise.all(
    Array.from({ length: 6 }, () =>
      promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]),
    ),
  );
  assert.deepEqual([...new Set(made.map(({ stdout }) => stdout))], [hostKey(file, uid).toString("hex")]);
  assert.deepEqual(readdirSync(join(file, "..")), ["host.key"]);
});

test("a digest tells equal from different, and one address from another", (t) => {
  const home = scratch(t);
  const { digest } = secrets({ uid, home, env: {} }, join(home, "host.key"));
  assert.equal(digest("a:b", "x"), digest("a:b", "x"));
  assert.notEqual(digest("a:b", "x"), digest("a:b", "y"));
  assert.notEqual(digest("a:b", "x"), digest("a:bx", ""));
});
