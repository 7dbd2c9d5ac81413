// A saved plan is a claim: every byte of it counts. Single bytes are changed at seeded places, white space included, and
// nothing may be sent whatever they were. OP_DBUS_LONG=1 tries many more.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes } from "./stage.ts";

const SEED = 20_240_817;
const FLIPS = process.env["OP_DBUS_LONG"] === "1" ? 400 : 12;

/** Marsaglia's xorshift32: the same places in every run. */
function* random(seed: number): Generator<number, never> {
  for (let x = seed; ;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

test(`a plan with one byte changed is refused (${FLIPS} places, seed ${SEED})`, async () => {
  await using stage = await openStage();
  const saved = join(stage.directory, "plan.json");
  ends(await stage.op(["plan", "--out", saved, stage.file("wish.json", wishes({ Title: "second" }))]), 0);
  const bytes = readFileSync(saved);
  const numbers = random(SEED);
  for (let flip = 0; flip < FLIPS; flip++) {
    const place = numbers.next().value % bytes.length;
    const edited = Buffer.from(bytes);
    edited[place]! ^= 1 << (numbers.next().value % 7);
    const { status, stderr } = await stage.op([
      "apply",
      stage.file("edited.json", edited.toString("latin1")),
    ]);
    const context = JSON.stringify(edited.subarray(Math.max(0, place - 20), place + 20).toString("latin1"));
    assert.equal(status, 6, `byte ${place}: ${context}\n${stderr}`);
    assert.deepEqual(stage.sent(), [], context);
  }
  ends(await stage.op(["apply", saved]), 0);
});

const edits: readonly (readonly [string, (text: string) => string])[] = [
  ["another first byte", (text) => `[${text.slice(1)}`],
  ["another first member", (text) => text.replace("format_version", "format_versiom")],
  ["a blank more at the end", (text) => `${text} `],
  ["a line end less", (text) => text.trimEnd()],
  ["a blank inside", (text) => text.replace('": ', '":  ')],
  ["members in another order", (text) => text.replace(/(\s+"risk": "\w+",)(\s+"undo": "\w+",)/, "$2$1")],
  ["another call", (text) => text.replace('"SetTitle"', '"SetNote"')],
  ["a lesser risk", (text) => text.replace('"risk": "reversible"', '"risk": "read"')],
  ["another document", (text) => text.replaceAll("second", "third")],
  ["an action less", (text) => text.replace(/"actions": \[[\s\S]*?\n  \]/, '"actions": []')],
];
for (const [name, edit] of edits) {
  test(`an edited plan is refused: ${name}`, async () => {
    await using stage = await openStage();
    const saved = join(stage.directory, "plan.json");
    ends(await stage.op(["plan", "--out", saved, stage.file("wish.json", wishes({ Title: "second" }))]), 0);
    const text = readFileSync(saved, "utf8");
    assert.notEqual(edit(text), text);
    const outcome = await stage.op(["apply", stage.file("edited.json", edit(text))]);
    assert.equal(outcome.status, 6, outcome.stdout + outcome.stderr);
    assert.deepEqual(stage.sent(), []);
  });
}
