// Nothing forged is ever signed: somebody who may write the folder of the log, and has none of its keys, changes the past
// and makes everything consistent; the next command that would append refuses, and the pin stays as it was.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { readPin, writePin } from "../../src/store/audit/audit.ts";
import { headText } from "../../src/store/audit/checkpoint.ts";
import { leafHash } from "../../src/store/audit/merkle.ts";
import { signatureLine, vkeyOf, parseVkey } from "../../src/store/audit/note.ts";
import { Tree } from "../../src/store/audit/tree.ts";
import type { Frame } from "../../src/store/log/log.ts";
import { applyOf, auditFolder, type AuditFolder } from "../support/audit-case.ts";
import { edited, ENTRY, framesIn, HEAD, writeFrames } from "../support/audit-forge.ts";

/** A log of four applies whose newest head is pinned. */
async function pinned(): Promise<AuditFolder> {
  const folder = auditFolder();
  const audit = await folder.open();
  for (let n = 0; n < 4; n++) {
    const { checkpoint } = await audit.append(applyOf(n, 2), { group: true, checkpoint: true });
    writePin(folder.options.disk, folder.pin, checkpoint!, audit.key);
  }
  await audit.close();
  return folder;
}

/** Whatever would append ends with OPD5101, says what to do, and changes no segment. */
async function refused(folder: AuditFolder, what: string, withPin: boolean): Promise<void> {
  const before = existsSync(folder.directory) ? folder.files() : [];
  const pin = readPin(folder.options.disk, folder.pin);
  const audit = await folder.open({ pin: withPin ? pin : null });
  const append = (): Promise<unknown> => audit.append(applyOf(9, 1), { group: true, checkpoint: true });
  for (const attempt of [() => audit.reserve(1), append, () => audit.rotateKey()])
    await assert.rejects(attempt, (error: unknown) => {
      assert.ok(error instanceof OpError, `${what}: ${String(error)}`);
      assert.deepEqual([error.code, error.exit], ["OPD5101", 8], `${what}: ${error.message}`);
      assert.match(error.hint ?? "", /op-dbus audit verify/, what);
      return true;
    });
  await audit.close();
  for (const [name, bytes] of before)
    if (name.endsWith(".log")) assert.deepEqual(folder.files().get(name), bytes, `${what}: ${name}`);
}

const changed = (frame: Frame): Frame => edited(frame, (value) => ({ ...value, after: "forged" }));

function entriesOf(frames: readonly Frame[]): Frame[] {
  return frames.filter(({ type }) => type === ENTRY);
}

/** Groups dissolved, so that no entry names a head. */
function plain(frame: Frame): Frame {
  return edited(frame, (value) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => name !== "previous" && name !== "binds")),
  );
}

/** A head over the entries before it, signed by a key that has the log's name. */
function forgedHead(entries: readonly Frame[]): Frame {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const tree = new Tree(() => undefined);
  for (const { payload } of entries) tree.push(leafHash(payload));
  const own = JSON.parse(Buffer.from(entries[0]!.payload).toString()) as { vkey: string };
  const origin = own.vkey.slice(0, own.vkey.indexOf("+"));
  const text = headText(
    { origin, size: tree.size, root: tree.root().toString("base64") },
    "2026-01-01T00:00:00Z",
  );
  const verifier = parseVkey(vkeyOf(origin, publicKey))!;
  return {
    type: HEAD,
    payload: Buffer.from(`${text}\n${signatureLine(text, { verifier, key: privateKey })}`),
  };
}

/** With its modes, which cpSync gives to files alone. */
function copyFolder(from: string, to: string): void {
  assert.equal(spawnSync("cp", ["-a", from, to]).status, 0);
}

type Forgery = (frames: readonly Frame[]) => readonly Frame[];
const FORGERIES: readonly (readonly [what: string, needsPin: boolean, Forgery])[] = [
  [
    "an entry changed, no head left",
    true,
    (frames) =>
      entriesOf(frames)
        .map(plain)
        .with(2, changed(plain(entriesOf(frames)[2]!))),
  ],
  ["the last entries cut off", true, (frames) => frames.slice(0, 6)],
  ["all but the key removed", true, (frames) => frames.slice(0, 1)],
  [
    "an entry changed, a head by another key",
    false,
    (frames) => {
      const entries = entriesOf(frames)
        .map(plain)
        .with(2, changed(plain(entriesOf(frames)[2]!)));
      return [...entries, forgedHead(entries)];
    },
  ],
];

for (const [what, needsPin, forge] of FORGERIES)
  test(`${what}: it is not signed`, async (t) => {
    const folder = await pinned();
    t.after(() => folder.remove());
    writeFrames(folder.directory, forge(await framesIn(folder.directory)), "removed");
    await refused(folder, what, true);
    if (!needsPin) await refused(folder, what, false);
  });

test("an older copy of the whole folder, and no folder at all: neither goes on", async (t) => {
  const folder = await pinned();
  t.after(() => folder.remove());
  const copy = join(folder.directory, "../copy");
  copyFolder(folder.directory, copy);
  const audit = await folder.open();
  const { checkpoint } = await audit.append(applyOf(5, 2), { group: true, checkpoint: true });
  writePin(folder.options.disk, folder.pin, checkpoint!, audit.key);
  await audit.close();
  rmSync(folder.directory, { recursive: true });
  copyFolder(copy, folder.directory);
  await refused(folder, "an older copy", true);
  rmSync(folder.directory, { recursive: true });
  await refused(folder, "no folder", true);
});

test("what is pinned and appended to by others meanwhile is opened, whole and from its derived files", async (t) => {
  const folder = await pinned();
  t.after(() => folder.remove());
  const old = readPin(folder.options.disk, folder.pin);
  for (let n = 0; n < 3; n++) {
    const audit = await folder.open({ pin: old });
    await audit.append(applyOf(n, 90), { group: true, checkpoint: n === 1 });
    await audit.close();
    if (n === 1)
      for (const name of ["tile", "position"]) rmSync(join(folder.directory, name), { recursive: true });
  }
  assert.ok((await folder.verify()).holds);
});

test("a head that another key signed while the log is open is not signed over", async (t) => {
  const folder = await pinned();
  t.after(() => folder.remove());
  const audit = await folder.open();
  const frames = await framesIn(folder.directory);
  const entries = [...entriesOf(frames), { type: ENTRY, payload: entriesOf(frames)[1]!.payload }];
  writeFrames(folder.directory, [...frames, entries.at(-1)!, forgedHead(entries)], "kept");
  await assert.rejects(audit.append(applyOf(9, 1), { group: true, checkpoint: true }), { code: "OPD5101" });
  await audit.close();
});
