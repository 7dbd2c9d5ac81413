// `npm test`: everything this machine can run, in one process tree: format, lint, types, dead code, then every test
// file. The last line is the count; before it stand the reasons of all skips: a skip that looks green is a defect.
//
//   OP_DBUS_LAB=build   root on a Debian-family machine: first install and build the lab; then a lab skip is a failure
//   OP_DBUS_LONG=1      exhaustive forms
//   npm test -- PATTERN only the test files whose path contains PATTERN (no format, lint, types, dead code)

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import type { EventData } from "node:test";
import { touched, traces } from "./untouched.ts";

const root = join(import.meta.dirname, "..");
const pattern = process.argv[2] ?? "";
const lab = process.env["OP_DBUS_LAB"] === "build";
/** How long one file may take: a thousand kills and all fault points take half an hour. */
const FILE_MS = process.env["OP_DBUS_LONG"] === "1" ? 3_600_000 : 600_000;
const tests = { passed: 0, failed: 0, skipped: 0 };
const skips = new Map<string, string[]>();
const started = performance.now();

function check(name: string, command: string, args: readonly string[]): void {
  const begun = performance.now();
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  const ok = done.status === 0;
  tests[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${seconds(begun)})`);
  if (!ok) console.log(`${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}`);
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

function prepareLab(): void {
  const begun = performance.now();
  const done = spawnSync(join(root, "test/lab/lab"), ["build"], { stdio: ["ignore", 2, 2] });
  if (done.status !== 0)
    throw new Error("the lab could not be built (see above); OP_DBUS_LAB=build needs it");
  console.log(`ok   lab build (${seconds(begun)})`);
}

async function runFiles(files: readonly string[], concurrency: number): Promise<void> {
  const stream = run({ files: files.map((f) => join(root, f)), concurrency, cwd: root, timeout: FILE_MS });
  stream.on("test:pass", (event: EventData.TestPass) => {
    if (event.details.type === "suite" && event.skip === undefined) return;
    if (event.skip === undefined && event.todo === undefined) return void tests.passed++;
    tests.skipped++;
    const reason = typeof event.skip === "string" && event.skip !== "" ? event.skip : "NO REASON GIVEN";
    const where = (event.file ?? "?").replace(`${root}/`, "");
    skips.set(reason, [...(skips.get(reason) ?? []), `${where}: ${event.name}`]);
  });
  stream.on("test:fail", (event: EventData.TestFail) => {
    if (event.details.type === "suite") return;
    tests.failed++;
    const where = (event.file ?? "?").replace(`${root}/`, "");
    console.log(`FAIL ${where}:${event.line ?? 0} ${event.name}`);
    const error = event.details.error;
    console.log(
      indent(String((error.cause as Error | undefined)?.stack ?? error.cause ?? error.stack ?? error)),
    );
  });
  // What a file said on stderr is news only when one of its tests failed.
  const said = new Map<string, string>();
  stream.on(
    "test:stderr",
    ({ file, message }: EventData.TestStderr) => void said.set(file, (said.get(file) ?? "") + message),
  );
  stream.on("test:fail", ({ file }: EventData.TestFail) => {
    if (file !== undefined) process.stderr.write(said.get(file) ?? "");
    said.delete(file ?? "");
  });
  for await (const _ of stream);
}

function indent(text: string): string {
  return text.replace(/^/gm, "     ");
}

const before = traces();
if (lab) prepareLab();
if (pattern === "") {
  check("format", "node_modules/.bin/oxfmt", ["--check"]);
  check("lint", "node_modules/.bin/oxlint", ["--type-aware"]);
  check("types", "node_modules/.bin/tsc", ["-p", "."]);
  check("dead code", "node_modules/.bin/knip", ["--treat-config-hints-as-errors"]);
}
const all = globSync(["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"], { cwd: root })
  .filter((file) => file.includes(pattern))
  .sort();
await runFiles(
  all.filter((file) => !file.startsWith("test/lab/")),
  2,
);
await runFiles(
  all.filter((file) => file.startsWith("test/lab/")),
  2,
);

for (const [reason, names] of [...skips].toSorted(([a], [b]) => a.localeCompare(b))) {
  console.log(`skip ${names.length} x ${reason}`);
  for (const name of names.slice(0, 5)) console.log(`       ${name}`);
}
const labSkips = [...skips.values()].flat().filter((name) => name.startsWith("test/lab/")).length;
if (lab && labSkips > 0) {
  console.log(`FAIL ${labSkips} lab tests were skipped although OP_DBUS_LAB=build promises none`);
  tests.failed++;
}
const written = touched(before, traces());
if (written.length > 0) {
  console.log("FAIL a test wrote outside of its own folders (or another op-dbus ran meanwhile):");
  for (const path of written.slice(0, 20)) console.log(indent(path));
  tests.failed++;
}
if (skips.has("NO REASON GIVEN")) tests.failed++;
console.log(`in ${seconds(started)}`);
console.log(`${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
process.exitCode = tests.failed === 0 && tests.passed > 0 ? 0 : 1;
