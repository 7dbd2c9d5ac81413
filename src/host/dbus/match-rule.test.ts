// Match rules: their text, their reading, and which messages fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Match } from "./call.ts";
import { parseRule, ruleFits, ruleOf, ruleText, type Matched } from "./match-rule.ts";
import type { DBusValue } from "./value.ts";

const SIGNAL: Matched = {
  type: 4,
  sender: ":1.5",
  path: "/org/example/a",
  interface: "org.example.I",
  member: "Said",
  signature: "so",
  body: () => ["org.example.x", "/org/example/a/b"],
};
const owns = (name: string, unique: string): boolean => name === "org.example.Owner" && unique === ":1.5";

function check(rule: string, fits: boolean, message: Partial<Matched> = {}): void {
  test(`${rule || "(empty)"} ${fits ? "fits" : "does not fit"} ${JSON.stringify(message)}`, () => {
    assert.equal(ruleFits(parseRule(rule), { ...SIGNAL, ...message }, owns), fits);
  });
}

check("", true);
check("type='signal'", true);
check("type='method_call'", false);
check("sender=':1.5'", true);
check("sender=':1.6'", false);
check("sender='org.example.Owner'", true);
check("sender='org.example.Other'", false);
check("sender='org.freedesktop.DBus'", true, { sender: "org.freedesktop.DBus" });
check("destination=':1.9'", false);
check("destination=':1.9'", true, { destination: ":1.9" });
check("interface='org.example.I',member='Said',path='/org/example/a'", true);
check("member='Sai'", false);
check("interface='org.example'", false);
check("path='/org/example'", false);
check("path_namespace='/org/example'", true);
check("path_namespace='/org/example/a'", true);
check("path_namespace='/org/exam'", false);
check("path_namespace='/'", true);
check("arg0='org.example.x'", true);
check("arg0='org.example'", false);
check("arg0=''", true, { signature: "s", body: () => [""] });
check("arg1='/org/example/a/b'", false);
check("arg1path='/org/example/a/b'", true);
check("arg1path='/org/example/'", true);
check("arg1path='/org/example'", false);
check("arg0path='/aa/bb/'", true, { signature: "s", body: () => ["/"] });
check("arg0namespace='org.example'", true);
check("arg0namespace='org.exam'", false);
check("arg2='x'", false);
check("arg0='7'", false, { signature: "u", body: () => [7] });
check("arg0='g'", false, { signature: "g", body: () => ["g"] });
check("arg1='z'", true, { signature: "a{sv}s", body: () => [{} as DBusValue, "z"] });
check("eavesdrop='true', type=signal, member =Said", true);
check("member=Said,", true);
check("arg0='it'\\''s'", true, { signature: "s", body: () => ["it's"] });
check("arg0=a\\b", true, { signature: "s", body: () => ["a\\b"] });

test("a body that does not decode fits no argument", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  assert.equal(ruleFits(parseRule("arg0='x'"), { ...SIGNAL, body: broken }, owns), false);
  assert.equal(ruleFits(parseRule("member='Said'"), { ...SIGNAL, body: broken }, owns), true);
});

for (const text of [
  "type='signal",
  "=x",
  "x",
  "colour='red'",
  "arg64='x'",
  "arg1namespace='x'",
  "member='a',member='b'",
  "type='y'",
  "path='/a',path_namespace='/a'",
  "member",
]) {
  test(`refuses ${text}`, () => assert.throws(() => parseRule(text), /not a match rule/));
}

const MATCHES: readonly Match[] = [
  {},
  { sender: "org.example.Owner", path: "/a", interface: "a.b", member: "C", arg0: "d" },
  { pathNamespace: "/a/b", arg0: "it's, a \\ 'test'" },
];
for (const match of MATCHES) {
  test(`what is written is read the same: ${ruleText(match)}`, () => {
    assert.deepEqual(parseRule(ruleText(match)), ruleOf(match));
  });
}
