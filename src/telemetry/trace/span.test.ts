// Spans stand under the one that was open where they were begun, also behind promises and beside other operations; every
// tracer has the same tree; outside of a trace nothing is recorded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../base/clock.ts";
import { beginSpan, spanned, traced } from "./span.ts";
import {
  noTracer,
  openTracer,
  ringMaker,
  ringReader,
  TRACE_PRESETS,
  type TraceEvent,
  type Tracer,
} from "./trace.ts";

const { development, production } = TRACE_PRESETS;

function opened(settings = development): { tracer: Tracer; events(): readonly TraceEvent[] } {
  const ring = ringMaker(settings)(0);
  const tracer = openTracer({ ring, settings });
  const events = (): readonly TraceEvent[] => (tracer.publish(), ringReader(ring).drain(10_000).events);
  return { tracer, events };
}

/** Each span with the names of those it lies under, outermost first. */
function paths(events: readonly TraceEvent[]): readonly string[] {
  const byId = new Map(events.map((event) => [event.idA, event]));
  const pathOf = ({ name, idB }: TraceEvent): string => {
    const parent = byId.get(idB);
    return parent === undefined ? name : `${pathOf(parent)} > ${name}`;
  };
  return events.map(pathOf).toSorted();
}

async function call(member: string, failed = false): Promise<void> {
  const span = beginSpan("bus", `org.example ${member}`);
  await turn();
  span?.end(failed, failed ? 1 : 0);
}

async function work(): Promise<string> {
  await spanned("plan", "planning", () => Promise.all([call("Get"), call("GetAll")]));
  await spanned("action", "one", async () => {
    await turn();
    await call("Set");
    await spanned("storage", "note", () => call("deep"));
  });
  await call("alone");
  return "done";
}

const TREE = [
  "apply",
  "apply > one",
  "apply > one > note",
  "apply > one > note > org.example deep",
  "apply > one > org.example Set",
  "apply > org.example alone",
  "apply > planning",
  "apply > planning > org.example Get",
  "apply > planning > org.example GetAll",
];

for (const [preset, settings] of Object.entries({ development, production }))
  test(`a trace is whole with the preset ${preset}: what stands under a span is not sampled`, async () => {
    const { tracer, events } = opened(settings);
    assert.equal(await traced([tracer], "apply", "apply", work), "done");
    const seen = events();
    assert.deepEqual(paths(seen), TREE);
    assert.equal(new Set(seen.map(({ traceId }) => traceId)).size, 1);
    const inside = (outer: TraceEvent, { timeNs, lengthNs }: TraceEvent): boolean =>
      timeNs >= outer.timeNs && timeNs + lengthNs <= outer.timeNs + outer.lengthNs;
    for (const event of seen) {
      const parent = seen.find(({ idA }) => idA === event.idB);
      assert.ok(parent === undefined || inside(parent, event), event.name);
    }
  });

test("traces that run side by side are kept apart", async () => {
  const { tracer, events } = opened();
  await Promise.all([1, 2, 3].map(() => traced([tracer], "apply", "apply", work)));
  const seen = events();
  const traces = Map.groupBy(seen, ({ traceId }) => traceId);
  assert.deepEqual(
    [...traces.values()].map((each) => paths(each)),
    [TREE, TREE, TREE],
  );
});

test("every tracer records the same tree with the same IDs; one that is switched off is left out", async () => {
  const [one, two] = [opened(), opened()];
  await traced([noTracer, one.tracer, two.tracer], "apply", "apply", work);
  const [first, second] = [one.events(), two.events()].map((events) =>
    events.map(({ name, traceId, idA, idB }) => [name, traceId, idA, idB]),
  );
  assert.equal(first!.length, TREE.length);
  assert.deepEqual(first, second);
});

test("what fails says so: a rejection, a bad result, an end that was told", async () => {
  const { tracer, events } = opened();
  const broken = traced([tracer], "apply", "apply", async () => {
    await call("Refused", true);
    await spanned(
      "verify",
      "differs",
      async () => 3,
      (left) => left > 0,
    );
    await spanned("action", "throws", () => Promise.reject(new Error("no")));
  });
  await assert.rejects(broken, /^Error: no$/);
  assert.deepEqual(
    events().map(({ name, failed, values }) => [name, failed, values[0]]),
    [
      ["org.example Refused", true, 1],
      ["differs", true, 0],
      ["throws", true, 0],
      ["apply", true, 0],
    ],
  );
});

test("outside of a trace, and in one that nobody records, nothing is recorded", async () => {
  const { events } = opened();
  assert.equal(beginSpan("bus", "a"), null);
  assert.equal(await spanned("action", "a", async () => beginSpan("bus", "b")), null);
  assert.equal(await traced([noTracer], "apply", "apply", work), "done");
  assert.deepEqual(events(), []);
});

test("who has looked at the clock gives the times, the same for every tracer", async () => {
  const both = [opened(), opened()];
  const sinceMs = systemClock.monotonicMs();
  await traced(
    both.map(({ tracer }) => tracer),
    "apply",
    "apply",
    () => Promise.resolve(beginSpan("bus", "a", sinceMs)?.end(false, 0, sinceMs + 2)),
  );
  for (const { events } of both) {
    const [bus] = events();
    // A monotonic time in milliseconds is exact to a nanosecond for months of uptime.
    const offNs = Math.abs(Number(bus!.lengthNs) - 2e6);
    assert.ok(offNs <= 2, `${offNs} ns`);
  }
});
