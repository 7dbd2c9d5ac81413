// With a daemon every command prints what it prints without, and ends with the same status: the scripts of test/cli, played
// with one, byte for byte, and a script that names every verb, played with and without. And they are really sent to it:
// each operation of the table that belongs there was asked for.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { OPERATIONS, type OperationName } from "../../src/api/api.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { play } from "../cli/play.ts";
import { parseScript, writeScript, type Entry } from "../cli/script.ts";

const asked = new Set<string>();

for (const file of globSync("../cli/*.txt", { cwd: import.meta.dirname }).sort()) {
  test(`script ${basename(file)} with a daemon`, async () => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    const played = await play(parseScript(text), true);
    for (const operation of played.asked) asked.add(operation);
    assert.equal(writeScript(played.entries), text);
  });
}

// Its own folders and times differ, so what is printed stands nowhere: it is compared with itself.
const VERBS = `
-- wish.json --
{ "version": 1, "plugins": { "demo1": { "Greeting": "one", "lamps": { "door": { "On": true } } } } }
-- other.json --
{ "version": 1, "plugins": { "demo1": { "Greeting": "two" } } }
-- bad.json --
{ "version": 1, "plugins": { "demo1": { "Greting": 1 } } }
-- lines.jsonl --
{"format":"op-dbus-memory","version":1}
{"concept":"00000000000000000000000000000001","content":"Nginx serves the shop.","created_us":1}
$ op-dbus memory query nginx
$ op-dbus memory import lines.jsonl --json
$ op-dbus memory query nginx --json
$ op-dbus memory path nginx shop
$ op-dbus memory stats --json | grep concepts
$ op-dbus memory export
$ op-dbus memory flush
$ op-dbus memory check | tail -n 1
$ op-dbus recover --list
$ op-dbus init
$ op-dbus discover org.opdbus.Demo1
$ op-dbus discover org.nobody.here --json
$ op-dbus introspect org.opdbus.Demo1 --json
$ op-dbus introspect org.opdbus.Demo1 /none
$ op-dbus query 'demo1:lamps/*' --json
$ op-dbus query demo2
$ op-dbus validate --live bad.json wish.json
$ op-dbus diff wish.json --json
$ op-dbus plan wish.json --json --check-auth
$ op-dbus plan bad.json
$ op-dbus plan --target nothing:here wish.json --json
$ op-dbus apply wish.json --json
$ op-dbus apply wish.json --json --require-undo native
$ op-dbus apply other.json --require-undo native
$ op-dbus verify wish.json other.json --json
$ op-dbus verify other.json --json
$ op-dbus apply other.json --no-commit --timeout 300 -q
$ op-dbus checkpoint list
$ op-dbus checkpoint list --json
$ op-dbus checkpoint show
$ op-dbus apply wish.json
$ op-dbus commit
$ op-dbus commit
$ op-dbus apply wish.json --no-commit --timeout 300 --json
$ op-dbus rollback
$ op-dbus query demo1
$ op-dbus blame demo1
$ op-dbus blame demo1 --json
$ op-dbus history
$ op-dbus rollback --to 1 --json
$ op-dbus rollback --to 99
$ op-dbus query demo1 --at @1
$ op-dbus recover
$ op-dbus recover --json
$ op-dbus snapshots create before
$ op-dbus snapshots prune
$ op-dbus replicate
$ op-dbus plugin list
$ op-dbus plugin show demo1
$ op-dbus plugin show demo1 --json
$ op-dbus plugin check demo1
$ op-dbus --bus session query
$ op-dbus audit list
$ op-dbus __complete query demo1:
$ op-dbus query demo1 -v
`;

test("every verb prints the same with and without a daemon", async () => {
  const script = (): Entry[] =>
    parseScript(
      VERBS.trim()
        .split("\n")
        .map((line) => (line.startsWith("$ ") ? `${line}\n[0]` : line))
        .join("\n"),
    );
  const alone = await play(script());
  const served = await play(script(), true);
  for (const operation of served.asked) asked.add(operation);
  assert.deepEqual(served.entries.map(steady), alone.entries.map(steady));
});

/** Without what only this script shows: ages, processes, hashes. */
function steady(entry: Entry): Entry {
  if (entry.kind !== "command") return entry;
  const lines = entry.lines.map((line) =>
    line
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?/g, "TIME")
      .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "TIME")
      .replaceAll(/op-dbus-cli-\w+/g, "SCRATCH")
      .replaceAll(/\b(pid|process|PID)"?:? ?\d+/g, "$1 N")
      .replaceAll(/"(\w+_ms|pid|mono_ms)": ?[\d.]+/g, '"$1":0')
      .replaceAll(/\b[0-9a-f]{12,64}\b/g, "HEX")
      .replaceAll(/[A-Za-z0-9+/]{43}=/g, "HASH")
      .replaceAll(/(op-dbus\/APPLY)\+\S+/g, "$1+KEY")
      .replaceAll(/\b\d+(\.\d+)? ?(ms|s|seconds|minutes)\b/g, "N $2")
      .replaceAll(/bus: .*/g, "bus: TRAFFIC")
      .replaceAll(/ {2,}/g, "  "),
  );
  return { ...entry, lines };
}

// Whose numbers they are is what it is for: the same words would be wrong.
const NUMBERS = `
$ op-dbus query demo1 --json
$ op-dbus metrics --json
$ op-dbus metrics --format prometheus
$ op-dbus metrics
$ op-dbus top
`;

test("metrics are the daemon's where one runs, and those of this process where none does", async () => {
  const lines = NUMBERS.trim().replaceAll(/$/gm, "\n[0]");
  const pictures = [/^! error OPD9046: no daemon runs/m, /^applies +none yet[^]*org\.opdbus\.Demo1 +GetAll/m];
  for (const serves of [false, true]) {
    const played = await play(parseScript(lines), serves);
    const [, json, text, table, picture] = played.entries.map((entry) =>
      entry.kind === "command" ? entry.lines.join("\n") : "",
    );
    assert.match(json!, serves ? /"daemon": true/ : /"daemon": false/);
    assert.equal(/^op_dbus_bus_calls_total [1-9]/m.test(text!), serves);
    assert.equal(/bus_member_calls +service=org\.opdbus\.Demo1 member=GetAll/.test(table!), serves);
    assert.match(picture!, pictures[Number(serves)]!);
    assert.match(table!, serves ? /of the daemon, process \d+/ : /of this process: no daemon runs/);
    for (const operation of played.asked) asked.add(operation);
  }
});

test("every operation that belongs to the daemon was asked of it", () => {
  const names = Object.keys(OPERATIONS) as OperationName[];
  const missing = names.filter((name) => OPERATIONS[name].place === "daemon" && !asked.has(name));
  assert.deepEqual(missing, []);
});

test("every command that can be sent to a daemon stands in a script", () => {
  const sent = COMMANDS.filter(
    ({ operation }) => operation !== null && OPERATIONS[operation].place === "daemon",
  );
  const missing = sent
    .filter(({ name }) => !`${VERBS}${NUMBERS}`.includes(`\n$ op-dbus ${name}`))
    .map(({ name }) => name);
  assert.deepEqual(missing, []);
});
