// Trusted reading and atomic writing, in a folder of the test's own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
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
import { after, test } from "node:test";
import { readConfigFiles } from "./config-files.ts";
import { OpError } from "./error.ts";
import { distrust, readTrusted, writeFileAtomically } from "./file.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-file-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const uid = process.getuid?.() ?? 0;

function codeOf(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return error instanceof OpError ? error.code : "foreign";
  }
}

test("only a file that nobody else can change is read, and not more of it than allowed", () => {
  const make = (name: string, mode: number): string => {
    writeFileSync(at(name), "12345");
    chmodSync(at(name), mode);
    return at(name);
  };
  const fine = make("fine", 0o600);
  symlinkSync(fine, at("link"));
  mkdirSync(at("directory"));
  execFileSync("mkfifo", [at("fifo")]);
  const table: readonly (readonly [path: string, sizeBytesMax: number, code: string])[] = [
    [fine, 5, "done"],
    [fine, 4, "OPD1203"],
    [make("world", 0o602), 5, "OPD1202"],
    [make("group", 0o620), 5, "OPD1202"],
    [make("readable", 0o644), 5, "done"],
    [at("link"), 5, "OPD1202"],
    [at("directory"), 5, "OPD1201"],
    [at("fifo"), 5, "OPD1201"],
    [at("missing"), 5, "OPD1201"],
    [at("fine/below"), 5, "OPD1201"],
  ];
  for (const [path, sizeBytesMax, code] of table)
    assert.equal(
      codeOf(() => readTrusted(path, { sizeBytesMax, uid })),
      code,
      path,
    );
  assert.equal(readTrusted(fine, { sizeBytesMax: 5, uid }).toString(), "12345");
});

test("a file whose size the system does not tell is measured while it is read", () => {
  const read = (sizeBytesMax: number): unknown => readTrusted("/proc/self/status", { sizeBytesMax, uid });
  assert.equal(
    codeOf(() => read(100)),
    "OPD1203",
  );
  assert.equal(
    codeOf(() => read(1_000_000)),
    "done",
  );
});

test("who may own a file", () => {
  assert.equal(distrust({ uid: 0, mode: 0o100644 }, 1000), null);
  assert.equal(distrust({ uid: 1000, mode: 0o100600 }, 1000), null);
  assert.equal(distrust({ uid: 1001, mode: 0o100600 }, 1000), "it belongs to user 1001");
  assert.equal(distrust({ uid: 1000, mode: 0o100664 }, 1000), "others may write it");
});

test("writing replaces as a whole, with the mode asked for, and leaves nothing beside", async () => {
  const before = readdirSync(folder).length;
  writeFileSync(at("target"), "old");
  symlinkSync(at("target"), at("alias"));
  await writeFileAtomically(at("new"), Buffer.from("one"), 0o640);
  await writeFileAtomically(at("new"), Buffer.from("two"), 0o604);
  await writeFileAtomically(at("alias"), Buffer.from("three"), 0o600);
  assert.equal(readFileSync(at("new"), "utf8"), "two");
  assert.equal(statSync(at("new")).mode & 0o777, 0o604);
  assert.equal(readFileSync(at("target"), "utf8"), "old");
  assert.equal(readFileSync(at("alias"), "utf8"), "three");
  await assert.rejects(writeFileAtomically(at("directory"), Buffer.from("x"), 0o600), { code: "OPD1204" });
  await assert.rejects(writeFileAtomically(at("missing/x"), Buffer.from("x"), 0o600), { code: "OPD1204" });
  assert.equal(readdirSync(folder).length, before + 3);
});

test("configuration files: the usual ones with drop-ins, or the one that was chosen", () => {
  const home = at("home");
  const config = join(home, ".config/op-dbus");
  const who = { uid: uid === 0 ? 1 : uid, home, env: {} };
  assert.deepEqual(readConfigFiles(who, null), []);
  mkdirSync(join(config, "op-dbus.d"), { recursive: true });
  const write = (name: string): void => writeFileSync(join(config, name), `# ${name}`, { mode: 0o600 });
  for (const name of ["op-dbus.toml", "op-dbus.d/10.toml", "op-dbus.d/20.toml", "op-dbus.d/note.txt"])
    write(name);
  const names = (files: readonly { file: string; text: string }[]): string[] =>
    files.map(({ text }) => text.slice(2));
  assert.deepEqual(names(readConfigFiles(who, null)), [
    "op-dbus.d/20.toml",
    "op-dbus.d/10.toml",
    "op-dbus.toml",
  ]);
  assert.deepEqual(names(readConfigFiles(who, join(config, "op-dbus.d/10.toml"))), ["op-dbus.d/10.toml"]);
  assert.equal(
    codeOf(() => readConfigFiles(who, join(config, "none.toml"))),
    "OPD1201",
  );
  writeFileSync(join(config, "op-dbus.toml"), Buffer.of(0xff));
  assert.equal(
    codeOf(() => readConfigFiles(who, null)),
    "OPD1104",
  );
});
