import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { plainPaint, type Look } from "../terminal.ts";
import { errorJson, errorText, snippetAt } from "./error.ts";

const look: Look = { width: 80, cut: false, paint: plainPaint, verbose: false };

function check(name: string, error: OpError, expected: string): void {
  test(`error text: ${name}`, () => assert.equal(errorText(error, look), expected.trimStart()));
}

check(
  "all parts",
  new OpError("OPD9010", "another op-dbus changes this bus", {
    where: "x.lock",
    now: "nothing was changed",
    hint: "wait",
  }),
  `
error OPD9010: another op-dbus changes this bus
  where: x.lock
  now:   nothing was changed
  hint:  wait
  see:   op-dbus explain OPD9010
`,
);

const at = (line: number, column: number) => ({ file: "a.toml", line, column });
check(
  "faults by place, with line and caret",
  new OpError("OPD2004", "a.toml: 2 faults", {
    faults: [
      { code: "OPD2004", message: "no b", at: at(4, 3), snippet: "  b = 1", hint: "did you mean c?" },
      { code: "OPD2005", message: "no a", at: at(2, 1), snippet: "a\t= 1" },
    ],
  }),
  `
error OPD2004: a.toml: 2 faults
  a.toml:2:1: no a
    2 | a\\t= 1
      | ^
  a.toml:4:3: no b
    4 |   b = 1
      |   ^
    hint: did you mean c?
  see:   op-dbus explain OPD2004
`,
);

check(
  "one fault is not said twice",
  new OpError("OPD2005", "no a", {
    faults: [{ code: "OPD2005", message: "no a", at: at(2, 1), snippet: "a = 1" }],
  }),
  `
error OPD2005: no a
  a.toml:2:1
    2 | a = 1
      | ^
  see:   op-dbus explain OPD2005
`,
);

check(
  "what differs, with both values",
  new OpError("OPD2107", "demo:a is not as wanted, and 1 more, after 3 readings in 20 ms", {
    where: "demo:a",
    now: "as before: 2 of 2 steps undone, verified by reading again",
    faults: [
      {
        code: "OPD2107",
        message: "not as wanted",
        address: "demo:a",
        at: at(2, 1),
        differs: { wanted: "x", found: 5n },
      },
      { code: "OPD2107", message: "not as wanted", address: "demo:b", differs: { wanted: ["y"] } },
    ],
  }),
  `
error OPD2107: demo:a is not as wanted, and 1 more, after 3 readings in 20 ms
  where: demo:a
  demo:a  a.toml:2:1
      wanted "x"   found 5
  demo:b: not as wanted
      wanted ["y"]   found (absent)
  now:   as before: 2 of 2 steps undone, verified by reading again
  see:   op-dbus explain OPD2107
`,
);

check(
  "nothing foreign reaches the terminal raw",
  new OpError("OPD3001", "\u001b]0;owned\u0007 said no", { where: "a\rb" }),
  `
error OPD3001: \\u{1b}]0;owned\\u{7} said no
  where: a\\rb
  see:   op-dbus explain OPD3001
`,
);

test("a caret stands under what was made visible before it", () => {
  assert.deepEqual(snippetAt("a\tb\u001bc", 5, 60), { line: "a\\tb\\u{1b}c", caret: 10 });
});

test("of a long line the part around the column is shown", () => {
  const { line, caret } = snippetAt(`${"x".repeat(500)}!${"y".repeat(500)}`, 501, 60);
  assert.equal(line[caret], "!");
  assert.ok(line.length < 70);
});

test("as JSON it is one line with code, kind and exit", () => {
  const text = errorJson(new OpError("OPD9010", "locked", { hint: "wait" }));
  assert.ok(!text.includes("\n"));
  const { type, code, kind, exit, message, hint } = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual(
    [type, code, kind, exit, message, hint],
    ["error", "OPD9010", "locked", 5, "locked", "wait"],
  );
});
