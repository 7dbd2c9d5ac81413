import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocValue } from "../../api/api.ts";
import { replyJson, shorten, showMs, showValue, snake, toJson } from "./value.ts";

function check(value: DocValue | { readonly unknown: string } | undefined, expected: string): void {
  test(`shown: ${expected}`, () => assert.equal(showValue(value), expected));
}

const table = (entries: object): DocValue => Object.assign(Object.create(null), entries) as DocValue;

check(undefined, "(absent)");
check(null, "(absent)");
check({ unknown: "no\u001b[2J answer" }, "(unknown: no\\u{1b}[2J answer)");
check("vm", '"vm"');
check("a\nb", '"a\\nb"');
check("\u202egpj.exe", '"\\u{202e}gpj.exe"');
check(true, "true");
check(9007199254740993n, "9007199254740993");
check(Infinity, "inf");
check([1, "b"], '[1, "b"]');
check(table({ On: true, "a b": [] }), '{ On = true, "a b" = [] }');
check(table({}), "{}");

test("long values are shortened in the middle and say so", () => {
  const text = shorten("x".repeat(500), 72);
  assert.ok(text.length <= 72);
  assert.match(text, /^x+… \d+ more …x+$/);
  assert.equal(shorten("x".repeat(72), 72).length, 72);
});

for (const [ms, expected] of [
  [0.44, "0.4 ms"],
  [18.2, "18 ms"],
  [4123, "4.1 s"],
  [125_000, "2 min 5 s"],
] as const) {
  test(`time: ${expected}`, () => assert.equal(showMs(ms), expected));
}

test("JSON is what JSON.parse reads back, on one line or many, with exact integers", () => {
  const value = {
    a: [1, { b: "x\n" }, [], {}],
    n: 2n ** 63n,
    m: new Map([["k", 1]]),
    gone: undefined,
    d: NaN,
  };
  assert.equal(
    toJson(value, 0),
    '{"a":[1,{"b":"x\\n"},[],{}],"n":9223372036854775808,"m":{"k":1},"d":{"$d":"nan"}}',
  );
  const plain = { a: [1, { b: [true, null] }], e: {}, f: [] };
  assert.equal(toJson(plain), JSON.stringify(plain, null, 2));
});

test("our members become snake case with whole milliseconds, those of documents and maps stay", () => {
  const reply = {
    elapsedMs: 1.4567,
    list: [{ worstRisk: "read", elapsedMs: 12.5 }],
    found: table({ PrettyHostname: "x" }),
    m: new Map([["aB", { cD: 1 }]]),
  };
  assert.deepEqual(JSON.parse(replyJson(reply)), {
    elapsed_ms: 1,
    list: [{ worst_risk: "read", elapsed_ms: 13 }],
    found: { PrettyHostname: "x" },
    m: { aB: { c_d: 1 } },
  });
  assert.equal(snake(null), null);
});
