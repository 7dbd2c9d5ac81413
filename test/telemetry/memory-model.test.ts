// The model checker itself, on the classical small programs: what the memory model allows is found, what it forbids is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { add, check, guess, load, read, store, write, type Agent } from "./memory-model.ts";

/** Two agents that end with two values each can see; `outcomes` as "a b", in order. */
function litmus(
  does: string,
  agents: () => [Agent, Agent],
  result: Result,
  outcomes: readonly string[],
): void {
  test(does, () => {
    const seen = new Set<string>();
    check(() => {
      result.values = [NaN, NaN];
      result.reads = [-1, -1];
      return {
        agents: agents(),
        claims: () => {
          const numbers = result.reads.filter((number) => number >= 0);
          const holds = (values: readonly number[]): boolean => {
            const rest = [...values];
            seen.add(result.reads.map((n, i) => (n >= 0 ? rest.shift() : result.values[i])).join(" "));
            return true;
          };
          return [{ reads: numbers, holds, text: "" }];
        },
      };
    });
    assert.deepEqual([...seen].toSorted(), outcomes);
  });
}

/** What the agents of one program saw: a value, or the number of a plain read. */
interface Result {
  values: number[];
  reads: number[];
}
const r: Result = { values: [], reads: [] };

litmus(
  "a message behind a plain flag may not be there yet",
  () => [
    (function* (): Agent {
      yield write("data", 1);
      yield write("flag", 1);
    })(),
    (function* (): Agent {
      r.values[0] = yield guess("flag", [0, 1]);
      r.reads[1] = yield read("data");
    })(),
  ],
  r,
  ["0 0", "0 1", "1 0", "1 1"],
);
litmus(
  "a message behind an atomic flag is there",
  () => [
    (function* (): Agent {
      yield write("data", 1);
      yield store("flag", 1);
    })(),
    (function* (): Agent {
      r.values[0] = yield load("flag");
      r.reads[1] = yield read("data");
    })(),
  ],
  r,
  ["0 0", "0 1", "1 1"],
);
litmus(
  "two atomics that each look at what the other stores: one of them sees it",
  () => [
    (function* (): Agent {
      yield store("x", 1);
      r.values[0] = yield load("y");
    })(),
    (function* (): Agent {
      yield store("y", 1);
      r.values[1] = yield load("x");
    })(),
  ],
  r,
  ["0 1", "1 0", "1 1"],
);
litmus(
  "plain reads may see what is written later on both sides",
  () => [
    (function* (): Agent {
      r.values[0] = yield guess("x", [0, 1]);
      yield write("y", 1);
    })(),
    (function* (): Agent {
      r.values[1] = yield guess("y", [0, 1]);
      yield write("x", 1);
    })(),
  ],
  r,
  ["0 0", "0 1", "1 0", "1 1"],
);
litmus(
  "two plain reads of one place may see it go back",
  () => [
    (function* (): Agent {
      yield write("x", 1);
    })(),
    (function* (): Agent {
      r.reads[0] = yield read("x");
      r.reads[1] = yield read("x");
    })(),
  ],
  r,
  ["0 0", "0 1", "1 0", "1 1"],
);
litmus(
  "a read before an atomic load may still see what is written behind a later atomic store",
  () => [
    (function* (): Agent {
      yield store("turn", 1);
      yield write("data", 1);
    })(),
    (function* (): Agent {
      r.reads[0] = yield read("data");
      r.values[1] = yield load("turn");
    })(),
  ],
  r,
  ["0 0", "0 1", "1 0", "1 1"],
);
litmus(
  "a read before a read-modify-write does not see what is written behind a later one",
  () => [
    (function* (): Agent {
      yield add("turn", 1);
      yield write("data", 1);
    })(),
    (function* (): Agent {
      r.reads[0] = yield read("data");
      r.values[1] = yield add("turn", 0);
    })(),
  ],
  r,
  // Never "1 0".
  ["0 0", "0 1", "1 1"],
);
