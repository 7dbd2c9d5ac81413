// What is counted and traced leaves the process by files that are set: an apply by the daemon, and one by a command alone,
// is one trace with a span an action; the daemon's textfile has every series that the shipped alerts ask for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { play } from "../cli/play.ts";
import { parseScript } from "../cli/script.ts";

const APPLY = `
-- wish.json --
{ "version": 1, "plugins": { "demo1": { "Greeting": "one", "lamps": { "door": { "On": true } } } } }
$ op-dbus apply wish.json
[0]
$ op-dbus metrics
[0]
`;

/** Series of the rules that this program feeds: those of the memory's papers, and of targets, come with these. */
const RULES = readFileSync(join(import.meta.dirname, "../../packaging/telemetry/op-dbus.rules.yml"), "utf8");
const WATCHED = [...new Set(RULES.match(/\bop_dbus_\w+/g))];

interface TraceLine {
  readonly ph: string;
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly trace_id: string; readonly span_id: string; readonly parent_span_id?: string };
}

for (const serves of [false, true])
  test(`an apply ${serves ? "by the daemon" : "alone"} is one trace, actions below it`, async () => {
    const out = await mkdtemp(join(tmpdir(), "op-dbus-telemetry-"));
    try {
      const { entries } = await play(parseScript(APPLY.trim()), serves, (scratch) => ({
        OP_DBUS_TELEMETRY_SCRAPE: `unix:${join(scratch, "run/metrics.sock")}`,
        OP_DBUS_TELEMETRY_TRACE_FILE: join(out, "trace.json"),
        OP_DBUS_TELEMETRY_TEXTFILE: join(out, "op-dbus.prom"),
      }));
      const last = entries.at(-1);
      assert.equal(last?.kind === "command" && last.lines.at(-1), "[0]");
      // The array may be left open: that is the format.
      const text = readFileSync(join(out, "trace.json"), "utf8").trimEnd().replace(/,?$/, "]");
      const all = (JSON.parse(text) as TraceLine[]).filter(({ ph }) => ph === "X");
      const whole = all.find(({ cat }) => cat === "apply")!;
      const spans = all.filter(({ args }) => args.trace_id === whole.args.trace_id);
      const own = spans.filter(({ cat }) => cat !== "bus" && cat !== "storage");
      const names = own.map(({ cat, name }) => `${cat} ${name}`).toSorted();
      assert.deepEqual(names, [
        "action demo1:Greeting",
        "action demo1:lamps/door.On",
        "apply apply",
        "plan planning",
        "verify verify",
      ]);
      const setting = spans.find(({ name }) => name === "org.opdbus.Demo1 SetGreeting")!;
      const action = spans.find(({ name }) => name === "demo1:Greeting")!;
      assert.equal(setting.args.parent_span_id, action.args.span_id, "a call stands under its action");
      // Its start, and what it does by itself, are traces of their own.
      assert.equal(
        all.some(({ cat }) => cat === "schedule"),
        serves,
      );
      for (const { ts, dur, name } of spans)
        assert.ok(ts >= whole.ts && ts + dur <= whole.ts + whole.dur + 0.001, name);
      const shown = last?.kind === "command" ? last.lines.join("\n") : "";
      assert.equal(/^to textfile: \d+ sent, 0 dropped/m.test(shown), serves);
      if (serves) exposes(readFileSync(join(out, "op-dbus.prom"), "utf8"));
      else assert.throws(() => readFileSync(join(out, "op-dbus.prom")), "a command replaces no textfile");
    } finally {
      await rm(out, { recursive: true });
    }
  });

function exposes(text: string): void {
  assert.match(text, /^op_dbus_applies_total\{end="done"\} 1$/m);
  assert.match(text, /^op_dbus_apply_action_seconds_count 2$/m);
  assert.match(text, /^op_dbus_apply_ends_total\{by="apply",end="done"\} 1$/m);
  assert.match(text, /^op_dbus_audit_entries [1-9]/m);
  assert.match(text, /^op_dbus_start_took_seconds [0-9]/m);
  assert.match(text, /^op_dbus_records_sync_seconds_count\{records="audit"\} [1-9]/m);
  assert.match(text, /^op_dbus_records_written_bytes_total\{records="journal"\} [1-9]/m);
  assert.match(text, /^op_dbus_operation_seconds_count\{operation="apply"\} 1$/m);
  const missing = WATCHED.filter(
    (name) => !text.includes(`\n# TYPE ${name} `) && !text.startsWith(`# HELP ${name} `),
  );
  assert.ok(WATCHED.length >= 7, "the rules were read");
  assert.deepEqual(missing, []);
}
