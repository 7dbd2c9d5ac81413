// The digest of a tree: the same for equal trees, another one for every single difference that counts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { treeDigest } from "./tree-digest.ts";

const never = new AbortController().signal;

function tree(t: TestContext): { one: string; copy(): string } {
  const base = mkdtempSync(join(tmpdir(), "op-dbus-digest-"));
  t.after(() => rmSync(base, { recursive: true }));
  const one = join(base, "one");
  mkdirSync(join(one, "a/empty"), { recursive: true });
  writeFileSync(join(one, "a/file"), "content");
  writeFileSync(join(one, "a.b"), "ab"); // sorts between "a" and "a/file" as bytes
  writeFileSync(Buffer.concat([Buffer.from(`${one}/`), Buffer.from([0xff, 0xfe])]), "name of bytes");
  symlinkSync("a/file", join(one, "link"));
  let copies = 0;
  return {
    one,
    copy() {
      const to = join(base, `copy${(copies += 1)}`);
      execFileSync("cp", ["-a", one, to]);
      return to;
    },
  };
}

test("equal trees have one digest, wherever they lie and whenever they were made", async (t) => {
  const { one, copy } = tree(t);
  const other = copy();
  linkSync(join(other, "a.b"), join(other, "again"));
  unlinkSync(join(other, "a.b"));
  renameSync(join(other, "again"), join(other, "a.b"));
  assert.equal(await treeDigest(other, never), await treeDigest(one, never));
});

test("every difference that counts has another", async (t) => {
  const { one, copy } = tree(t);
  const changes: Readonly<Record<string, (root: string) => void>> = {
    "a byte": (root) => writeFileSync(join(root, "a/file"), "cOntent"),
    "a byte more": (root) => appendFileSync(join(root, "a/file"), "\0"),
    "a mode": (root) => chmodSync(join(root, "a/file"), 0o600),
    "the mode of the top": (root) => chmodSync(root, 0o700),
    "a folder more": (root) => mkdirSync(join(root, "a/more")),
    "a folder less": (root) => rmSync(join(root, "a/empty"), { recursive: true }),
    "another name": (root) => renameSync(join(root, "a/file"), join(root, "a/files")),
    "bytes that moved to the next file": (root) => {
      writeFileSync(join(root, "a/file"), "conten");
      writeFileSync(join(root, "a.b"), "tab");
    },
    "where a link leads": (root) => {
      unlinkSync(join(root, "link"));
      symlinkSync("a/fil", join(root, "link"));
    },
    "a file instead of a link": (root) => {
      unlinkSync(join(root, "link"));
      writeFileSync(join(root, "link"), "a/file", { mode: 0o777 });
    },
    "a file instead of a folder": (root) => {
      rmSync(join(root, "a/empty"), { recursive: true });
      writeFileSync(join(root, "a/empty"), "");
    },
  };
  const digests = new Map([[await treeDigest(one, never), "nothing"]]);
  for (const [name, change] of Object.entries(changes)) {
    const root = copy();
    change(root);
    const digest = await treeDigest(root, never);
    assert.equal(digests.get(digest), undefined, `${name} is taken for ${digests.get(digest)}`);
    digests.set(digest, name);
  }
});

test("it can be interrupted", async (t) => {
  const { one } = tree(t);
  await assert.rejects(treeDigest(one, AbortSignal.abort()), { name: "AbortError" });
});
