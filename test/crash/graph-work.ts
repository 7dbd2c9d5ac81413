// The work that graphs do in crash tests: transaction n is decided by n alone, so whoever knows how many were done knows what
// the graph holds. And what must be true of a graph afterwards.

import assert from "node:assert/strict";
import { OpError } from "../../src/base/error.ts";
import type { AssociationType, Change } from "../../src/memory/model.ts";
import type { Graph, GraphReader } from "../../src/memory/ports.ts";
import { conceptNamed, contentOf, idNamed } from "../support/graph-case.ts";
import { seeded } from "../support/log-case.ts";
import { newPlainGraph } from "../support/plain-graph.ts";

const START_MS = 1_700_000_000_000;
const NAMES = 60;

/** Wall clock while transaction `number` is done. */
export function timeOf(number: number): number {
  return START_MS + number;
}

export function transactionOf(number: number): Change[] {
  const choose = seeded(number);
  const id = () => idNamed(String(choose(NAMES)));
  const type = (): AssociationType => (choose(2) === 0 ? 0 : 1);
  const one = (): Change => {
    const kind = choose(40);
    if (kind < 16) {
      const content = Buffer.from(`${number} `.repeat(1 + choose(60)));
      const vector = choose(3) === 0 ? Float32Array.of(number, kind, 1) : null;
      return { kind: "learn", concept: conceptNamed(String(choose(NAMES)), { content, vector }) };
    }
    if (kind < 32) {
      const association = { source: id(), target: id(), type: type(), confidence: 0.5, weight: kind / 4 };
      return { kind: "associate", association };
    }
    if (kind < 34) return { kind: "strengthen", id: id(), strength: kind / 4, confidence: 0.25 };
    if (kind < 36) return { kind: "access", id: id(), count: kind };
    if (kind < 38) return { kind: "forget", id: id() };
    if (kind < 39) return { kind: "dissociate", source: id(), target: id(), type: type() };
    return choose(50) === 0 ? { kind: "clear" } : { kind: "forget", id: id() };
  };
  return Array.from({ length: 1 + choose(6) }, one);
}

/** Does it, or does nothing where it may not be. */
export function applyTo(graph: Pick<Graph, "apply">, number: number): void {
  try {
    graph.apply(transactionOf(number));
  } catch (error) {
    if (!(error instanceof OpError) || error.code !== "OPD4002") throw error;
  }
}

export interface Shadow {
  /** The number of the next transaction. */
  readonly next: number;
  /** Takes what a graph is after a crash: everything up to `acknowledged` is there, no half transaction, and what it holds is
   * what this model holds. */
  check(found: GraphReader, acknowledged: number): void;
}

export function newShadow(): Shadow {
  const time = { ms: START_MS };
  const plain = newPlainGraph(() => time.ms * 1000);
  let next = 0;
  return {
    get next() {
      return next;
    },
    check(found, acknowledged) {
      assert.ok(found.seq >= acknowledged, `${acknowledged} was acknowledged, ${found.seq} is there`);
      while (plain.seq < found.seq) {
        time.ms = timeOf(next);
        applyTo(plain, next++);
        plain.take(1000);
      }
      assert.equal(plain.seq, found.seq, "half a transaction is there");
      assert.deepEqual(contentOf(found), contentOf(plain));
    },
  };
}
