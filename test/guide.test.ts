// The guide to the D-Bus library is a program: its `ts` blocks, joined, are run, and what they print is what its `text`
// blocks say. They are type-checked too, so the page cannot show what does not compile.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/guide/dbus.md"), "utf8");

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((m) => m[1] ?? "");
}

test("the blocks of the D-Bus guide compile, run, and print what the page says", (t) => {
  const directory = mkdtempSync(join(root, "test/.guide-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const program = blocks("ts").join("\n").replaceAll('"op-dbus/dbus"', '"../../src/host/dbus/dbus.ts"');
  const file = join(directory, "guide.ts");
  writeFileSync(file, program);
  writeFileSync(
    join(directory, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.json",
      compilerOptions: { rootDir: "../.." },
      include: ["guide.ts"],
    }),
  );
  const types = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", directory], {
    encoding: "utf8",
    cwd: root,
  });
  assert.equal(types.stdout, "");
  const printed = execFileSync(process.execPath, [file], {
    encoding: "utf8",
    timeout: 30_000,
    cwd: directory,
  });
  assert.equal(printed, blocks("text").join(""));
});
