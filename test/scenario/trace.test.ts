// `--trace FILE`: one run is one trace that any reader of JSON takes. Bus calls and records stand under the action that
// made them, every span lies inside its parent in time, and spans of one track inside each other. A run that fails has its
// trace as well, and a trace that cannot be written changes no outcome.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes } from "./stage.ts";

interface Span {
  readonly ph: string;
  readonly name: string;
  readonly cat: string;
  readonly tid: number;
  /** Microseconds since 1970. */
  readonly ts: number;
  readonly dur: number;
  readonly args: {
    readonly trace_id: string;
    readonly span_id: string;
    readonly parent_span_id?: string;
    readonly length_ns: number;
    readonly failed?: true;
    readonly value_a?: number;
  };
}

const DOCUMENT = wishes({ Title: "second", Level: "high" });
/** Half a nanosecond, in microseconds since 1970, is below what a double can say. */
const ROUNDED_US = 0.5;

/** Its spans, after what holds for every trace was checked. */
function spansIn(file: string): readonly Span[] {
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const spans = (JSON.parse(readFileSync(file, "utf8")) as readonly Span[]).filter(({ ph }) => ph === "X");
  const byId = new Map(spans.map((span) => [span.args.span_id, span]));
  assert.equal(byId.size, spans.length, "each has an ID of its own");
  assert.equal(new Set(spans.map(({ args }) => args.trace_id)).size, 1);
  const roots = spans.filter(({ args }) => args.parent_span_id === undefined);
  assert.equal(roots.length, 1);
  const within = (outer: Span, { ts, dur }: Span): boolean =>
    ts >= outer.ts - ROUNDED_US && ts + dur <= outer.ts + outer.dur + ROUNDED_US;
  for (const span of spans) {
    assert.match(span.args.span_id, /^[0-9a-f]{16}$/);
    assert.ok(Math.abs(span.dur * 1000 - span.args.length_ns) < 1, "microseconds of the same length");
    assert.ok(Math.abs(span.ts / 1000 - Date.now()) < 3_600_000, "the time of day");
    const parent = span.args.parent_span_id === undefined ? span : byId.get(span.args.parent_span_id);
    assert.ok(parent !== undefined && parent.ts <= span.ts + ROUNDED_US, `${span.name} begins in its parent`);
    // An outcome is noted, and synced with the next note: nobody waits for that sync.
    if (parent.name !== "journal note")
      assert.ok(within(parent, span), `${span.name} ends in ${parent.name}`);
    const beside = spans.filter(({ tid }) => tid === span.tid);
    for (const other of beside)
      assert.ok(
        within(other, span) ||
          within(span, other) ||
          other.ts + other.dur <= span.ts + ROUNDED_US ||
          span.ts + span.dur <= other.ts + ROUNDED_US,
        `${span.name} and ${other.name} share a track`,
      );
  }
  return spans;
}

/** Names from the root down to each span of these categories, without repeats. */
function paths(spans: readonly Span[], ...categories: readonly string[]): readonly string[] {
  const byId = new Map(spans.map((span) => [span.args.span_id, span]));
  const pathOf = ({ name, args }: Span): string => {
    const parent = byId.get(args.parent_span_id ?? "");
    return parent === undefined ? name : `${pathOf(parent)} > ${name}`;
  };
  return [...new Set(spans.filter(({ cat }) => categories.includes(cat)).map(pathOf))];
}

test("an apply: planning, an action each with its calls and records, verify", async () => {
  await using stage = await openStage();
  const out = join(stage.directory, "trace.json");
  const { stderr } = ends(await stage.op(["apply", "--trace", out, stage.file("wish.json", DOCUMENT)]), 0);
  assert.match(stderr, /the trace is in .*trace\.json/);
  const spans = spansIn(out);
  assert.deepEqual(paths(spans, "apply", "plan", "action", "verify").toSorted(), [
    "apply",
    "apply > planning",
    "apply > test1:Level",
    "apply > test1:Title",
    "apply > verify",
  ]);
  const below = paths(spans, "bus", "storage");
  for (const expected of [
    "apply > test1:Title > org.opdbus.Test1 SetTitle",
    "apply > test1:Level > org.opdbus.Test1 SetLevel",
    "apply > journal begin",
    "apply > journal begin > journal fdatasync",
    "apply > audit append > audit fdatasync",
  ])
    assert.ok(below.includes(expected), `${expected} in ${below.join("\n")}`);
  assert.ok(below.some((path) => path.startsWith("apply > planning > org.opdbus.Test1 ")));
  assert.ok(below.some((path) => path.startsWith("apply > verify > org.opdbus.Test1 ")));
  assert.ok(spans.every(({ args }) => args.failed === undefined));
});

test("an apply that fails: what failed says so, and the way back is there", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetLevel", "error");
  const out = join(stage.directory, "trace.json");
  ends(await stage.op(["apply", "--json", "--trace", out, stage.file("wish.json", DOCUMENT)]), 3);
  const spans = spansIn(out);
  const failed = spans.filter(({ args }) => args.failed === true);
  assert.deepEqual(paths(spans, "rollback", "action").toSorted(), [
    "apply > rollback",
    "apply > rollback > undo test1:Level",
    "apply > rollback > undo test1:Title",
    "apply > test1:Level",
    "apply > test1:Title",
  ]);
  const names = failed.map(({ name }) => name);
  for (const name of ["org.opdbus.Test1 SetLevel", "test1:Level", "apply"])
    assert.ok(names.includes(name), `${name} failed`);
  assert.equal(failed.find(({ name }) => name.endsWith(" SetLevel"))?.args.value_a, 1, "by an error");
});

test("a plan, also a dry run, and a trace that has nowhere to go", async () => {
  await using stage = await openStage();
  const [out, wish] = [join(stage.directory, "trace.json"), stage.file("wish.json", DOCUMENT)];
  ends(await stage.op(["plan", "--trace", out, wish]), 0);
  assert.deepEqual(paths(spansIn(out), "plan").toSorted(), ["plan", "plan > planning"]);
  ends(await stage.op(["apply", "--dry-run", "--json", "--trace", out, wish]), 0);
  assert.deepEqual(paths(spansIn(out), "plan").toSorted(), ["plan", "plan > planning"]);
  const nowhere = join(stage.directory, "absent/trace.json");
  const { stderr } = ends(await stage.op(["apply", "--trace", nowhere, wish]), 0);
  assert.match(stderr, /warning: the trace was not written/);
});
