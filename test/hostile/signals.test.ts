// Signals that nobody asked for, sent to a long-lived client of ours by another user of the bus: its memory stays
// bounded, its connection lives, and what it did ask for still arrives.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import { encodeMessage, Variant, type MessageFields } from "../../src/host/dbus/dbus.ts";
import { testBus } from "../support/embedded-bus.ts";
import { missing, privateDaemon } from "../support/private-daemon.ts";
import { memoryOf } from "./program.ts";
import { rawService } from "./raw-service.ts";

const MEMORY_BYTES_MAX = 400 * 1024 * 1024;

async function flooded(t: TestContext, address: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "client.ts"), address], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> =>
    JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
  const alive = async (): Promise<Record<string, unknown>> => {
    child.stdin.write("?\n");
    return await next();
  };
  const destination = String((await next())["unique"]);
  const peer = await rawService(address, "", () => undefined);
  t.after(() => peer.close());
  const send = async (fields: Partial<MessageFields>): Promise<void> => {
    const signal = {
      type: 4,
      destination,
      path: "/",
      interface: "org.example.Unwanted",
      member: "Said",
    } as const;
    peer.write(encodeMessage({ ...signal, ...fields }, 77));
    if (peer.socket.writableLength > 1 << 20) await once(peer.socket, "drain");
  };
  let deep = new Variant("u", 1);
  for (let depth = 0; depth < 50; depth++) deep = new Variant("v", deep);
  const wanted = { interface: "org.example.Wanted" };
  for (const more of [{}, wanted]) {
    await send({ ...more, signature: "v", body: [deep] });
    await send({ ...more, signature: "a{sv}", body: [new Map([["__proto__", new Variant("s", "x")]])] });
  }
  assert.equal((await alive())["heard"], 2);
  const large = new Uint8Array(2 << 20);
  for (let count = 0; count < 100; count++) {
    await send({ signature: "ay", body: [large] });
    if (count % 10 === 9) await alive();
  }
  for (let count = 0; count < 100_000; count++) await send({ signature: "s", body: ["flood"] });
  await send({ ...wanted, signature: "s", body: ["after it all"] });
  let end = await alive();
  // What stands behind a hundred thousand signals is heard when the bus has brought it.
  while (end["heard"] === 2) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    end = await alive();
  }
  assert.deepEqual([end["heard"], end["skippedMessages"]], [3, 100]);
  const memoryBytes = memoryOf(child.pid);
  t.diagnostic(`largest memory of the client: ${Math.round(memoryBytes / 2 ** 20)} MiB`);
  assert.ok(memoryBytes < MEMORY_BYTES_MAX, `${memoryBytes} bytes`);
}

test("on the embedded bus", { timeout: 120_000 }, async (t) => {
  const bus = await testBus();
  t.after(() => bus.close());
  await flooded(t, bus.address);
});

test("on dbus-daemon", { timeout: 120_000 }, async (t) => {
  const absent = missing("dbus-daemon");
  if (absent !== null) return t.skip(absent);
  const daemon = await privateDaemon();
  t.after(() => daemon.close());
  await flooded(t, daemon.address);
});
