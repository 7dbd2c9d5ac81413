// A lock on a file: one holder at a time, between processes too; freed by the death of its holder; no link is followed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openLock } from "./lock.ts";

function withFolder(work: (folder: string) => Promise<void> | void): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "op-dbus-lock-"));
    try {
      await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

test(
  "two holders in one process",
  withFolder((folder) => {
    const path = join(folder, "lock");
    const [one, two] = [openLock(path), openLock(path)];
    assert.equal(one.take(), true);
    assert.equal(two.take(), false);
    one.release();
    assert.equal(two.take(), true);
    assert.equal(one.take(), false);
    two.close();
    assert.equal(one.take(), true);
    one.close();
    // Nothing was ever written.
    assert.deepEqual(readdirSync(folder), ["lock"]);
    assert.deepEqual([statSync(path).size, statSync(path).mode & 0o777], [0, 0o600]);
  }),
);

test(
  "a holder in another process is named, and frees the lock when it dies",
  withFolder(async (folder) => {
    const path = join(folder, "lock");
    const module = join(import.meta.dirname, "lock.ts");
    const program = `const { openLock } = await import(${JSON.stringify(module)});
      const lock = openLock(${JSON.stringify(path)});
      console.log(lock.take());
      setInterval(() => lock, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(holder.stdout, "data")) as [Buffer];
    assert.equal(String(said), "true\n");
    const own = openLock(path);
    assert.equal(own.take(), false);
    assert.match(own.holder() ?? "", new RegExp(`^${holder.pid} \\(.+\\)$`));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    assert.equal(own.take(), true);
    own.close();
  }),
);

test(
  "a link or a folder in its place is refused",
  withFolder((folder) => {
    writeFileSync(join(folder, "elsewhere"), "");
    symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
    assert.throws(() => openLock(join(folder, "link")), { code: "ELOOP" });
    assert.throws(() => openLock(folder), { code: "ELOOP" });
  }),
);
