// What callers of an exported object can make this process hold: the bytes of all calls under way have one bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testBus } from "../../../test/support/embedded-bus.ts";
import { LIMITS } from "../../base/limits.ts";
import { connect } from "./connection.ts";
import { describeInterface } from "./interface-literal.ts";

test("the bytes of calls under way are bounded, and free again when they are answered", async (t) => {
  const bus = await testBus();
  const server = await connect({ address: bus.address });
  const client = await connect({ address: bus.address });
  t.after(async () => {
    await client.close();
    await server.close();
    await bus.close();
  });
  const held = Promise.withResolvers<void>();
  const info = describeInterface({ name: "a.b", methods: { Hold: { in: [["bytes", "ay"]] } } });
  server.export("/", [{ info, methods: { Hold: () => held.promise } }]);
  const bytes = new Uint8Array(LIMITS.incomingCallBytesMax - 64);
  const call = { destination: server.uniqueName, path: "/", interface: "a.b", member: "Hold" };
  const hold = (): Promise<unknown> => client.call({ ...call, signature: "ay", body: [bytes] });
  const fitting = Math.floor(LIMITS.incomingBytesAtOnceMax / bytes.length);
  const calls = Array.from({ length: fitting }, hold);
  await assert.rejects(hold(), { dbusName: "org.freedesktop.DBus.Error.LimitsExceeded" });
  held.resolve();
  await Promise.all(calls);
  await hold();
});
