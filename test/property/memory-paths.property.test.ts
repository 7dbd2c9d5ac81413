// Laws of paths, against trying every way there is: the shortest is as short, the k shortest are the k shortest, the best is as
// good (and as Floyd and Warshall find it where depth is no bound), every path given exists and keeps to the direction,
// types and concepts that were asked for; a search that is cut off gives no wrong path and says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssociationType, Slot } from "../../src/memory/model.ts";
import type { Edge, GraphReader } from "../../src/memory/ports.ts";
import { bestPath } from "../../src/memory/reason/best-path.ts";
import { shortestPath } from "../../src/memory/reason/path.ts";
import { shortestPaths } from "../../src/memory/reason/paths.ts";
import { Meter, runNow, type Path, type WalkOptions } from "../../src/memory/reason/search.ts";
import { conceptOf, idOfNumber, joins } from "../support/learned.ts";
import { newPlainGraph } from "../support/plain-graph.ts";
import fc from "../support/property.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 20_000 : 600;
console.log(`${RUNS} random graphs a law`);

const TYPES: readonly AssociationType[] = [0, 1, 2];
const link = fc.record({
  source: fc.nat(6),
  target: fc.nat(6),
  type: fc.constantFrom(...TYPES),
  // Quarters, so that products of few are exact and often equal; 0 is no way for the best path.
  confidence: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
});
const graphs = fc
  .record({
    concepts: fc.integer({ min: 3, max: 7 }),
    links: fc.array(link, { minLength: 3, maxLength: 18, size: "max" }),
  })
  .map(({ concepts, links }) => {
    const graph = newPlainGraph();
    for (let n = 0; n < concepts; n++) graph.learn(conceptOf(n));
    for (const { source, target, type, confidence } of links)
      graph.associate(joins(source % concepts, target % concepts, type, confidence));
    return graph;
  });
const asked = fc
  .record({
    depthMax: fc.integer({ min: 1, max: 7 }),
    direction: fc.constantFrom("both", "both", "out", "in"),
    types: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      new Set<AssociationType>([0]),
      new Set<AssociationType>([0, 1]),
    ),
    barred: fc.constantFrom(undefined, undefined, undefined, undefined, 2, 3),
    to: fc.constantFrom(1, 1, 2, 3, 4, 5, 0, 7),
  } as const)
  .map(({ types, barred, to, ...rest }) => ({
    to: to as Slot,
    options: {
      ...rest,
      ...(types === undefined ? {} : { types }),
      ...(barred === undefined ? {} : { admits: (slot: Slot) => slot !== barred }),
    } satisfies WalkOptions,
  }));

interface Step {
  readonly to: Slot;
  readonly edge: Edge;
}

function stepsFrom(graph: GraphReader, slot: Slot, { direction, types, admits }: WalkOptions): Step[] {
  const steps: Step[] = [];
  if (direction !== "in")
    for (let edge = graph.firstOut(slot); edge !== 0; edge = graph.nextOut(edge))
      steps.push({ to: graph.target(edge), edge });
  if (direction !== "out")
    for (let edge = graph.firstIn(slot); edge !== 0; edge = graph.nextIn(edge))
      steps.push({ to: graph.source(edge), edge });
  return steps.filter(({ to, edge }) => (types?.has(graph.type(edge)) ?? true) && (admits?.(to) ?? true));
}

interface Way {
  readonly slots: readonly Slot[];
  /** The greatest product of confidences along these concepts. */
  readonly product: number;
}

/** Every path without a loop, by its concepts, shortest first. */
function everyWay(graph: GraphReader, from: Slot, to: Slot, options: WalkOptions): Way[] {
  const found = new Map<string, Way>();
  const walk = (slots: readonly Slot[], product: number): void => {
    const last = slots.at(-1)!;
    if (last === to) {
      const key = slots.join(" ");
      found.set(key, { slots, product: Math.max(product, found.get(key)?.product ?? 0) });
      return;
    }
    if (slots.length > options.depthMax) return;
    for (const step of stepsFrom(graph, last, options))
      if (!slots.includes(step.to)) walk([...slots, step.to], product * graph.edgeConfidence(step.edge));
  };
  if (graph.has(from) && graph.has(to)) walk([from], 1);
  return [...found.values()].toSorted((a, b) => a.slots.length - b.slots.length);
}

function assertExists(graph: GraphReader, path: Path, from: Slot, to: Slot, options: WalkOptions): void {
  assert.deepEqual([path.slots[0], path.slots.at(-1)], [from, to]);
  assert.equal(path.edges.length, path.slots.length - 1);
  assert.equal(new Set(path.slots).size, path.slots.length, "no loop");
  let product = 1;
  for (const [n, edge] of path.edges.entries()) {
    const steps = stepsFrom(graph, path.slots[n]!, options);
    assert.ok(steps.some((step) => step.edge === edge && step.to === path.slots[n + 1]));
    product *= graph.edgeConfidence(edge);
  }
  assert.equal(path.confidence, product);
}

test("the shortest path is as short as any", () => {
  fc.assert(
    fc.property(graphs, asked, (graph, { to, options }) => {
      const shortest = everyWay(graph, 0, to, options)[0];
      const { found, ended } = runNow(shortestPath(graph, 0, to, options, new Meter()));
      assert.equal(ended, "complete");
      assert.equal(found[0]?.slots.length, shortest?.slots.length);
      if (found[0] !== undefined) assertExists(graph, found[0], 0, to, options);
      const again = runNow(shortestPath(graph, 0, to, options, new Meter()));
      assert.deepEqual(again.found, found);
    }),
    { numRuns: RUNS },
  );
});

test("the k shortest paths are the k shortest", () => {
  fc.assert(
    fc.property(graphs, asked, fc.integer({ min: 1, max: 40 }), (graph, { to, options }, pathsMax) => {
      const every = everyWay(graph, 0, to, options);
      const { found, ended } = runNow(shortestPaths(graph, 0, to, { ...options, pathsMax }, new Meter()));
      assert.equal(ended, "complete");
      const lengths = every.slice(0, pathsMax).map(({ slots }) => slots.length);
      assert.deepEqual(
        found.map(({ slots }) => slots.length),
        lengths,
      );
      const known = new Set(every.map(({ slots }) => slots.join(" ")));
      assert.equal(new Set(found.map(({ slots }) => slots.join(" "))).size, found.length);
      for (const path of found) {
        assert.ok(known.has(path.slots.join(" ")));
        assertExists(graph, path, 0, to, options);
      }
    }),
    { numRuns: RUNS },
  );
});

test("the best path within a depth has the greatest product", () => {
  fc.assert(
    fc.property(graphs, asked, (graph, { to, options }) => {
      const best = Math.max(0, ...everyWay(graph, 0, to, options).map(({ product }) => product));
      const { found } = runNow(bestPath(graph, 0, to, options, new Meter()));
      assert.equal(found[0]?.confidence ?? 0, best);
      if (found[0] !== undefined) {
        assertExists(graph, found[0], 0, to, options);
        assert.ok(found[0].edges.length <= options.depthMax);
      }
    }),
    { numRuns: RUNS },
  );
});

test("without a bound on depth the best path is Floyd and Warshall's", () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom("both" as const, "out" as const), (graph, direction) => {
      const count = graph.slotEnd;
      const options = { depthMax: 20, direction };
      const best = Array.from({ length: count }, (_, a) =>
        Array.from({ length: count }, (__, b) => {
          const steps = stepsFrom(graph, a, options).filter(({ to }) => to === b);
          return a === b ? 1 : Math.max(0, ...steps.map(({ edge }) => graph.edgeConfidence(edge)));
        }),
      );
      for (let over = 0; over < count; over++)
        for (let a = 0; a < count; a++)
          for (let b = 0; b < count; b++)
            best[a]![b] = Math.max(best[a]![b]!, best[a]![over]! * best[over]![b]!);
      for (let a = 0; a < count; a++)
        for (let b = 0; b < count; b++) {
          const { found } = runNow(bestPath(graph, a, b, options, new Meter()));
          assert.equal(found[0]?.confidence ?? 0, best[a]![b]);
        }
    }),
    { numRuns: RUNS / 4 },
  );
});

test("a search that is cut off gives paths that exist, and says so", () => {
  fc.assert(
    fc.property(graphs, asked, fc.nat(12), (graph, { to, options }, visitsMax) => {
      const every = new Set(everyWay(graph, 0, to, options).map(({ slots }) => slots.join(" ")));
      const cut = runNow(shortestPaths(graph, 0, to, { ...options, pathsMax: 5 }, new Meter(visitsMax)));
      for (const { slots } of cut.found) assert.ok(every.has(slots.join(" ")));
      if (cut.ended === "complete") assert.equal(cut.found.length, Math.min(5, every.size));
      else assert.equal(cut.ended, "visits");
    }),
    { numRuns: RUNS },
  );
});

test("concepts that are not there have no path", () => {
  const graph = newPlainGraph();
  graph.learn(conceptOf(0));
  graph.learn(conceptOf(1));
  graph.apply([{ kind: "forget", id: idOfNumber(1) }]);
  for (const search of [shortestPath, bestPath])
    assert.deepEqual(runNow(search(graph, 0, 1, { depthMax: 3 }, new Meter())).found, []);
  assert.deepEqual(runNow(shortestPath(graph, 0, 0, { depthMax: 3 }, new Meter())).found, [
    { slots: [0], edges: [], confidence: 1 },
  ]);
});
