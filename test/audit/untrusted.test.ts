// Files and folders that somebody else could have written: nothing is read from them as truth, nothing is written into
// them, nothing is done because they say so, and the reason is said.

import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { framesIn, HEAD, writeFrames } from "../support/audit-forge.ts";
import { ends, openStage, wishes, type Outcome, type Stage } from "../scenario/stage.ts";

const root = process.getuid!() === 0 ? false : "only root can make files that belong to others";
const STRANGER = 2000;

let title = 0;

/** An apply that has something to do. */
function applied(stage: Stage): Promise<Outcome> {
  return stage.op([
    "apply",
    "--auto-approve",
    stage.file("wish.json", wishes({ Title: `title ${title++}` })),
  ]);
}

/** It ends with a status of refusal, says why, and the service was not changed. */
async function refused(stage: Stage, status: number, why: RegExp): Promise<void> {
  const mark = stage.mark();
  const { stderr } = ends(await applied(stage), status);
  assert.match(stderr, why);
  assert.deepEqual(stage.sent(mark), []);
}

test("a document of another user is shown and not applied", { skip: root }, async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", wishes({ Title: "second" }));
  const cases: readonly (readonly [uid: number, mode: number, why: RegExp])[] = [
    [STRANGER, 0o600, /wish\.json is not applied: it belongs to user 2000/],
    [0, 0o666, /everybody may write it/],
  ];
  for (const [uid, mode, why] of cases) {
    chownSync(document, uid, uid);
    chmodSync(document, mode);
    ends(await stage.op(["plan", document]), 0);
    ends(await stage.op(["validate", document]), 0);
    const { stderr } = ends(await stage.op(["apply", "--auto-approve", document]), 7);
    assert.match(stderr, why);
    assert.deepEqual(stage.sent(), []);
  }
  chownSync(document, STRANGER, STRANGER);
  chmodSync(document, 0o600);
  const asRoot = await stage.op(["apply", "--auto-approve", document], {
    env: { SUDO_UID: String(STRANGER) },
  });
  ends(asRoot, 0);
});

test("a document reached through a link, and one of root, are applied", { skip: root }, async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", wishes({ Title: "second" }));
  const link = join(stage.directory, "link.json");
  symlinkSync(document, link);
  ends(await stage.op(["apply", "--auto-approve", link]), 0);
  assert.equal(stage.service.state.title, "second");
});

test("a saved plan of another user is refused", { skip: root }, async () => {
  await using stage = await openStage();
  const saved = join(stage.directory, "plan.json");
  ends(await stage.op(["plan", "--out", saved, stage.file("wish.json", wishes({ Title: "second" }))]), 0);
  chownSync(saved, STRANGER, STRANGER);
  const { stderr } = ends(await stage.op(["apply", saved]), 7);
  assert.match(stderr, /it belongs to user 2000/);
  assert.deepEqual(stage.sent(), []);
});

/** Folders of the state directory, with what stands in them after a first apply. */
const FOLDERS = [".", "@timing", "@state", "@state/journal"];

test("a state directory that another user can write, or owns, is refused", { skip: root }, async () => {
  await using stage = await openStage();
  ends(await applied(stage), 0);
  for (const name of FOLDERS) {
    const path = join(stage.directory, "state", name);
    chmodSync(path, 0o777);
    await refused(stage, 7, /OPD5001.*(is open to|can be written by) others/s);
    chmodSync(path, 0o700);
    chownSync(path, STRANGER, STRANGER);
    await refused(stage, 7, /OPD5001.*belongs to user 2000/s);
    chownSync(path, 0, 0);
  }
  chmodSync(stage.directory, 0o777);
  await refused(stage, 7, /can be written by others/);
  chmodSync(stage.directory, 0o700);
  ends(await applied(stage), 0);
});

test("keys in a folder that another user can write are not used", async () => {
  await using stage = await openStage();
  ends(await applied(stage), 0);
  const keys = join(stage.directory, "config/keys");
  chmodSync(keys, 0o777);
  await refused(stage, 7, /keys is open to others/);
});

test("a log that was forged, or whose key is lost, is noticed before anything is changed", async () => {
  await using stage = await openStage();
  ends(await applied(stage), 0);
  ends(await applied(stage), 0);
  const key = join(stage.directory, "config/keys/audit.key");
  renameSync(key, `${key}.away`);
  await refused(stage, 7, /OPD5102.*audit\.key is not the key of the log/s);
  renameSync(`${key}.away`, key);
  const pin = join(stage.directory, "state/@state/pin");
  const pinned = readFileSync(pin);
  writeFileSync(pin, "{}");
  await refused(stage, 65, /OPD5104.*neither a pin/s);
  assert.match(ends(await stage.op(["audit", "verify"]), 8).stdout, /OPD5104/);
  writeFileSync(pin, pinned);
  const timing = join(stage.directory, "state/@timing");
  const frames = await framesIn(timing);
  const head = frames.findIndex(({ type }) => type === HEAD);
  // Cut at its first head it agrees with itself.
  writeFrames(timing, frames.slice(0, head + 1), "removed");
  await refused(stage, 8, /OPD5101.*was pinned/s);
  ends(await stage.op(["history"]), 0);
});

test("a link in place of a folder of records is not followed", async () => {
  await using stage = await openStage();
  ends(await applied(stage), 0);
  for (const name of FOLDERS.slice(1)) {
    const path = join(stage.directory, "state", name);
    const elsewhere = join(stage.directory, "elsewhere");
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
    await refused(stage, 7, /is a symbolic link/);
    rmSync(path);
    renameSync(elsewhere, path);
  }
});

test("a link in place of a file of records is not written through", async () => {
  await using stage = await openStage();
  ends(await applied(stage), 0);
  const state = join(stage.directory, "state");
  const victim = stage.file("victim", "untouched\n");
  for (const name of readdirSync(state, { recursive: true, encoding: "utf8" })) {
    const path = join(state, name);
    // A tile that is not full is replaced by the next one.
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
    renameSync(path, join(stage.directory, "kept"));
    symlinkSync(victim, path);
    await applied(stage);
    assert.equal(statSync(victim).size, "untouched\n".length, `through ${name}`);
    rmSync(path);
    renameSync(join(stage.directory, "kept"), path);
  }
});

test(
  "a runtime directory that another user can write, owns or links is refused",
  { skip: root },
  async () => {
    await using stage = await openStage();
    const path = join(stage.directory, "run");
    chmodSync(path, 0o777);
    await refused(stage, 75, /not a directory that only you can write/);
    chmodSync(path, 0o700);
    chownSync(path, STRANGER, STRANGER);
    await refused(stage, 75, /not a directory that only you can write/);
    chownSync(path, 0, 0);
    renameSync(path, `${path}-other`);
    symlinkSync(`${path}-other`, path);
    await refused(stage, 75, /not a directory that only you can write/);
  },
);

test("a link in place of the lock is not followed", async () => {
  await using stage = await openStage();
  const victim = stage.file("victim", "untouched\n");
  symlinkSync(victim, join(stage.directory, `run/${stage.bus.guid}.lock`));
  await refused(stage, 75, /cannot be opened: ELOOP/);
  assert.equal(statSync(victim).size, "untouched\n".length);
});

test("whatever the umask, what is made is for its owner alone", async () => {
  await using stage = await openStage();
  const before = process.umask(0);
  try {
    ends(await applied(stage), 0);
    const saved = join(stage.directory, "plan.json");
    const wish = stage.file("other.json", wishes({ Title: "third" }));
    ends(await stage.op(["plan", "--out", saved, wish]), 0);
    ends(await stage.op(["apply", saved]), 0);
    for (const args of [
      ["audit", "checkpoint", "--pin"],
      ["audit", "export", join(stage.directory, "export")],
    ])
      ends(await stage.op(args), 0);
    ends(await stage.op(["audit", "prove", "0", "-o", join(stage.directory, "proof.html")]), 0);
  } finally {
    process.umask(before);
  }
  const made = ["state", "run", "config/keys", "export", "plan.json", "proof.html"];
  const open: string[] = [];
  for (const name of made) {
    const path = join(stage.directory, name);
    const inside = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: "utf8" })
      : [];
    for (const entry of [path, ...inside.map((below) => join(path, below))])
      if ((lstatSync(entry).mode & 0o077) !== 0) open.push(entry);
  }
  assert.deepEqual(open, []);
});

test("planted folders are refused before anything is made in them", { skip: root }, async () => {
  await using stage = await openStage();
  const state = join(stage.directory, "state");
  mkdirSync(state, { mode: 0o777 });
  chmodSync(state, 0o777);
  await refused(stage, 7, /(is open to|can be written by) others/);
  assert.deepEqual(readdirSync(state), []);
});
