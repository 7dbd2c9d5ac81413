// The graph does what the plain one does, whatever is asked of it in whatever order: changes, transactions, snapshots that are
// compared when much has happened since, checkpoints, starts. And what a disk has after any loss of power is a beginning of
// what was done, with everything that was acknowledged and no half transaction.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OpError } from "../../src/base/error.ts";
import type { OwnGraph } from "../../src/memory/graph/graph.ts";
import type { AssociationType, Change, NewConcept, Semantic } from "../../src/memory/model.ts";
import type { Snapshot } from "../../src/memory/ports.ts";
import { faultyDisk } from "../support/fault-disk.ts";
import { clockAt, contentOf, idNamed, openOn } from "../support/graph-case.ts";
import { seeded } from "../support/log-case.ts";
import { memoryDisk, type MemoryDisk } from "../support/memory-disk.ts";
import { newPlainGraph } from "../support/plain-graph.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const START_MS = 1_700_000_000_000;

const id = fc.integer({ min: 0, max: 5 }).map((number) => idNamed(String(number)));
const unit = fc.float({ min: 0, max: 1, noNaN: true });
const ten = fc.float({ min: 0, max: 10, noNaN: true });
const type = fc.constantFrom<AssociationType>(0, 30);
const time = fc.option(fc.integer());
const semantic: fc.Arbitrary<Semantic> = fc.record({
  type: fc.constantFrom("entity", "goal", "rule"),
  domain: fc.constantFrom("medical", "general"),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  bounds: fc.option(
    fc.record({ startS: time, endS: time, relation: fc.constantFrom("at", "between") as fc.Arbitrary<"at"> }),
  ),
  causal: fc.array(
    fc.record({ type: fc.constantFrom("direct", "correlation"), confidence: unit, strength: unit }),
    { maxLength: 2 },
  ),
  negation: fc.option(fc.record({ type: fc.constantFrom("explicit", "contradiction"), confidence: unit })),
});
const concept: fc.Arbitrary<NewConcept> = fc.record({
  id,
  content: fc.uint8Array({ maxLength: 700 }),
  vector: fc.option(fc.float32Array({ minLength: 1, maxLength: 9, noNaN: true, noDefaultInfinity: true })),
  strength: ten,
  confidence: unit,
  attributes: fc
    .array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 6 }), fc.string({ maxLength: 9 })), {
      maxLength: 3,
    })
    .map((pairs) => new Map(pairs)),
  semantic: fc.option(semantic),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("learn" as const), concept }) },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("associate" as const),
      association: fc.record({ source: id, target: id, type, confidence: unit, weight: ten }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("learn" as const), concept, createdUs: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("access" as const),
      id,
      count: fc.nat(9),
      accessedUs: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("strengthen" as const), id, strength: ten, confidence: unit }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("access" as const), id, count: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("forget" as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("dissociate" as const), source: id, target: id, type }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
);
type Step =
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "snapshot" | "release" | "take" | "turn" | "durable" | "checkpoint" | "reopen" };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant("changes" as const),
        changes: fc.array(change, { minLength: 1, maxLength: 5 }),
      }),
    },
    ...(["snapshot", "release", "take", "turn", "durable", "checkpoint", "reopen"] as const).map((kind) => ({
      weight: kind === "turn" || kind === "take" ? 4 : 1,
      arbitrary: fc.constant({ kind }),
    })),
  ),
  { minLength: 1, maxLength: 40 },
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Both take it or both refuse it, with the same code. */
function bothApply(
  graph: OwnGraph,
  plain: ReturnType<typeof newPlainGraph>,
  changes: readonly Change[],
): void {
  const outcome = (apply: () => number): number | string => {
    try {
      return apply();
    } catch (error) {
      if (error instanceof OpError) return error.code;
      throw error;
    }
  };
  assert.equal(
    outcome(() => graph.apply(changes)),
    outcome(() => plain.apply(changes)),
  );
}

test("a graph is what the plain one is, and so is every snapshot of it", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const clock = { ms: START_MS };
      const disk = memoryDisk();
      const plain = newPlainGraph(() => clock.ms * 1000);
      let graph = await openOn(disk, clockAt(clock));
      let held: { readonly snapshot: Snapshot; readonly expected: unknown }[] = [];
      const compare = (): void => {
        assert.deepEqual(contentOf(graph), contentOf(plain));
        // What was accessed has no versions.
        for (const { snapshot, expected } of held) assert.deepEqual(withoutAccess(snapshot), expected);
      };
      for (const step of script) {
        clock.ms++;
        if (step.kind === "changes") bothApply(graph, plain, step.changes);
        else if (step.kind === "snapshot") {
          const snapshot = graph.snapshot();
          held.push({ snapshot, expected: withoutAccess(snapshot) });
        } else if (step.kind === "release") held.shift()?.snapshot.release();
        else if (step.kind === "take") assert.deepEqual(applied(graph.take(7)), applied(plain.take(7)));
        else if (step.kind === "turn") await turn();
        else if (step.kind === "durable") await graph.durable();
        else if (step.kind === "checkpoint") {
          const saving = graph.checkpoint([]);
          // Changes go on while it is written.
          bothApply(graph, plain, [
            { kind: "access", id: idNamed("1"), count: 3 },
            { kind: "forget", id: idNamed("2") },
          ]);
          await saving;
        } else {
          for (const { snapshot } of held) snapshot.release();
          held = [];
          // Changes of before the start come once more to those that follow.
          while (plain.pending > 0) assert.deepEqual(applied(graph.take(9)), applied(plain.take(9)));
          await graph.checkpoint([]);
          await graph.close();
          graph = await openOn(disk, clockAt(clock));
          assert.equal(graph.pending, 0);
        }
        compare();
      }
      await graph.close();
      const again = await openOn(disk, clockAt(clock));
      assert.deepEqual(contentOf(again), contentOf(plain));
      await again.close();
    }),
    { numRuns: LONG ? 20_000 : 120 },
  );
});

/** Slots are each graph's own. */
function applied(changes: readonly { readonly seq: number; readonly kind: string }[]): unknown {
  return changes.map(({ seq, kind }) => ({ seq, kind }));
}

function withoutAccess(snapshot: Snapshot): unknown {
  const content = contentOf(snapshot) as { readonly concepts: Record<string, Record<string, unknown>> };
  for (const one of Object.values(content.concepts)) {
    delete one["accessCount"];
    delete one["lastAccessedUs"];
  }
  return content;
}

interface Book {
  /** What the plain graph was after so many changes, where a transaction ended. */
  readonly states: Map<number, unknown>;
  durable: number;
}

/** Plays until operation `at` of the disk; returns the disk as a power cut then leaves it. */
async function playUntilCut(
  disk: MemoryDisk,
  script: readonly Step[],
  at: number,
  choose: (below: number) => number,
): Promise<{ readonly cut: MemoryDisk; readonly book: Book }> {
  const time = { ms: START_MS };
  const plain = newPlainGraph(() => time.ms * 1000);
  const book: Book = { states: new Map([[0, contentOf(plain)]]), durable: 0 };
  let cut: MemoryDisk | null = null;
  let durable = 0;
  const watched = faultyDisk(disk, null, (number) => {
    if (number !== at) return;
    cut = disk.afterPowerCut(choose);
    durable = book.durable;
  });
  const graph = await openOn(watched, clockAt(time));
  for (const step of script) {
    time.ms++;
    if (step.kind === "changes") {
      bothApply(graph, plain, step.changes);
      book.states.set(graph.seq, contentOf(plain));
      if (choose(2) === 0) await turn();
    } else if (step.kind === "checkpoint") await graph.checkpoint([]);
    else {
      const { seq } = graph;
      await graph.durable();
      book.durable = Math.max(book.durable, seq);
    }
  }
  const { seq } = graph;
  await graph.close();
  if (cut === null) durable = seq;
  return { cut: cut ?? disk.afterPowerCut(choose), book: { ...book, durable } };
}

test("a power cut leaves a beginning of what was done: all that was acknowledged, no half transaction", async () => {
  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 120 }), fc.integer(), async (script, at, seed) => {
      const { cut, book } = await playUntilCut(memoryDisk(), script, at, seeded(seed));
      const graph = await openOn(cut, clockAt({ ms: START_MS }));
      const expected = book.states.get(graph.seq);
      assert.ok(expected !== undefined, `change ${graph.seq} is the end of no transaction`);
      assert.ok(graph.seq >= book.durable, `${book.durable} was durable, ${graph.seq} is there`);
      assert.deepEqual(contentOf(graph), expected);
      cuts++;
      // And it goes on.
      graph.apply([{ kind: "forget", id: idNamed("0") }]);
      await graph.checkpoint([]);
      await graph.close();
    }),
    { numRuns: LONG ? 20_000 : 120 },
  );
  assert.ok(cuts > 0);
});
