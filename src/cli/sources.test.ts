import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { readSources } from "./sources.ts";

const nothing = (): Readable => Readable.from([]);

function file(t: TestContext, name: string, content: string | Buffer, mode = 0o600): string {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-sources-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test("the ending decides the format; standard input has its own", async (t) => {
  const [toml, json] = [file(t, "a.toml", "x = 1"), file(t, "b.json", "{}")];
  const sources = await readSources(() => Readable.from(["ab", "c"]), [toml, json, "-"], "toml");
  assert.deepEqual(
    sources.map(({ format, text, untrusted }) => [format, text, untrusted]),
    [
      ["toml", "x = 1", null],
      ["json", "{}", null],
      ["toml", "abc", null],
    ],
  );
});

test("a generation is not opened as a file; a file of such a name has a path", async (t) => {
  const path = file(t, "@12", "{}");
  const sources = await readSources(nothing, ["@12", path]);
  assert.deepEqual(
    sources.map(({ file: name, text, generation }) => [name, text, generation]),
    [
      ["@12", "", 12],
      [path, "{}", undefined],
    ],
  );
  await refused("OPD1201", nothing, ["@twelve"]);
});

test("links and files that others can write are read, and not trusted", async (t) => {
  const path = file(t, "a.json", "{}");
  symlinkSync(path, `${path}.link`);
  const open = file(t, "c.json", "{}", 0o666);
  const sources = await readSources(nothing, [`${path}.link`, open]);
  assert.deepEqual(
    sources.map(({ untrusted }) => untrusted),
    ["it is a link", "others may write it"],
  );
});

test("a FIFO is read to its end, without anybody waiting for its writer, and no further than a document goes", async (t) => {
  const fifo = join(file(t, "x", ""), "../fifo");
  execFileSync("mkfifo", [fifo]);
  const reading = readSources(nothing, [fifo]);
  const writer = spawn("sh", ["-c", 'sleep 0.1; printf "{}" > "$0"', fifo]);
  assert.equal((await reading)[0]?.text, "{}");
  await once(writer, "exit");
  const endless = spawn("sh", ["-c", 'exec cat /dev/zero > "$0"', fifo], { stdio: "ignore" });
  await assert.rejects(
    readSources(nothing, [fifo]),
    (error: unknown) => error instanceof OpError && error.code === "OPD1203",
  );
  if (endless.exitCode === null && endless.signalCode === null) await once(endless, "exit");
});

async function refused(code: string, stdin: () => Readable, files: readonly string[]): Promise<void> {
  await assert.rejects(
    readSources(stdin, files),
    (error: unknown) => error instanceof OpError && error.code === code,
  );
}

test("what cannot be a document is refused before it is parsed", async (t) => {
  const path = file(t, "a.json", "{}");
  await refused("OPD1201", nothing, [`${path}.none`]);
  await refused("OPD1201", nothing, [join(path, "..")]);
  await refused("OPD1104", nothing, [file(t, "latin.json", Buffer.from([0x22, 0xe4, 0x22]))]);
  await refused("OPD1203", nothing, [file(t, "big.json", Buffer.alloc(LIMITS.textSizeBytesMax + 1, 32))]);
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1 << 20, 32);
    })(),
  );
  await refused("OPD1203", () => endless, ["-"]);
  await refused("OPD9001", nothing, ["-", "-"]);
});
