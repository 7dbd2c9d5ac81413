// The other implementation of D-Bus for Node, both ways: its client on our object and our client on its object, on our
// embedded bus and on dbus-daemon. (Its broker cannot ask the kernel who connects and demands the uid in the dialogue,
// which we never send.)

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test, type TestContext } from "node:test";
import type * as DBusNative from "dbus-native";
import { connect, Variant } from "../../src/host/dbus/dbus.ts";
import { testBus } from "../support/embedded-bus.ts";
import { missing, privateDaemon } from "../support/private-daemon.ts";
import { openShop, SHOP_NAME, SHOP_PATH } from "../support/shop.ts";

const native = createRequire(import.meta.url)("dbus-native") as typeof DBusNative;

async function bothWays(t: TestContext, address: string): Promise<void> {
  const ours = await connect({ address, onListenerError: () => {} });
  const theirs = native.createClient({ busAddress: address.split(",")[0]! });
  t.after(async () => {
    await ours.close();
    theirs.connection.end();
  });
  const object = await openShop(ours);
  const call = { destination: SHOP_NAME, path: SHOP_PATH, interface: SHOP_NAME };
  assert.equal(await theirs.invoke({ ...call, member: "Echo", signature: "s", body: ["héllo"] }), "héllo");
  const small = -(2n ** 63n);
  assert.deepEqual(
    await theirs.invoke({ ...call, member: "Both", signature: "tx", body: [2n ** 64n - 1n, small] }),
    [small, 2n ** 64n - 1n],
  );
  await assert.rejects(async () => await theirs.invoke({ ...call, member: "Fail" }), /the method failed/);
  await assert.rejects(
    async () => await theirs.invoke({ ...call, member: "Echo", signature: "u", body: [1] }),
  );
  const shop = await theirs.getService(SHOP_NAME).getInterface(SHOP_PATH, SHOP_NAME);
  const sold = new Promise((resolve) => {
    void (shop as unknown as { on(signal: string, listener: (...args: unknown[]) => void): unknown }).on(
      "Sold",
      (...args) => resolve(args),
    );
  });
  await theirs.invoke({ ...call, member: "Echo", signature: "s", body: ["settled"] });
  await theirs.invoke({ ...call, member: "Echo", signature: "s", body: ["settled"] });
  object.emit(SHOP_NAME, "Sold", "tea", 3);
  assert.deepEqual(await sold, ["tea", 3]);

  await theirs.requestName("org.example.Theirs", 4);
  const greeter = native.defineInterface({
    name: "org.example.Greeter",
    methods: {
      Hello: {
        in: { name: "s" },
        out: { greeting: "s" },
        handler: ({ name }: { name: string }) => `Hello ${name}`,
      },
      Any: {
        in: { tree: "a{s(xb)}" },
        out: { tree: "a{s(xb)}" },
        handler: ({ tree }: { tree: unknown }) => tree,
      },
    },
    properties: { Count: { type: "u", get: () => 5 } },
  } as unknown as Parameters<typeof native.defineInterface>[0]);
  await theirs.export("/org/example/greeter", greeter);
  const at = {
    destination: "org.example.Theirs",
    path: "/org/example/greeter",
    interface: "org.example.Greeter",
  };
  assert.deepEqual((await ours.call({ ...at, member: "Hello", signature: "s", body: ["you"] })).body, [
    "Hello you",
  ]);
  const got = await ours.call({
    ...at,
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: [at.interface, "Count"],
  });
  assert.deepEqual(got.body, [new Variant("u", 5)]);
  const tree = await ours.call({ ...at, member: "Any", signature: "a{s(xb)}", body: [{ k: [-5n, true] }] });
  assert.deepEqual(structuredClone(tree.body), [{ k: [-5n, true] }]);
  await assert.rejects(ours.call({ ...at, member: "Nothing" }), {
    dbusName: "org.freedesktop.DBus.Error.UnknownMethod",
  });
}

test("on the embedded bus", async (t) => {
  const bus = await testBus();
  t.after(() => bus.close());
  await bothWays(t, bus.address);
});

test("on dbus-daemon", async (t) => {
  const absent = missing("dbus-daemon");
  if (absent !== null) return t.skip(absent);
  const daemon = await privateDaemon();
  t.after(() => daemon.close());
  await bothWays(t, daemon.address);
});
