// Files that are written over: in place where that is safe, whole where it is not, and never through what was planted.

import assert from "node:assert/strict";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemDisk } from "../file/file.ts";
import { readSteady, writeOver } from "./derived.ts";

function withFile(work: (path: string) => void): () => void {
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "op-dbus-derived-"));
    try {
      work(join(folder, "checkpoint"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

const overs = [
  { what: "nothing is there", before: null, now: "head 1", inPlace: false },
  { what: "the same length", before: "head 1", now: "head 2", inPlace: true },
  { what: "longer", before: "head 9", now: "head 10", inPlace: false },
  { what: "shorter", before: "head 10, cosigned", now: "head 11", inPlace: false },
  { what: "more than a sector", before: "a".repeat(513), now: "b".repeat(513), inPlace: false },
] as const;

for (const { what, before, now, inPlace } of overs) {
  test(
    `written over: ${what}`,
    withFile((path) => {
      // A second name shows which file was written.
      const kept = `${path}.kept`;
      if (before !== null) {
        writeFileSync(path, before);
        linkSync(path, kept);
      }
      writeOver(systemDisk, path, Buffer.from(now));
      assert.equal(readFileSync(path, "utf8"), now);
      if (before !== null) assert.equal(readFileSync(kept, "utf8"), inPlace ? now : before);
      assert.deepEqual(readdirSync(join(path, "..")).length, before === null ? 1 : 2);
    }),
  );
}

test(
  "a link in its place is replaced, not followed",
  withFile((path) => {
    writeFileSync(`${path}.other`, "theirs");
    symlinkSync(`${path}.other`, path);
    writeOver(systemDisk, path, Buffer.from("head 1"));
    assert.equal(readFileSync(`${path}.other`, "utf8"), "theirs");
    assert.equal(readFileSync(path, "utf8"), "head 1");
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }),
);

test(
  "a folder in its place is an error",
  withFile((path) => {
    mkdirSync(path);
    assert.throws(() => writeOver(systemDisk, path, Buffer.from("head 1")), { code: "OPD5002" });
  }),
);

test(
  "a reading that another one does not confirm is not believed",
  withFile((path) => {
    writeFileSync(path, "head 2");
    const torn = ["head 1", "heaa 2"];
    const disk = {
      ...systemDisk,
      read(fd: number, into: Uint8Array, position: number): number {
        const count = systemDisk.read(fd, into, position);
        into.set(Buffer.from(torn.shift() ?? "head 2"));
        return count;
      },
    };
    assert.equal(readSteady(disk, path, 512)?.toString(), "head 2");
    assert.equal(torn.length, 0);
    assert.equal(readSteady(disk, `${path}.none`, 512), null);
  }),
);
