// How searches are bounded: pieces, slices, deadlines, signals, and what may be asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { conceptOf, joins } from "../../../test/support/learned.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { bestPath } from "./best-path.ts";
import { shortestPath } from "./path.ts";
import { shortestPaths } from "./paths.ts";
import { Meter, passesOf, runNow, runSliced, type Answer, type Path, type Steps } from "./search.ts";

/** A ring: 0 - 1 - 2 - … - 0. */
function ring(count: number): ReturnType<typeof newPlainGraph> {
  const graph = newPlainGraph();
  for (let n = 0; n < count; n++) graph.learn(conceptOf(n));
  for (let n = 0; n < count; n++) graph.associate(joins(n, (n + 1) % count));
  return graph;
}

test("a search that runs in slices finds what it finds at once", async () => {
  const graph = ring(30);
  const options = { depthMax: 20 };
  const now = runNow(shortestPath(graph, 0, 12, options, new Meter()));
  const meter = new Meter();
  const sliced = await runSliced(shortestPath(graph, 0, 12, options, meter), meter, systemClock, 60_000);
  assert.deepEqual(sliced, now);
  assert.deepEqual(
    now.found[0]!.slots,
    Array.from({ length: 13 }, (_, n) => n),
  );
});

/** Pauses for ever, unless it is stopped. */
function* endless(meter: Meter): Steps<Answer<Path>> {
  while (!meter.stopped) yield;
  return { found: [], ended: meter.ended };
}

test("a deadline ends a search", async () => {
  const meter = new Meter();
  assert.equal((await runSliced(endless(meter), meter, systemClock, 10)).ended, "deadline");
});

test("a signal ends a search, and the first reason stays", async () => {
  const meter = new Meter();
  const signal = AbortSignal.abort();
  assert.equal((await runSliced(endless(meter), meter, systemClock, 60_000, signal)).ended, "aborted");
  meter.stop("deadline");
  assert.equal(meter.ended, "aborted");
});

test("a meter counts, pauses now and then, and ends", () => {
  const meter = new Meter(10_000);
  const pauses = Array.from({ length: 10_001 }, () => meter.visit()).flatMap((pause, n) =>
    pause ? [n] : [],
  );
  assert.deepEqual(pauses, [4095, 8191, 10_000]);
  assert.equal(meter.ended, "visits");
});

test("directions are turned when they are seen from the far end", () => {
  assert.deepEqual(
    [passesOf("both", false), passesOf("out"), passesOf("in"), passesOf("out", false), passesOf("in", false)],
    [[true, false], [true], [false], [false], [true]],
  );
});

const tooMuch = { code: "OPD4201" };
for (const depthMax of [0, -1, 1.5, Number.NaN, LIMITS.memoryPathDepthMax + 1])
  test(`depth ${depthMax} is refused`, () => {
    for (const search of [shortestPath, bestPath])
      assert.throws(() => runNow(search(ring(3), 0, 1, { depthMax }, new Meter())), tooMuch);
    assert.throws(
      () => runNow(shortestPaths(ring(3), 0, 1, { depthMax, pathsMax: 1 }, new Meter())),
      tooMuch,
    );
  });
for (const pathsMax of [0, 2.5, LIMITS.memoryPathsMax + 1])
  test(`${pathsMax} paths are refused`, () =>
    assert.throws(
      () => runNow(shortestPaths(ring(3), 0, 1, { depthMax: 3, pathsMax }, new Meter())),
      tooMuch,
    ));
