// Who set a value, how two generations differ, and the document that leads back, case by case.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocValue } from "../../plugin/plugin.ts";
import { parsePattern } from "../address.ts";
import { blame, differenceOf, stateAt, wayTo, type Past } from "./history.ts";
import {
  ALSO,
  CREATE,
  DELETE,
  FAILED,
  ITEM,
  NESTED,
  NEWEST,
  pastOf,
  SCHEMAS,
  SECRET,
  SET_TWICE,
  table,
  UNREADABLE,
} from "../../../test/support/past-of.ts";

function checkBlame(
  what: string,
  past: Past,
  patterns: readonly string[],
  expected: readonly unknown[],
): void {
  test(`blame: ${what}`, () => {
    const rows = blame(past, patterns.map(parsePattern));
    const told = rows.map(({ address, verb, before, after, generation, outside }) => {
      const moved = outside === null ? [] : [outside.generation, outside.found];
      return [address, verb, before, after, generation.number, ...moved];
    });
    assert.deepEqual(told, expected);
  });
}

const known = (value: DocValue): object => ({ known: value });
checkBlame("the last one", SET_TWICE, [], [["p:F", "update", known(1), known(2), 2]]);
checkBlame("nothing of what was not asked for", SET_TWICE, ["p:Record"], []);
checkBlame("what was put back was not set", FAILED, ["p:F"], [["p:F", "update", known(1), known(9), 3]]);
checkBlame(
  "an item and its field",
  ITEM,
  ["p:things/a"],
  [
    ["p:things/a", "create", known(null), known(true), 4],
    ["p:things/a.size", "update", { known: null }, known(4), 4],
    ["p:things/a.material", "update", known("wood"), known("iron"), 5],
  ],
);
checkBlame("another version", NEWEST, [], [["p:things/a", "update", known(true), known(true), 1]]);
const DRIFT = pastOf({ actions: [["p:F", 0, 1]] }, { actions: [["p:F", 5, 1]], end: { end: "restored" } });
checkBlame(
  "a later apply found another value",
  DRIFT,
  [],
  [["p:F", "update", known(0), known(1), 1, 2, known(5)]],
);
const REPAIRED = pastOf({ actions: [["p:F", 0, 1]] }, { actions: [["p:F", 5, 1]] });
checkBlame("and set it again", REPAIRED, [], [["p:F", "update", known(5), known(1), 2]]);

function checkDifference(
  what: string,
  past: Past,
  from: number,
  to: number,
  expected: readonly unknown[],
): void {
  test(`from @${from} to @${to}: ${what}`, () => {
    const rows = [...differenceOf(stateAt(past, from), stateAt(past, to))];
    assert.deepEqual(
      rows.map(({ address, verb, before, after, secret }) => [
        address,
        verb,
        before,
        after,
        ...(secret ? [true] : []),
      ]),
      expected,
    );
  });
}
checkDifference("a value", SET_TWICE, 0, 2, [["p:F", "update", 0, 2]]);
checkDifference("back", SET_TWICE, 2, 0, [["p:F", "update", 2, 0]]);
checkDifference("itself", SET_TWICE, 1, 1, []);
checkDifference("an item", ITEM, 0, 2, [["p:things/a", "create", null, table({ size: 2, serial: "s" })]]);
checkDifference("an item goes", ITEM, 2, 3, [
  ["p:things/a", "delete", table({ size: 2, serial: "s" }), null],
]);
checkDifference("a secret", SECRET, 0, 1, [["p:Secret", "update", null, null, true]]);

function checkWay(
  what: string,
  past: Past,
  number: number,
  expected: object,
  unsaid: readonly string[] = [],
): void {
  test(`the way to @${number}: ${what}`, () => {
    const back = wayTo(stateAt(past, number), stateAt(past, Infinity), SCHEMAS);
    const { plugins } = JSON.parse(back.text) as { plugins: { p?: object } };
    assert.deepEqual(plugins.p ?? {}, expected);
    assert.deepEqual(
      back.unsaid.map(({ address, reason }) => `${address}: ${reason}`),
      unsaid,
    );
  });
}
checkWay("a value", SET_TWICE, 0, { F: 0 });
checkWay(
  "only what was written since",
  pastOf({ actions: [["p:F", 0, 1]] }, { actions: [["p:Default", 3, 4]] }),
  1,
  {
    Default: 3,
  },
);
checkWay("nothing since", SET_TWICE, 2, {});
checkWay("a failed one touched it too", FAILED, 1, { F: 1, Record: 5 });
checkWay("an item goes", ITEM, 0, { things: { a: { ensure: "removed" } } });
checkWay(
  "an item comes back as it was",
  pastOf({ actions: [["p:things/a", table({ size: 1, material: "oak", serial: "s" }), null, DELETE]] }),
  0,
  {
    things: { a: { ensure: "present", size: 1, material: "oak" } },
  },
  ["p:things/a.serial: read-only"],
);
checkWay("one that was removed and made again", ITEM, 2, { things: { a: { ensure: "present", size: 2 } } }, [
  "p:things/a.serial: read-only",
  "p:things/a.material: its value from then is not known",
]);
checkWay("what came along goes, what went along comes", ALSO, 0, {
  things: { a: { ensure: "removed" }, lib: { ensure: "removed" }, old: { ensure: "present" } },
});
checkWay("a version does not come back", NEWEST, 0, { things: { a: { ensure: "present" } } }, [
  "p:things/a: a newer version cannot be taken back",
  "p:things/a.serial: read-only",
]);
checkWay("a secret does not come back", SECRET, 1, { things: { a: { ensure: "removed" } } }, [
  "p:Secret: a secret: its value is not kept, only a digest",
]);
checkWay(
  "what was not set: by its default, or not at all",
  pastOf({
    actions: [
      ["p:Default", null, 1],
      ["p:F", null, 1],
    ],
  }),
  0,
  {
    Default: null,
  },
  ["p:F: was not set, and a document cannot say that of it"],
);
checkWay(
  "a record loses what came",
  pastOf({ actions: [["p:Record", table({ a: 1 }), table({ a: 2, b: 3 })]] }),
  0,
  {
    Record: { a: 1, b: null },
  },
);
checkWay("a record of open fields", NESTED, 0, { open: { net: { ipv4: { method: "auto" } } } });
checkWay("what cannot be removed", pastOf({ actions: [["p:fixed/a", null, table({}), CREATE]] }), 0, {}, [
  "p:fixed/a: it cannot be removed",
]);
checkWay("what cannot be read", UNREADABLE, 0, {}, ["p:F: its value from then is not known: access denied"]);
checkWay(
  "a plugin, a resource, a field that is no more",
  pastOf({
    actions: [
      ["gone:F", 0, 1],
      ["p:lost/a.x", 0, 1],
      ["p:Lost", 0, 1],
    ],
  }),
  0,
  {},
  [
    "gone: no plugin gone here",
    "p:lost/a: p has no lost any more",
    "p:Lost: there is no such field any more",
  ],
);
