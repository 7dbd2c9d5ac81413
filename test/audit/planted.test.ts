// Whatever is put in the place of a file of the log, by whoever may write its folder: verifying ends with an alarm that names
// it, opening ends or refuses, and neither hangs, reads without bound, or fails as our own fault.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import type { AuditOptions } from "../../src/store/audit/audit.ts";
import { applyOf, auditFolder } from "../support/audit-case.ts";

/** A log of some entries, one with a blob. */
const template = auditFolder();
const audit = await template.open();
for (let n = 0; n < 4; n++)
  await audit.append(applyOf(n, 80, n === 3 ? { before: "x".repeat(40_000) } : {}), {
    group: true,
    checkpoint: true,
  });
await audit.close();
after(() => template.remove());

const PLANTS: readonly (readonly [what: string, plant: (path: string) => void])[] = [
  ["a link", (path) => symlinkSync("/etc/hostname", path)],
  ["a link to nothing", (path) => symlinkSync("/nonexistent", path)],
  ["a link to itself", (path) => symlinkSync(path, path)],
  ["a FIFO", (path) => assert.equal(spawnSync("mkfifo", [path]).status, 0)],
  ["a folder", (path) => mkdirSync(path)],
  ["a folder in folders beyond the longest path", deep],
  [
    "a sparse file of 10 GB",
    (path) => {
      writeFileSync(path, "");
      truncateSync(path, 10 * 2 ** 30);
    },
  ],
  ["an empty file", (path) => writeFileSync(path, "")],
];

/** Made from inside: no single path says it. */
function deep(path: string): void {
  const script = `import os, sys
os.mkdir(sys.argv[1]); os.chdir(sys.argv[1])
for _ in range(30): os.mkdir("x" * 200); os.chdir("x" * 200)`;
  assert.equal(spawnSync("python3", ["-c", script, path]).status, 0);
}

/** What is read of a log; `derived`: what is missing is made again, so an empty one is only a note. */
const PLACES: readonly (readonly [path: string, derived: boolean])[] = [
  ["0000000000000000.log", false],
  ["0000000000099999.log", false],
  ["checkpoint", true],
  ["tile", true],
  ["tile/0", true],
  ["tile/0/000", true],
  ["tile/entries/000", true],
  ["tile/more", true],
  ["blobs", false],
  ["BLOB", false],
];

for (const [place, derived] of PLACES)
  test(`in the place of ${place}`, async () => {
    for (const [what, plant] of PLANTS) {
      const home = `${dirname(template.directory)}-copy`;
      const directory = join(home, "timing");
      assert.equal(spawnSync("cp", ["-a", dirname(template.directory), home]).status, 0);
      try {
        const blob = [...template.files().keys()].find((name) => name.startsWith("blobs/"))!;
        const path = join(directory, place === "BLOB" ? blob : place);
        rmSync(path, { recursive: true, force: true });
        plant(path);
        const { holds, findings } = await template.verify({ directory });
        const said = findings.map(({ code, message, where }) => `${code} ${message} (${where})`).join("; ");
        const harmless = derived && /empty|folder$|nothing|itself/.test(what);
        assert.ok(!holds || harmless, `${what}: ${said || "nothing was found"}`);
        await opened({ directory, keyDirectory: join(home, "keys") }, what);
      } finally {
        spawnSync("rm", ["-rf", home]);
      }
    }
  });

/** It goes on, or says why not. */
async function opened(where: Partial<AuditOptions>, what: string): Promise<void> {
  try {
    const audit = await template.open(where);
    try {
      await audit.append(applyOf(9, 1), { group: true, checkpoint: true });
    } finally {
      await audit.close();
    }
  } catch (error) {
    assert.ok(error instanceof OpError, `${what}: ${String(error)}`);
    assert.ok([1, 7, 8].includes(error.exit), `${what}: ${error.code} ${error.message}`);
    assert.ok((error.where ?? "") !== "", `${what}: ${error.message}`);
  }
}
