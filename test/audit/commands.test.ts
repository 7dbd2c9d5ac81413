// The audit commands as a person runs them, on a log that real applies wrote: what they print, what they write, how they
// end, and that a proof of a real apply holds elsewhere.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { canonicalJson, type PlainTable } from "../../src/base/text/text.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { cosignatureLine } from "../../src/store/audit/note.ts";
import { ends, openStage, wishes, type Outcome, type Stage } from "../scenario/stage.ts";
import { ENTRY, framesIn, writeFrames } from "../support/audit-forge.ts";
import { signer } from "../support/memory-audit.ts";

const VERIFIER = join(import.meta.dirname, "../../docs/verifier/verify.mjs");
const DAMAGED = 8;

let stage: Stage;

before(async () => {
  stage = await openStage();
  for (const title of ["second", "third"]) {
    // The second one is too long to stand in its entry: it lies in a blob.
    const padding = title === "third" ? " ".repeat(LIMITS.documentInlineCharsMax) : "";
    const wish = stage.file("wish.json", wishes({ Title: title }) + padding);
    ends(await stage.op(["apply", "--auto-approve", wish]), 0);
  }
});
after(async () => {
  await stage[Symbol.asyncDispose]();
});

const at = (name: string): string => join(stage.directory, name);
const audit = (...args: string[]): Promise<Outcome> => stage.op(["audit", ...args]);

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(ends(await audit(...args, "--json"), 0).stdout) as Record<string, unknown>;
}

/** With a copy of the state directory that `change` may spoil. */
async function spoiled(change: (timing: string) => void, ...args: string[]): Promise<Outcome> {
  const copy = at("copy");
  rmSync(copy, { recursive: true, force: true });
  // With its modes, which cpSync gives to files alone.
  assert.equal(spawnSync("cp", ["-a", at("state"), copy]).status, 0);
  change(join(copy, "@timing"));
  return await stage.op(["audit", ...args], { env: { OP_DBUS_STATE_DIR: copy } });
}

test("verify: what holds is said, anchored by our own pin; text and JSON say the same", async () => {
  const { stdout } = ends(await audit("verify", "--full"), 0);
  assert.match(stdout, /^Consistent, anchored up to entry (\d+): \1 entries, all signed\n/);
  const report = await json("verify", "--full");
  assert.deepEqual([report["holds"], report["anchored"], report["findings"]], [true, "anchored", []]);
  assert.ok(stdout.includes(String(report["root"])) && stdout.includes(String(report["key"])));
  assert.equal(ends(await audit("verify", "-q"), 0).stdout, "");
});

test("verify: every finding, exit 8, also for a person who asked for quiet", async () => {
  const damage = (timing: string): void => {
    const file = join(timing, "0000000000000000.log");
    const bytes = readFileSync(file);
    bytes[600]! ^= 1;
    writeFileSync(file, bytes);
  };
  for (const flags of [[], ["-q"]]) {
    const { stdout } = ends(await spoiled(damage, "verify", ...flags), DAMAGED);
    assert.match(stdout, /^NOT as it was written/);
    assert.match(stdout, /ALARM OPD51\d\d/);
  }
  const { stdout } = ends(await spoiled(damage, "verify", "--json"), DAMAGED);
  assert.equal((JSON.parse(stdout) as { holds: boolean }).holds, false);
});

test("entries of a stranger: no command takes them for granted", async (t) => {
  const frames = await framesIn(at("state/@timing"));
  const stamp = { boot: "b", mono_ms: 1, time: "2026-01-01T00:00:00.000Z", v: 1 };
  const strange: readonly PlainTable[] = [
    ...[null, 7, [null], [7], {}, [{ digest: "../x", text: null }]].map((documents) => ({
      type: "begin",
      apply: "00000000000000aa",
      documents,
    })),
    ...[null, 7, "", {}, []].flatMap((value) => [
      { type: "begin", apply: value, actor: value, started: value, bus: value, host: value },
      { type: "action", apply: "00000000000000aa", address: value, after: value, outcome: value, via: value },
      { type: "action", apply: value, address: "test1:Title", field: value, before: value, after: value },
      { type: "end", apply: value, end: value, by: value, faults: value, left: value, verification: value },
      { type: value },
    ]),
    { type: "legacy", label: 1, source: null, notes: 7 },
  ];
  const commands = [
    ["audit", "verify", "--full"],
    ["audit", "list"],
    ["audit", "prove", "test1:Title"],
    ["history"],
    ["history", "show", "1"],
    ["blame", "test1"],
    ["query", "test1:Title", "--at", "@1"],
    ["search", "third"],
    ["rollback", "--to", "1"],
    ["recover", "--list"],
  ];
  const path = at("copy");
  const more = strange.map((value) => ({
    type: ENTRY,
    payload: Buffer.from(canonicalJson({ ...stamp, ...value })),
  }));
  const alone = process.env["OP_DBUS_LONG"] === "1" ? more.map((one) => [one]) : [];
  t.diagnostic(`${more.length} entries together, ${alone.length} alone`);
  for (const entries of [more, ...alone]) {
    rmSync(path, { recursive: true, force: true });
    assert.equal(spawnSync("cp", ["-a", at("state"), path]).status, 0);
    writeFrames(join(path, "@timing"), [...frames, ...entries], "removed");
    for (const args of commands) {
      const { status, stderr } = await stage.op(args, { env: { OP_DBUS_STATE_DIR: path } });
      assert.notEqual(
        status,
        70,
        `${args.join(" ")}, the last of them ${String(entries.at(-1)!.payload)}\n${stderr}`,
      );
    }
  }
});

test("verify: a log that was removed is missed by its pin, a file or nobody", async () => {
  ends(await audit("checkpoint", "-o", at("note.txt")), 0);
  ends(await audit("checkpoint", "--pin", "-o", at("pin.json")), 0);
  const remove = (timing: string): void => rmSync(timing, { recursive: true });
  const all = (timing: string): void => rmSync(join(timing, ".."), { recursive: true });
  ends(await spoiled(remove, "verify"), DAMAGED);
  for (const file of ["note.txt", "pin.json"])
    ends(await spoiled(all, "verify", "--against", at(file)), DAMAGED);
  assert.match(ends(await spoiled(all, "verify"), 0).stdout, /is empty: there is nothing to verify/);
  ends(await audit("verify", "--against", at("note.txt"), "--against", at("pin.json")), 0);
  writeFileSync(at("nothing.txt"), "nothing\n");
  ends(await audit("verify", "--against", at("nothing.txt")), 65);
});

test("checkpoint: a witness's signature is merged and asked for", async () => {
  const witness = signer("witness.example", 4);
  const { note } = (await json("checkpoint")) as { note: string };
  const line = cosignatureLine(note.slice(0, note.indexOf("\n\n") + 1), witness, 1_790_000_000);
  writeFileSync(at("line.txt"), line);
  const { vkey } = witness.verifier;
  const args = ["checkpoint", "--cosignature", at("line.txt"), "--witness", vkey];
  assert.ok(ends(await audit(...args), 0).stdout.endsWith(line));
  ends(await audit("verify", "--full", "--witness", vkey), 0);
  const stranger = signer("witness.example", 4).verifier.vkey;
  const refused = await audit("checkpoint", "--cosignature", at("line.txt"), "--witness", stranger);
  assert.match(refused.stderr, /OPD5103/);
});

test("list: ranges, types, the newest, and the seeds' words", async () => {
  const { size, entries } = (await json("list")) as { size: number; entries: { index: number }[] };
  assert.equal(entries.length, size);
  const indexes = async (...args: string[]) =>
    ((await json("list", ...args)) as { entries: { index: number }[] }).entries.map(({ index }) => index);
  assert.deepEqual(await indexes("--from", "1", "--to", "3"), [1, 2]);
  assert.deepEqual(await indexes("--limit", "2"), [size - 2, size - 1]);
  assert.equal((await indexes("--type", "end")).length, 2);
  assert.deepEqual(await indexes("--from", String(size)), []);
  const text = ends(await audit("list"), 0).stdout;
  assert.equal(ends(await stage.op(["blockchain", "list"]), 0).stdout, text);
  ends(await stage.op(["blockchain", "verify"]), 0);
  ends(await stage.op(["blockchain", "snapshots"]), 0);
  ends(await stage.op(["blockchain", "search", "third"]), 0);
  assert.match(ends(await stage.op(["blockchain"]), 64).stderr, /blockchain needs one of: .*verify/);
  ends(await audit("list", "--from", "x"), 64);
});

test("prove: a generation is proven whole, an address by its newest apply, an index alone", async () => {
  const cases: readonly (readonly [what: string, types: readonly string[], holds: RegExp])[] = [
    ["@1", ["begin", "action", "end"], /"second"/],
    ["test1:Title", ["begin", "action", "end"], /"third"/],
    ["0", ["key"], /"vkey"/],
  ];
  for (const [what, types, holds] of cases) {
    for (const name of ["proof.json", "proof.html"]) {
      const { stdout } = ends(await audit("prove", what, "-o", at(name)), 0);
      const [key = ""] = /(?<=--key )\S+/.exec(stdout) ?? [];
      const checked = spawnSync(process.execPath, [VERIFIER, at(name), "--key", key], { encoding: "utf8" });
      assert.equal(checked.status, 0, checked.stdout + checked.stderr);
      assert.match(checked.stdout, holds);
    }
    const { entries } = JSON.parse(readFileSync(at("proof.json"), "utf8")) as {
      entries: { entry: string }[];
    };
    const found = entries.map(({ entry }) => (JSON.parse(entry) as { type: string }).type);
    assert.deepEqual(found, types);
    const { stdout } = ends(await audit("prove", what), 0);
    assert.equal((JSON.parse(stdout) as { format: string }).format, "op-dbus-proof/1");
  }
  for (const what of ["@9", "99999", "test1:Nothing"])
    assert.match(ends(await audit("prove", what), 65).stderr, /OPD5120/);
});

test("export: a folder that others check; never into one that holds something", async () => {
  const { size, files } = await json("export", at("export"), "--blobs");
  const note = readFileSync(at("export/checkpoint"), "utf8");
  assert.equal(note.split("\n")[1], String(size));
  assert.equal(files, 5, "checkpoint, key, two tiles and one document");
  assert.equal(readFileSync(at("export/key"), "utf8"), ends(await audit("key"), 0).stdout);
  for (const name of ["tile/0/000.p", "tile/entries/000.p"]) {
    const [theirs, ours] = ["export", "state/@timing"].map((root) =>
      readFileSync(at(`${root}/${name}/${size}`)),
    );
    assert.deepEqual(theirs, ours);
  }
  ends(await audit("export", at("export")), 1);
});

test("import: labelled, once, and listed by what it is", async () => {
  mkdirSync(at("old/timing"), { recursive: true });
  const hash = "e3ad949c65508e6b4cb8bc16449b4f3797b7cf2970533bf65242b6f9ec4e2887";
  const data = {
    data_hash: "fb24df6b31b954002a2aff3edbe27d8aa781b9be1c9b777b0c2de28517bcdb0b",
    metadata: {},
    operation: "create",
    plugin_id: "test_plugin",
  };
  writeFileSync(at(`old/timing/${hash}.json`), JSON.stringify({ data, hash, timestamp: 1_700_000_000 }));
  writeFileSync(at(`old/timing/${"0".repeat(64)}.json`), "\u001b[2J");
  const first = ends(await audit("import", at("old")), 0).stdout;
  assert.match(first, /^2 records: 1 4-part ok, 0 3-part ok \(data unbound\), 1 bad\n/);
  assert.match(first, /2 imported, 0 skipped .*none is verified/);
  assert.equal((await json("import", at("old")))["skipped"], 2);
  const { stdout } = ends(await audit("list", "--type", "legacy"), 0);
  assert.match(stdout, /4-part ok/);
  assert.equal(stdout.includes("\u001b[2J"), false);
  ends(await audit("verify", "--full"), 0);
  ends(await audit("import", at("nowhere")), 65);
});

test("key: a rotation is signed by both and leaves everything provable", async () => {
  const { key } = await json("key");
  const rotated = await json("key", "rotate");
  assert.equal(rotated["before"], key);
  assert.notEqual(rotated["key"], key);
  ends(await audit("verify", "--full"), 0);
  ends(await audit("prove", "@1", "-o", at("proof.json")), 0);
  assert.equal(spawnSync(process.execPath, [VERIFIER, at("proof.json")]).status, 0);
  ends(await audit("key", "turn"), 64);
});

test("where nothing was recorded, reading makes nothing and signing says so", async () => {
  const env = { OP_DBUS_STATE_DIR: at("fresh") };
  for (const [args, status] of [
    [["audit", "list"], 0],
    [["audit", "verify"], 0],
  ] as const)
    ends(await stage.op(args, { env }), status);
  assert.throws(() => readFileSync(at("fresh")), { code: "ENOENT" });
  assert.match(ends(await stage.op(["audit", "checkpoint"], { env }), 65).stderr, /OPD5120/);
});
