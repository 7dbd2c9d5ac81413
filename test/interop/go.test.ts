// The log folder is a standard one: a program made of Go's own transparency-log library reads ours (signature, tiles, every
// entry, proofs both ways), and we read what it wrote. Needs `go`, and golang.org/x/mod from its proxy or cache.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Audit } from "../../src/store/audit/audit.ts";
import { parseHead } from "../../src/store/audit/checkpoint.ts";
import { Growth } from "../../src/store/audit/growth.ts";
import { isConsistent, leafHash, rootFromInclusion } from "../../src/store/audit/merkle.ts";
import { parseVkey, verifyNote } from "../../src/store/audit/note.ts";
import { tilePath, Tiles, unbundled } from "../../src/store/audit/tiles.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { applyOf, auditFolder } from "../support/audit-case.ts";

const GO = [
  "/usr/local/go/bin/go",
  ...(process.env["PATH"] ?? "").split(":").map((folder) => join(folder, "go")),
].find((path) => existsSync(path));

interface Proof {
  readonly at: number;
  readonly hashes: readonly string[] | null;
  readonly root?: string;
}

/** The program, built; or why it cannot be. */
function built(t: TestContext): string | null {
  const folder = mkdtempSync(join(tmpdir(), "op-dbus-oracle-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "oracle");
  const source = join(import.meta.dirname, "go");
  const done = spawnSync(GO ?? "go", ["build", "-o", program, "."], {
    cwd: source,
    encoding: "utf8",
    timeout: 240_000,
  });
  if (done.status === 0) return program;
  // A machine without a network has no library: that is no fault of ours. What does not compile is.
  assert.match(
    done.stderr,
    /proxy\.golang\.org|dial tcp|no required module|cannot find module|lookup /,
    done.stderr,
  );
  t.skip("go cannot get golang.org/x/mod here");
  return null;
}

const options = { skip: GO === undefined && "there is no go here" };

test("Go's library reads our folder", options, async (t) => {
  const program = built(t);
  if (program === null) return;
  const made = auditFolder();
  t.after(() => made.remove());
  const audit = await made.open();
  let checked = 0;
  for (const actions of [0, 1, 250, 3, 300, 2]) {
    const { checkpoint } = await audit.append(applyOf(actions, actions), { group: true, checkpoint: true });
    const proofs = join(made.options.keyDirectory, "proofs.json");
    writeFileSync(proofs, JSON.stringify(ourProofs(audit)));
    const said: string = execFileSync(program, ["check", made.directory, audit.key, proofs], {
      encoding: "utf8",
    });
    assert.equal(Number(said), checkpoint?.size);
    checked++;
  }
  assert.equal(checked, 6);
  // It can refuse.
  const tile = join(made.directory, tilePath(0, 0));
  const bytes = readFileSync(tile);
  bytes[77]! ^= 1;
  writeFileSync(tile, bytes);
  const proofs = join(made.options.keyDirectory, "proofs.json");
  assert.notEqual(spawnSync(program, ["check", made.directory, audit.key, proofs]).status, 0);
  await audit.close();
});

/** For every entry, and from every earlier size. */
function ourProofs(audit: Audit): { inclusion: Proof[]; consistency: Proof[] } {
  const { size } = audit;
  const hashes = (list: readonly Buffer[]) => list.map((hash) => hash.toString("base64"));
  const growth = new Growth({ write: () => undefined });
  const roots = [...audit.entries(0)].map(({ index, bytes }) => {
    growth.follow({ seq: index, type: 1, payload: bytes });
    return growth.tree.root().toString("base64");
  });
  return {
    inclusion: roots.map((_, at) => ({ at, hashes: hashes(audit.inclusion(at, size)) })),
    consistency: roots.map((root, at) => ({
      at: at + 1,
      root,
      hashes: hashes(audit.consistency(at + 1, size)),
    })),
  };
}

test("we read a folder that Go's library wrote", options, (t) => {
  const program = built(t);
  if (program === null) return;
  for (const count of [1, 2, 255, 256, 257, 700]) {
    const folder = mkdtempSync(join(tmpdir(), "op-dbus-go-log-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const name = "example.org/log";
    const vkey = execFileSync(program, ["make", folder, name, String(count)], { encoding: "utf8" }).trim();
    checkFolder(folder, name, vkey, count);
  }
});

function checkFolder(folder: string, name: string, vkey: string, count: number): void {
  const head = parseHead(readFileSync(join(folder, "checkpoint"), "utf8"));
  const verifier = parseVkey(vkey);
  assert.ok(head !== null && verifier !== null);
  assert.deepEqual(verifyNote(head.note, [verifier]), { good: [vkey], bad: [] });
  assert.deepEqual([head.origin, head.size], [name, count]);
  const tiles = new Tiles(systemDisk, folder, true);
  let compared = 0;
  const same = (level: number | "entries", index: number, width: number, bytes: Uint8Array): void => {
    compared++;
    assert.ok(tiles.readFile(tilePath(level, index, width))?.equals(bytes), tilePath(level, index, width));
  };
  const growth = new Growth({ write: same });
  const leaves: Buffer[] = [];
  for (let index = 0; index * 256 < count; index++) {
    const width = Math.min(256, count - index * 256);
    const entries = unbundled(tiles.read("entries", index, width) ?? Buffer.alloc(0), width);
    for (const payload of entries ?? []) {
      growth.follow({ seq: leaves.length, type: 1, payload });
      leaves.push(leafHash(payload));
    }
  }
  growth.writePartials(count);
  const root = growth.tree.root();
  assert.equal(root.toString("base64"), head.root);
  assert.equal(compared, [...tiles.list()].length);
  const proofs = JSON.parse(readFileSync(join(folder, "proofs.json"), "utf8")) as {
    readonly inclusion: readonly Proof[];
    readonly consistency: readonly Proof[];
  };
  const hashes = (list: readonly string[] | null) => (list ?? []).map((hash) => Buffer.from(hash, "base64"));
  for (const proof of proofs.inclusion)
    assert.ok(rootFromInclusion(leaves[proof.at]!, proof.at, count, hashes(proof.hashes))?.equals(root));
  for (const proof of proofs.consistency)
    assert.ok(
      isConsistent(proof.at, count, Buffer.from(proof.root ?? "", "base64"), root, hashes(proof.hashes)),
    );
  assert.equal(proofs.inclusion.length + proofs.consistency.length, 2 * count);
}
