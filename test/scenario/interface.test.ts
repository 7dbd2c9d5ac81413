// A service that comes back with another interface, and names that stand for none or for several things: found while
// planning, said with what was looked for, and nothing is sent.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes } from "./stage.ts";

const DOCUMENT = wishes({ Title: "second" });

test("a saved plan is refused when the interface is another one, and accepted when it is the same again", async () => {
  await using stage = await openStage();
  const saved = join(stage.directory, "plan.json");
  ends(await stage.op(["plan", "--out", saved, stage.file("wish.json", DOCUMENT)]), 0);
  stage.service.morph("extra");
  const { stderr } = ends(await stage.op(["apply", saved]), 6);
  assert.match(stderr, /org\.opdbus\.Test1/);
  assert.deepEqual(stage.sent(), []);
  stage.service.morph("plain");
  ends(await stage.op(["apply", saved]), 0);
  assert.equal(stage.service.state.title, "second");
});

test("a setter with other arguments makes the fields read-only: no call, and the plan says why", async () => {
  await using stage = await openStage();
  stage.service.morph("other");
  const document = stage.file("wish.json", DOCUMENT);
  const { stdout } = ends(await stage.op(["apply", document]), 0);
  assert.match(stdout, /read-only/);
  assert.match(ends(await stage.op(["plan", document]), 0).stdout, /SetTitle takes 2 arguments/);
  ends(await stage.op(["verify", document]), 2);
  assert.deepEqual(stage.sent(), []);
});

interface Offer {
  readonly name: string;
  readonly status: number;
  readonly says: RegExp;
}
const offers: readonly Offer[] = [
  { name: "bolt", status: 0, says: /bolt;m6/ },
  { name: "gear", status: 65, says: /gear/ },
  { name: "screw", status: 65, says: /screw/ },
];
for (const { name, status, says } of offers) {
  test(`a part with the name ${name} ends with ${status}`, async () => {
    await using stage = await openStage();
    const document = stage.file("parts.json", wishes({ parts: { [name]: {} } }));
    const { stdout, stderr } = ends(await stage.op(["plan", "--json", document]), status);
    assert.match(stdout + stderr, says);
    assert.deepEqual(stage.sent(), []);
  });
}
