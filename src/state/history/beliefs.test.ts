// What the machine is believed to have been at a generation, case by case. Random logs, compared with copies of a machine,
// are in test/property/history.property.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queryDocument } from "../document/query.ts";
import { observedOf, stateAt, type Past } from "./history.ts";
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

/** As `query --at` says it, without its version. */
function checkState(what: string, past: Past, number: number, expected: unknown): void {
  test(`@${number}: ${what}`, () => {
    const { plugins, _unknown } = queryDocument(observedOf(stateAt(past, number)), SCHEMAS) as Record<
      string,
      unknown
    >;
    const said = JSON.parse(
      JSON.stringify({ ...(plugins as { p?: object }).p, ...(_unknown === undefined ? {} : { _unknown }) }),
    );
    assert.deepEqual(said, expected);
  });
}

checkState("before the first it is what the first one found", SET_TWICE, 0, { F: 0 });
checkState("what was set", SET_TWICE, 1, { F: 1 });
checkState("what was set last", SET_TWICE, 2, { F: 2 });
checkState("nothing was ever done", pastOf(), 0, {});

checkState("restored is as before, also what was not begun", FAILED, 2, { F: 1, Record: 5 });
checkState("left is as its list says, the rest as before", FAILED, 3, { F: 9, Record: 5 });
checkState(
  "done, but for what was not",
  pastOf({
    actions: [
      ["p:F", 0, 1, { outcome: "not-started" }],
      ["p:Default", 0, 1, { outcome: "unknown" }],
    ],
  }),
  1,
  { Default: 1 },
);

checkState("before it was made it was not there", ITEM, 0, {});
checkState("what the next one found in it was there", ITEM, 1, { things: { a: { size: 1, serial: "s" } } });
checkState("its field is another", ITEM, 2, { things: { a: { size: 2, serial: "s" } } });
checkState("it is gone", ITEM, 3, {});
checkState("made again, it has none of its former life", ITEM, 4, {
  things: { a: { size: 4, material: "wood" } },
});
checkState("a field of it", ITEM, 5, { things: { a: { size: 4, material: "iron" } } });

const LEFT_ITEMS = pastOf({
  actions: [
    ["p:things/a", null, table({ size: 1 }), CREATE],
    ["p:things/b", table({ size: 2 }), null, DELETE],
  ],
  end: {
    end: "left",
    left: [
      { address: "p:things/a", found: table({ size: "half" }) },
      { address: "p:things/b", found: null },
      { address: "p:things/c", found: { unknown: "still changing" } },
    ],
  },
});
checkState("items that stayed, that went, and that nobody could see", LEFT_ITEMS, 1, {
  things: { a: { size: "half" } },
});
checkState("and before", LEFT_ITEMS, 0, { things: { b: { size: 2 } } });

checkState("what comes along", ALSO, 1, { things: { a: {}, lib: { size: 5 } } });
checkState("what went along", ALSO, 0, { things: { old: {} } });
checkState("another version keeps nothing but its presence", ALSO, 2, { things: { a: {}, lib: {} } });

checkState("before the newest version", NEWEST, 0, { things: { a: { serial: "1.0" } } });
checkState("after it", NEWEST, 1, { things: { a: {} } });

for (const number of [0, 1])
  checkState("a secret has no value", SECRET, number, {
    _unknown: [{ address: "p:Secret", reason: "a secret" }],
  });
checkState("a secret that went", SECRET, 2, {});
checkState("a secret that was left", SECRET, 3, { _unknown: [{ address: "p:Secret", reason: "a secret" }] });
checkState("in an item that was made with one", SECRET, 4, {
  things: { a: {} },
  _unknown: [
    { address: "p:Secret", reason: "a secret" },
    { address: "p:things/a.size", reason: "a secret" },
  ],
});

checkState("what nobody could read is unknown", UNREADABLE, 0, {
  _unknown: [{ address: "p:F", reason: "access denied" }],
});
const HALF = pastOf(
  {
    actions: [["p:F", 0, 1]],
    end: { end: "left", left: [{ address: "p:F", found: { unknown: "no answer" } }] },
  },
  { actions: [["p:F", 7, 8]] },
);
checkState("what nobody could read then, the next one found", HALF, 1, { F: 7 });

checkState("fields of records nest as documents say them", NESTED, 1, {
  open: { net: { ipv4: { method: "manual" } } },
});
