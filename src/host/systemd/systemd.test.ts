// Paths of units, and the one call that starts a transient one, byte for byte what systemd is asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Variant, type Bus, type Call, type Reply } from "../dbus/dbus.ts";
import { activeState, startTransient, stopUnit, unitPath } from "./systemd.ts";

/** Left: as `systemd-escape` and `busctl` show them. */
const paths: readonly (readonly [unit: string, path: string])[] = [
  ["ssh.service", "ssh_2eservice"],
  ["-.mount", "_2d_2emount"],
  ["10-a@b.service", "_310_2da_40b_2eservice"],
  ["dev-disk\\x2dby.device", "dev_2ddisk_5cx2dby_2edevice"],
];
for (const [unit, path] of paths) {
  test(`the path of ${unit}`, () => assert.equal(unitPath(unit), `/org/freedesktop/systemd1/unit/${path}`));
}

/** Keeps what it is asked and answers with `reply`. */
function scripted(reply: Reply | Error): { readonly bus: Bus; readonly calls: Call[] } {
  const calls: Call[] = [];
  const call = (asked: Call): Promise<Reply> => {
    calls.push(asked);
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  };
  return { bus: { call } as Partial<Bus> as Bus, calls };
}

test("a transient unit is asked for with its command as a vector and nothing inherited", async () => {
  const { bus, calls } = scripted({ sender: ":1.1", signature: "o", body: ["/job/1"] });
  await startTransient(bus, {
    unit: "x.service",
    description: "X",
    argv: ["/bin/x", "a b"],
    environment: { A: "1 2" },
  });
  const [{ member, signature, body }] = calls as [Call];
  assert.deepEqual([member, signature], ["StartTransientUnit", "ssa(sv)a(sa(sv))"]);
  const [name, mode, properties, more] = body as [string, string, (readonly [string, Variant])[], unknown];
  assert.deepEqual([name, mode, more], ["x.service", "fail", []]);
  const values = Object.fromEntries(
    properties.map(([key, { signature: type, value }]) => [key, [type, value]]),
  );
  assert.deepEqual(values["ExecStart"], ["a(sasb)", [["/bin/x", ["/bin/x", "a b"], false]]]);
  assert.deepEqual(values["Environment"], ["as", ["A=1 2"]]);
  assert.deepEqual(values["Restart"], ["s", "on-failure"]);
  assert.deepEqual(values["CollectMode"], ["s", "inactive-or-failed"]);
});

test("the state of a unit is a property read, which starts nothing", async () => {
  const { bus, calls } = scripted({ sender: ":1.1", signature: "v", body: [new Variant("s", "active")] });
  assert.equal(await activeState(bus, "ssh.service"), "active");
  assert.deepEqual([calls[0]?.member, calls[0]?.noAutoStart], ["Get", true]);
});

test("stopping a unit never fails", async () => {
  await stopUnit(scripted(new Error("no such unit")).bus, "x.service");
});
