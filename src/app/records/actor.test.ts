import assert from "node:assert/strict";
import { test } from "node:test";
import { processActor, unitOf } from "./actor.ts";

for (const [text, unit] of [
  ["", ""],
  ["0::/\n", ""],
  ["0::/system.slice/op-dbus.service\n", "op-dbus.service"],
  ["0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n", "x.scope"],
  ["12:pids:/system.slice/a.service\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"],
  ["12:pids:/system.slice/a.service\n", ""],
  ["0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"],
] as const) {
  test(`the unit in ${JSON.stringify(text)}`, () => assert.equal(unitOf(text), unit));
}

test("this process", () => {
  const { uid, pid, subject } = processActor();
  assert.deepEqual([uid, pid], [process.getuid!(), process.pid]);
  assert.match(subject, /^op-dbus/);
});
