// RequestName and ReleaseName: every row of the specification's tables.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbeddedNames, type NameChange } from "./embedded-names.ts";

const REPLACEABLE = 1;
const REPLACE = 2;
const NO_QUEUE = 4;

/** Steps: [who, flags or "release" or "gone", result, change as "before>after" or ""]. */
type Step = readonly [who: string, what: number | "release" | "gone", result: number, change: string];

function check(what: string, steps: readonly Step[], queue: readonly string[]): void {
  test(what, () => {
    const names = new EmbeddedNames();
    for (const [who, act, result, change] of steps) {
      if (act === "gone") assert.equal(shown(names.dropAll(who)), change);
      else {
        const done = act === "release" ? names.release("n", who) : names.request("n", who, act);
        assert.deepEqual(
          [done.result, shown(done.change === null ? [] : [done.change])],
          [result, change],
          who,
        );
      }
    }
    assert.deepEqual(names.queue("n"), queue);
    assert.equal(names.owner("n"), queue[0]);
  });
}

function shown(changes: readonly NameChange[]): string {
  return changes.map(({ before, after }) => `${before}>${after}`).join(" ");
}

check("a free name is ours", [["a", 0, 1, ">a"]], ["a"]);
check(
  "asked twice",
  [
    ["a", 0, 1, ">a"],
    ["a", 0, 4, ""],
  ],
  ["a"],
);
check(
  "the second waits",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
  ],
  ["a", "b"],
);
check(
  "the second does not wait",
  [
    ["a", 0, 1, ">a"],
    ["b", NO_QUEUE, 3, ""],
  ],
  ["a"],
);
check(
  "replacing needs consent",
  [
    ["a", 0, 1, ">a"],
    ["b", REPLACE, 2, ""],
  ],
  ["a", "b"],
);
check(
  "replaced, and waits",
  [
    ["a", REPLACEABLE, 1, ">a"],
    ["b", REPLACE, 1, "a>b"],
  ],
  ["b", "a"],
);
check(
  "replaced, and gone",
  [
    ["a", REPLACEABLE | NO_QUEUE, 1, ">a"],
    ["b", REPLACE, 1, "a>b"],
  ],
  ["b"],
);
check(
  "a waiting one replaces",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["a", REPLACEABLE, 4, ""],
    ["b", REPLACE, 1, "a>b"],
  ],
  ["b", "a"],
);
check(
  "a waiting one gives up",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["b", NO_QUEUE, 3, ""],
  ],
  ["a"],
);
check(
  "waiting twice keeps the place",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["c", 0, 2, ""],
    ["b", 0, 2, ""],
  ],
  ["a", "b", "c"],
);
check(
  "released to nobody",
  [
    ["a", 0, 1, ">a"],
    ["a", "release", 1, "a>"],
  ],
  [],
);
check(
  "released to the next",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["a", "release", 1, "a>b"],
  ],
  ["b"],
);
check(
  "released by one who waits",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["b", "release", 1, ""],
  ],
  ["a"],
);
check(
  "released by a stranger",
  [
    ["a", 0, 1, ">a"],
    ["b", "release", 3, ""],
  ],
  ["a"],
);
check("released though nobody has it", [["a", "release", 2, ""]], []);
check(
  "the owner leaves",
  [
    ["a", 0, 1, ">a"],
    ["b", 0, 2, ""],
    ["a", "gone", 0, "a>b"],
  ],
  ["b"],
);
