// The audit log on a real folder: what is appended is there, in a tree that two processes agree on, through restarts,
// missing and torn derived files, rotations of the key and witnesses.

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { chmodSync, cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { applyOf, auditFolder, type AuditFolder } from "../../../test/support/audit-case.ts";
import { faultyDisk } from "../../../test/support/fault-disk.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { signer } from "../../../test/support/memory-audit.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { canonicalJson, type PlainTable } from "../../base/text/text.ts";
import { systemDisk } from "../file/file.ts";
import { anchorOf, readPin, writePin, type Audit } from "./audit.ts";
import { isConsistent, leafHash, rootFromInclusion } from "./merkle.ts";
import { cosignatureLine, parseNote } from "./note.ts";

const SIGNED = { group: true, checkpoint: true } as const;
const ALONE = { group: false, checkpoint: false } as const;

function folder(t: TestContext): AuditFolder {
  const made = auditFolder();
  t.after(() => made.remove());
  return made;
}

async function holds(made: AuditFolder): Promise<void> {
  const report = await made.verify();
  assert.deepEqual(
    report.findings.filter(({ severity }) => severity === "alarm"),
    [],
  );
  assert.ok(report.holds);
}

/** Of some entries in each tile. */
function proofsHold(audit: Audit): void {
  const root = Buffer.from(audit.latest()?.root ?? "", "base64");
  const size = audit.latest()?.size ?? 0;
  for (const { index, bytes } of audit.entries(0, size)) {
    if (size > 50 && index % 37 > 0) continue;
    const proven = rootFromInclusion(leafHash(bytes), index, size, audit.inclusion(index, size));
    assert.ok(proven?.equals(root), `entry ${index}`);
  }
}

test("a group: stamped, bound, signed, and there again", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  assert.deepEqual([audit.size, audit.latest()], [0, null]);
  const one = await audit.append(applyOf(1, 2), SIGNED);
  const two = await audit.append(applyOf(2, 1), SIGNED);
  // The first entry of a log names its key.
  assert.deepEqual([one.first, two.first, audit.size], [1, 5, 8]);
  const values = [...audit.entries(0)].map(({ value }) => value);
  assert.equal(values[0]?.["type"], "key");
  assert.equal(values[0]?.["vkey"], audit.key);
  assert.equal(audit.origin, audit.key.split("+")[0]);
  const [begin, , end] = values.slice(5);
  assert.deepEqual({ ...(begin?.["previous"] as PlainTable) }, { size: 5, root: one.checkpoint?.root });
  const { digest, ...binds } = { ...(end?.["binds"] as PlainTable) };
  assert.deepEqual(binds, { first: 5, count: 2 });
  assert.match(String(digest), /^[0-9a-f]{64}$/);
  assert.match(String(begin?.["time"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual([begin?.["v"], begin?.["boot"]], [1, made.options.bootId]);
  proofsHold(audit);
  const roots = [one, two].map(({ checkpoint }) => Buffer.from(checkpoint?.root ?? "", "base64"));
  assert.ok(isConsistent(5, 8, roots[0]!, roots[1]!, audit.consistency(5, 8)));
  await audit.close();
  for (const readOnly of [true, false]) {
    const again = await made.open({ readOnly });
    assert.deepEqual([again.size, again.latest(), again.key], [8, two.checkpoint, audit.key]);
    assert.deepEqual(
      [...again.entries(0)].map(({ value }) => value),
      values,
    );
    proofsHold(again);
    await again.close();
  }
  await holds(made);
});

test("a large entry: its largest members lie in blobs and come back", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  const big = "x".repeat(60_000);
  const body = {
    type: "action",
    before: big,
    after: [big, 2n ** 60n],
    small: { $blob: "no", size: 3 },
    id: "7",
  };
  const { first } = await audit.append([body], SIGNED);
  const [entry] = [...audit.entries(first)];
  assert.ok(entry !== undefined && entry.bytes.length < 2000);
  assert.deepEqual(Object.keys(entry.value["before"] as PlainTable).toSorted(), ["$blob", "size"]);
  const whole = audit.whole(entry.value) as PlainTable;
  for (const [name, value] of Object.entries(body))
    assert.equal(canonicalJson(whole[name]!), canonicalJson(value));
  const digest = await audit.putBlob(Buffer.from("text"));
  assert.equal(audit.blob(digest).toString(), "text");
  assert.throws(() => audit.blob("0".repeat(64)), { code: "OPD5101" });
  assert.throws(() => audit.blob("../../etc/passwd"), { code: "OPD5101" });
  await audit.close();
  await holds(made);
});

test("the largest entry of one value, at every size around the limit", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  const bodies = Array.from({ length: 40 }, (_, n) => ({
    type: "x",
    text: "y".repeat(LIMITS.entrySizeBytesMax - LIMITS.entryStampBytes - 40 + n),
  }));
  await audit.append(bodies, SIGNED);
  const sizes = [...audit.entries(1)].map(({ bytes }) => bytes.length);
  assert.ok(sizes.some((size) => size > 32_000) && sizes.some((size) => size < 1_000));
  await audit.close();
  await holds(made);
});

test("two that have it open see each other's entries", async (t) => {
  const made = folder(t);
  const [a, b] = [await made.open(), await made.open()];
  const appends = Array.from({ length: 30 }, (_, n) =>
    (n % 2 === 0 ? a : b).append(applyOf(n, n % 4), SIGNED),
  );
  const firsts = (await Promise.all(appends)).map(({ first }) => first);
  await Promise.all([a.refresh(), b.refresh()]);
  assert.deepEqual([a.size, a.latest()?.root], [b.size, b.latest()?.root]);
  assert.equal(new Set(firsts).size, 30);
  assert.deepEqual([...a.entries(0)], [...b.entries(0)]);
  await Promise.all([a.close(), b.close()]);
  await holds(made);
});

test("entries without a head: due after a while, signed on demand, followed when opened again", async (t) => {
  const clock = fakeClock();
  const made = auditFolder(clock);
  t.after(() => made.remove());
  const audit = await made.open();
  await audit.append(applyOf(1, 1), SIGNED);
  assert.equal(audit.checkpointDue(), false);
  await clock.sleep(LIMITS.checkpointIntervalMs * 2);
  assert.equal(audit.checkpointDue(), false);
  await audit.append([{ type: "gap" }], ALONE);
  await audit.append([{ type: "gap" }], ALONE);
  assert.equal(audit.checkpointDue(), false);
  await clock.sleep(LIMITS.checkpointIntervalMs);
  assert.equal(audit.checkpointDue(), true);
  const again = await made.open();
  assert.deepEqual([again.size, again.latest()?.size], [6, 4]);
  assert.equal((await made.verify()).signedSize, 4);
  const { checkpoint } = await again.append([], { group: false, checkpoint: true });
  assert.equal(checkpoint?.size, 6);
  await audit.refresh();
  assert.equal(audit.checkpointDue(), false);
  await Promise.all([audit.close(), again.close()]);
  await holds(made);
});

/** A log of more than one tile. */
async function grown(made: AuditFolder): Promise<Audit> {
  const audit = await made.open();
  for (let n = 0; n < 3; n++) await audit.append(applyOf(n, 200), SIGNED);
  return audit;
}

test("derived files that are missing, torn or stale are made again", async (t) => {
  const spoil: readonly (readonly [string, (at: (name: string) => string) => void])[] = [
    ["all tiles gone", (at) => rmSync(at("tile"), { recursive: true })],
    ["the position gone", (at) => rmSync(at("position"))],
    ["the checkpoint empty", (at) => truncateSync(at("checkpoint"))],
    ["the position empty", (at) => truncateSync(at("position"))],
    ["a position of another record", (at) => replace(at("position"), /"seq":\d+/, '"seq":3')],
    ["a full tile torn", (at) => truncateSync(at("tile/0/000"), 100)],
    ["a full tile of zeros", (at) => writeFileSync(at("tile/0/001"), Buffer.alloc(8192))],
    ["two full tiles exchanged", (at) => exchange(at("tile/0/000"), at("tile/0/001"))],
    ["a full bundle gone", (at) => rmSync(at("tile/entries/000"))],
    ["two bundles exchanged", (at) => exchange(at("tile/entries/000"), at("tile/entries/001"))],
    ["a partial tile gone", (at) => rmSync(at("tile/0/002.p"), { recursive: true })],
    ["the partial bundle empty", (at) => truncateSync(at("tile/entries/002.p/95"))],
    ["the top tile gone", (at) => rmSync(at("tile/1"), { recursive: true })],
  ];
  const original = folder(t);
  const first = await grown(original);
  const before = digestOf(first);
  await first.close();
  const files = original.files();
  for (const [name, work] of spoil) {
    const made = auditFolder();
    try {
      cpSync(original.directory, made.directory, { recursive: true });
      chmodSync(made.directory, 0o700);
      work((file) => join(made.directory, file));
      const reader = await made.open({ readOnly: true });
      assert.equal(digestOf(reader), before, name);
      proofsHold(reader);
      await reader.close();
      const audit = await made.open();
      assert.equal(audit.size, 607, name);
      assert.equal(digestOf(audit), before, name);
      proofsHold(audit);
      await audit.close();
      const after = made.files();
      for (const [file, bytes] of files) assert.deepEqual(after.get(file), bytes, `${name}: ${file}`);
      await holds(made);
    } finally {
      made.remove();
    }
  }
});

function digestOf(audit: Audit): string {
  return hash("sha256", Buffer.concat([...audit.entries(0)].map(({ bytes }) => bytes)));
}

function replace(path: string, pattern: RegExp, text: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replace(pattern, text));
}

function exchange(a: string, b: string): void {
  const [one, other] = [readFileSync(a), readFileSync(b)];
  writeFileSync(a, other);
  writeFileSync(b, one);
}

test("segments that were cut behind a signed head are not taken for the log", async (t) => {
  const made = folder(t);
  const audit = await grown(made);
  await audit.close();
  const segment = [...made.files().keys()].filter((name) => name.endsWith(".log")).at(-1)!;
  rmSync(join(made.directory, segment));
  for (const readOnly of [true, false]) await assert.rejects(made.open({ readOnly }), { code: "OPD5101" });
});

test("a rotated key: both sign its head, both processes go on with the new one", async (t) => {
  const made = folder(t);
  const [a, b] = [await made.open(), await made.open()];
  await a.append(applyOf(1, 1), SIGNED);
  const before = a.key;
  const head = await b.rotateKey();
  assert.equal(parseNote(head.note)?.signatures.length, 2);
  const { checkpoint } = await a.append(applyOf(2, 1), SIGNED);
  assert.notEqual(a.key, before);
  assert.deepEqual([a.key, a.origin], [b.key, b.origin]);
  assert.equal(parseNote(checkpoint?.note ?? "")?.signatures.length, 1);
  const pub = readFileSync(join(made.options.keyDirectory, "audit.pub"), "utf8");
  assert.equal(pub, `${before}\n${a.key}\n`);
  const mode = statSync(join(made.options.keyDirectory, "audit.key")).mode & 0o777;
  assert.equal(mode, 0o600);
  await Promise.all([a.close(), b.close()]);
  await holds(made);
});

test("a log can begin with a rotation, and nobody else writes a key entry", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  const before = audit.key;
  await audit.rotateKey();
  assert.deepEqual([audit.size, audit.key === before], [2, false]);
  const forged = { type: "key", vkey: before, replaces: audit.key };
  await assert.rejects(audit.append([forged], SIGNED), { code: "OPD1900" });
  await audit.close();
  await holds(made);
});

test("a rotation that was cut short is ended or forgotten", async (t) => {
  for (const entryWritten of [true, false]) {
    const made = auditFolder();
    t.after(() => made.remove());
    const keyFile = join(made.options.keyDirectory, "audit.key");
    const audit = await made.open();
    await audit.append(applyOf(1, 1), SIGNED);
    const old = readFileSync(keyFile);
    const pub = readFileSync(join(made.options.keyDirectory, "audit.pub"));
    await audit.rotateKey();
    await audit.close();
    const next = readFileSync(keyFile);
    if (entryWritten) {
      // Killed between the append and the rename.
      writeFileSync(`${keyFile}.next`, next, { mode: 0o600 });
      writeFileSync(keyFile, old);
      writeFileSync(join(made.options.keyDirectory, "audit.pub"), pub);
    } else writeFileSync(`${keyFile}.next`, old, { mode: 0o600 });
    const again = await made.open();
    await again.append(applyOf(2, 1), SIGNED);
    await again.close();
    assert.deepEqual(readFileSync(keyFile), next);
    await holds(made);
  }
});

test("a log whose key is gone is not appended to", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  await audit.append(applyOf(1, 1), SIGNED);
  await audit.close();
  rmSync(join(made.options.keyDirectory, "audit.key"));
  const again = await made.open();
  await assert.rejects(again.append(applyOf(2, 1), SIGNED), { code: "OPD5102" });
  assert.equal(again.size, 4);
  await again.close();
  await holds(made);
});

test("witnesses: their signatures join the newest head, and stay with it", async (t) => {
  const made = folder(t);
  const audit = await made.open();
  const { checkpoint } = await audit.append(applyOf(1, 1), SIGNED);
  const [witness, other] = [signer("witness.example/1", 4), signer("witness.example/2", 4)];
  const { text = "" } = parseNote(checkpoint?.note ?? "") ?? {};
  const vkey = witness.verifier.vkey;
  const noteOf = (signed: string) => `${text}\n${signed}`;
  const good = cosignatureLine(text, witness, 1_800_000_000);
  await assert.rejects(audit.cosign(noteOf(good), [other.verifier.vkey]), { code: "OPD5103" });
  await assert.rejects(audit.cosign(noteOf(cosignatureLine("else\n", witness, 1)), [vkey]), {
    code: "OPD5103",
  });
  const stranger = cosignatureLine(text, other, 1_800_000_000);
  const head = await audit.cosign(noteOf(stranger + good), [vkey]);
  assert.equal(head.note, `${checkpoint?.note}${good}`);
  assert.equal(readFileSync(join(made.directory, "checkpoint"), "utf8"), head.note);
  const again = await made.open();
  assert.equal(again.latest()?.note, head.note);
  const witnessed = await made.verify({ witnesses: [vkey] });
  assert.deepEqual([witnessed.anchored, witnessed.anchoredSize, witnessed.holds], ["anchored", 4, true]);
  const alone = await made.verify({ witnesses: [other.verifier.vkey] });
  assert.deepEqual([alone.anchored, alone.holds], ["contradicted", false]);
  // With entries that are not signed yet behind it.
  await again.append([{ type: "gap" }], ALONE);
  await again.cosign(noteOf(stranger), [other.verifier.vkey]);
  await again.append(applyOf(2, 1), SIGNED);
  await assert.rejects(again.cosign(noteOf(good), [vkey]), { code: "OPD5103" });
  await Promise.all([audit.close(), again.close()]);
  await holds(made);
});

test("a pin, an empty pin, and none", async (t) => {
  const made = folder(t);
  const { disk } = made.options;
  assert.equal(readPin(disk, made.pin), null);
  const audit = await made.open();
  const { checkpoint } = await audit.append(applyOf(1, 1), SIGNED);
  writePin(disk, made.pin, checkpoint!, audit.key);
  const pin = readPin(disk, made.pin);
  assert.deepEqual(pin, { origin: audit.origin, size: 4, root: checkpoint?.root, key: audit.key });
  await audit.append(applyOf(2, 1), SIGNED);
  await audit.close();
  const report = await made.verify({ anchors: [anchorOf(pin!, "pin")] });
  assert.deepEqual([report.anchored, report.anchoredSize, report.holds], ["anchored", 4, true]);
  writeFileSync(made.pin, "");
  assert.equal(readPin(disk, made.pin), null);
  for (const text of [
    "{}",
    "x",
    '{"size":1}',
    canonicalJson({ ...pin!, size: -1 }),
    canonicalJson({ ...pin!, key: "k" }),
  ]) {
    writeFileSync(made.pin, text);
    assert.throws(() => readPin(disk, made.pin), { code: "OPD5104" });
  }
});

test("a disk that fails at any write: what was acknowledged is there, and what was refused is not", async (t) => {
  for (const errno of ["ENOSPC", "EIO"] as const) {
    let failed = 0;
    for (let at = 1, operations = at; at <= operations; at++) {
      const made = auditFolder();
      try {
        const first = await made.open();
        await first.append(applyOf(1, 1), SIGNED);
        await first.close();
        const disk = faultyDisk(systemDisk, { at, errno, half: at % 2 === 0 });
        const [size, acknowledged] = await attempt(() => made.open({ disk }));
        operations = disk.operations.length + 1;
        if (!acknowledged) failed++;
        const again = await made.open();
        const added = again.size - 4;
        // When the sync fails it is not known: nobody was told that it is there, and nobody that it is not.
        if (size !== null)
          assert.equal(added, acknowledged ? 4 : 0, `${errno} at ${at}: ${disk.operations[at - 1]}`);
        await again.append(applyOf(3, 1), SIGNED);
        proofsHold(again);
        await again.close();
        await holds(made);
      } finally {
        made.remove();
      }
    }
    assert.ok(failed >= 4, `${failed} refused`);
  }
  t.diagnostic("every changing operation of opening, a large entry and a signed group");
});

/** [entries it knows of, null = nobody can know; whether the append was acknowledged]. */
async function attempt(open: () => Promise<Audit>): Promise<readonly [number | null, boolean]> {
  let audit: Audit | null = null;
  try {
    audit = await open();
    await audit.append(applyOf(2, 2, { before: "x".repeat(40_000) }), SIGNED);
    return [audit.size, true];
  } catch (error) {
    assert.ok(error instanceof OpError, String(error));
    assert.ok(["OPD5002", "OPD5005"].includes(error.code), error.code);
    return [error.code === "OPD5005" ? null : 0, false];
  } finally {
    await audit?.close();
  }
}
