// A key that cannot sign is noticed when space is reserved, before anything was changed that would have to be recorded, and
// whatever lies in its place is not used, not waited for and not told.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { applyOf, auditFolder, type AuditFolder } from "../../../test/support/audit-case.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
const other = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });

type Spoil = (path: string, text: string) => void;
const SPOILED: readonly (readonly [what: string, spoil: Spoil])[] = [
  ["missing", (path) => rmSync(path)],
  ["empty", (path) => writeFileSync(path, "")],
  ["cut short", (path, text) => writeFileSync(path, text.slice(0, -40))],
  ["its first line alone", (path, text) => writeFileSync(path, `${text.split("\n")[0]}\n`)],
  ["the private key of another", (path, text) => writeFileSync(path, `${text.split("\n")[0]}\n${other}`)],
  ["a key of another kind", (path, text) => writeFileSync(path, `${text.split("\n")[0]}\n${rsa}`)],
  ["no text", (path) => writeFileSync(path, Buffer.alloc(200, 0xff))],
  ["too large", (path) => writeFileSync(path, "x".repeat(100_000))],
  ["a folder", replaced((path) => mkdirSync(path))],
  ["a link", replaced((path) => symlinkSync("/etc/hostname", path))],
  ["a FIFO", replaced((path) => assert.equal(spawnSync("mkfifo", [path]).status, 0))],
  ["writable by everybody", (path) => chmodSync(path, 0o666)],
  ["in a folder that its group reads", (path) => chmodSync(join(path, ".."), 0o750)],
];

function replaced(make: (path: string) => void): Spoil {
  return (path) => {
    rmSync(path);
    make(path);
  };
}

async function made(): Promise<AuditFolder> {
  const folder = auditFolder();
  const audit = await folder.open();
  await audit.append(applyOf(0, 1), { group: true, checkpoint: true });
  await audit.close();
  return folder;
}

for (const [what, spoil] of SPOILED)
  test(`audit.key: ${what}`, async (t) => {
    const folder = await made();
    t.after(() => folder.remove());
    const path = join(folder.options.keyDirectory, "audit.key");
    const text = readFileSync(path, "utf8");
    const before = folder.files();
    spoil(path, text);
    const audit = await folder.open();
    t.after(() => audit.close());
    await assert.rejects(audit.reserve(1), (error: unknown) => {
      assert.ok(error instanceof OpError, String(error));
      assert.ok([7, 65].includes(error.exit), `${error.code} ${error.message}`);
      assert.ok((error.where ?? "").startsWith(folder.options.keyDirectory), error.message);
      assert.ok(!JSON.stringify([error.message, error.hint]).includes(text.split("\n")[2]!));
      return true;
    });
    assert.deepEqual(folder.files(), before);
    const reader = await folder.open({ readOnly: true });
    assert.ok(reader.size > 0, "reading needs no key");
    await reader.close();
  });
