// The loop over a plain graph: everything reaches every index, in order and once; who waits is told; an index that breaks
// keeps nobody else from working.

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { conceptOf, idOfNumber } from "../../../test/support/learned.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import type { Applied } from "../model.ts";
import type { Derived } from "../ports.ts";
import { LEGACY } from "./policy.ts";
import { rebuild, startReconciler } from "./reconcile.ts";

/** Long enough for any machine; a test that works never waits so long. */
const DEADLINE_MS = 60_000;

function recorder(failsAt = Infinity): Derived & { readonly told: Applied[] } {
  const told: Applied[] = [];
  return {
    told,
    name: "recorder",
    apply(changes) {
      if (told.length + changes.length > failsAt) throw new Error("broken on purpose");
      told.push(...changes);
    },
    save: async () => undefined,
    load: async () => false,
  };
}
const noCounts = { diskFlushes: 0, backpressureEvents: 0 };

for (const policy of [undefined, LEGACY])
  test(`all changes arrive once and in order, ${policy === undefined ? "adaptive" : "legacy"}`, async () => {
    const graph = newPlainGraph();
    const [one, two] = [recorder(), recorder()];
    const chosen = policy === undefined ? {} : { policy };
    const loop = startReconciler({ graph, derived: [one, two], clock: systemClock, ...chosen });
    for (let burst = 0; burst < 5; burst++) {
      for (let n = 0; n < 700; n++) graph.learn(conceptOf(burst * 700 + n));
      loop.wake();
      assert.ok(await loop.reached(graph.seq, DEADLINE_MS));
      assert.equal(one.told.length, (burst + 1) * 700);
    }
    graph.apply([{ kind: "forget", id: idOfNumber(3) }]);
    assert.ok(await loop.stop(DEADLINE_MS));
    assert.deepEqual(
      one.told.map(({ seq }) => seq),
      Array.from({ length: 3501 }, (_, n) => n + 1),
    );
    assert.deepEqual(two.told, one.told);
    const stats = loop.stats({ diskFlushes: 7, backpressureEvents: 8 });
    assert.equal(stats.entriesProcessed, 3501);
    assert.deepEqual(
      [stats.running, stats.queueDepth, stats.diskFlushes, stats.backpressureEvents],
      [false, 0, 7, 8],
    );
    assert.equal(stats.recommendation, "Excellent: System running optimally");
  });

test("a change that no index is told of is reached, too", async () => {
  const graph = newPlainGraph();
  const loop = startReconciler({ graph, derived: [], clock: systemClock });
  graph.learn(conceptOf(1));
  graph.apply([{ kind: "access", id: idOfNumber(1), count: 1 }]);
  assert.ok(await loop.reached(graph.seq, DEADLINE_MS));
  assert.equal(await loop.reached(graph.seq + 1, 1), false);
  assert.ok(await loop.stop(DEADLINE_MS));
});

test("without being woken it looks by itself", async () => {
  const graph = newPlainGraph();
  const seen = Promise.withResolvers<number>();
  const metrics = createMetrics();
  const loop = startReconciler({ graph, derived: [], clock: systemClock, metrics, drained: seen.resolve });
  graph.learn(conceptOf(1));
  assert.equal(await seen.promise, 1);
  assert.ok(await loop.stop(DEADLINE_MS));
  const times = metrics.read().find(({ name }) => name === "memory_reconcile_ms");
  assert.ok(times?.kind === "histogram" && times.value.count === 1);
});

test("the depth is looked at before the drain; the legacy policy looks afterwards", async () => {
  const depthSeen = async (policy?: typeof LEGACY): Promise<number> => {
    const graph = newPlainGraph();
    for (let n = 0; n < 30; n++) graph.learn(conceptOf(n));
    const chosen = policy === undefined ? {} : { policy };
    const loop = startReconciler({ graph, derived: [], clock: systemClock, ...chosen });
    const found = loop.stop(DEADLINE_MS).then(() => loop.stats(noCounts).predictedQueueDepth);
    return found;
  };
  assert.equal(await depthSeen(), 30);
  assert.equal(await depthSeen(LEGACY), 0);
});

test("an index that throws is left out, named, and can be made again", async () => {
  const graph = newPlainGraph();
  const [good, bad] = [recorder(), recorder(0)];
  const broke: unknown[] = [];
  const loop = startReconciler({
    graph,
    derived: [bad, good],
    clock: systemClock,
    broke: (index, error) => broke.push([index, String(error)]),
  });
  for (let n = 0; n < 1000; n++) graph.learn(conceptOf(n));
  graph.apply([{ kind: "forget", id: idOfNumber(5) }]);
  assert.ok(await loop.reached(graph.seq, DEADLINE_MS));
  assert.deepEqual(broke, [[bad, "Error: broken on purpose"]]);
  assert.deepEqual(loop.failed, [bad]);
  assert.equal(good.told.length, 1001);
  const fresh = recorder();
  await rebuild(fresh, graph, systemClock);
  assert.equal(fresh.told[0]!.kind, "clear");
  assert.deepEqual(
    fresh.told.slice(1).map(({ slot }) => slot),
    Array.from({ length: 1000 }, (_, slot) => slot).filter((slot) => graph.has(slot)),
  );
  assert.ok(await loop.stop(DEADLINE_MS));
});

test("stopping comes to its deadline when the queue never empties", async () => {
  const graph = newPlainGraph();
  const more: Derived = { ...recorder(), apply: () => void graph.learn(conceptOf(1)) };
  graph.learn(conceptOf(1));
  const loop = startReconciler({ graph, derived: [more], clock: systemClock });
  assert.equal(await loop.stop(20), false);
  graph.take(Infinity);
});
