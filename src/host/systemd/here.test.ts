// Whose systemd is it? Only one that says the id of this machine.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bus, Call } from "../dbus/dbus.ts";
import { isSystemdHere, type Machine } from "./here.ts";

const OURS = "3d1219c7c4c5404aaa1f6d2a48adfda4";
const CASES: readonly (readonly [what: string, machine: Machine, said: string | null, here: boolean])[] = [
  ["ours", { booted: true, id: OURS }, OURS, true],
  ["of a container whose bus is managed", { booted: true, id: OURS }, OURS.replace("3d", "4d"), false],
  ["away", { booted: true, id: OURS }, null, false],
  ["we run without systemd", { booted: false, id: OURS }, OURS, false],
  ["a machine without an id", { booted: true, id: null }, "", false],
];

for (const [what, machine, said, here] of CASES) {
  test(`the systemd on a bus: ${what}`, async () => {
    const calls: Call[] = [];
    const call: Bus["call"] = (asked) => {
      calls.push(asked);
      if (said === null) return Promise.reject(new Error("no such name"));
      return Promise.resolve({ sender: ":1.1", signature: "s", body: [said] });
    };
    assert.equal(await isSystemdHere({ call } as Partial<Bus> as Bus, machine), here);
    for (const { member, noAutoStart } of calls)
      assert.deepEqual([member, noAutoStart], ["GetMachineId", true]);
  });
}
