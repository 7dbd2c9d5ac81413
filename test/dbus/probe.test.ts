// Every member of an object that we export, called with hostile values of every type, the way dfuzzer does: each call is
// answered exactly once, nothing of ours stands in an error, the object works as before, and memory does not grow.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  connect,
  DBusError,
  Variant,
  type Call,
  type Connection,
  type DBusValue,
} from "../../src/host/dbus/dbus.ts";
import { testBus } from "../support/embedded-bus.ts";
import { missing, privateDaemon } from "../support/private-daemon.ts";
import { openShop, SHOP, SHOP_NAME, SHOP_PATH } from "../support/shop.ts";
import { rawService } from "../hostile/raw-service.ts";

const PROPERTIES = "org.freedesktop.DBus.Properties";
const MEMORY_GROWTH_BYTES_MAX = 256 * 1024 * 1024;

function nested(depth: number): Variant {
  let value = new Variant("u", 1);
  for (let left = depth; left > 0; left--) value = new Variant("v", value);
  return value;
}

/** Hostile values by signature. */
const VALUES: readonly (readonly [signature: string, body: readonly DBusValue[]])[] = [
  ["", []],
  ...["", "__proto__", "\u001b[2J\u202e", "%n%s%p", "/../../etc/passwd", "é€😀", "x".repeat(1 << 20)].map(
    (text) => ["s", [text]] as const,
  ),
  ...[0, 255].map((value) => ["y", [value]] as const),
  ...[0, 0xffff_ffff].map((value) => ["u", [value]] as const),
  ["t", [2n ** 64n - 1n]],
  ["x", [-(2n ** 63n)]],
  ...[Number.NaN, Number.POSITIVE_INFINITY, -0].map((value) => ["d", [value]] as const),
  ["b", [true]],
  ["o", ["/"]],
  ["g", ["a{sv}(((((u)))))"]],
  ["ay", [new Uint8Array(1 << 20)]],
  ["as", [Array.from({ length: 50_000 }, () => "")]],
  ["v", [nested(60)]],
  [
    "a{sv}",
    [new Map([["__proto__", new Variant("a{sv}", new Map([["polluted", new Variant("b", true)]]))]])],
  ],
  ["a{sa(ib)}", [new Map([["constructor", [[1, true]]]])]],
  ["tx", [2n ** 64n - 1n, -(2n ** 63n)]],
  ["ssssssss", ["a", "b", "c", "d", "e", "f", "g", "h"]],
];

/** Every call of every member with every body, and the standard interfaces with every name. */
function* probes(): Generator<Call> {
  const at = { destination: SHOP_NAME, path: SHOP_PATH };
  for (const [signature, body] of VALUES) {
    for (const member of [...SHOP.methods.keys(), "toString", "__proto__"])
      yield { ...at, interface: SHOP_NAME, member, signature, body };
    for (const member of ["Get", "Set", "GetAll", "Introspect", "Ping", "GetManagedObjects"]) {
      for (const name of [PROPERTIES, "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer"])
        yield { ...at, interface: name, member, signature, body };
    }
    const [value] = body;
    if (value === undefined || body.length > 1) continue;
    for (const property of [...SHOP.properties.keys(), "Nothing", "__proto__", ""]) {
      const set = [SHOP_NAME, property, new Variant(signature, value)];
      yield { ...at, interface: PROPERTIES, member: "Set", signature: "ssv", body: set };
    }
  }
  for (const path of ["/", "/org", "/org/example/shop/below", "/__proto__"])
    yield { ...at, path, interface: SHOP_NAME, member: "Echo", signature: "s", body: ["x"] };
}

async function probed(t: TestContext, address: string): Promise<void> {
  const reported: unknown[] = [];
  const server = await connect({ address, onListenerError: (error) => void reported.push(error) });
  const client: Connection = await connect({ address });
  t.after(async () => {
    await client.close();
    await server.close();
  });
  await openShop(server);
  const before = process.memoryUsage.rss();
  let answers = 0;
  let calls = 0;
  for (const call of probes()) {
    calls++;
    await client.call({ ...call, deadlineMs: 10_000 }).then(
      () => answers++,
      (error: unknown) => {
        assert.ok(error instanceof DBusError, String(error));
        assert.notEqual(error.code, "OPD3004", `${call.member}(${call.signature}) has no answer`);
        assert.doesNotMatch(error.message, /secret|\.ts|node:/);
        answers++;
      },
    );
  }
  assert.equal(answers, calls);
  t.diagnostic(`${calls} probes, ${reported.length} handler failures reported`);
  const count = { interface: PROPERTIES, member: "Get", signature: "ss", body: [SHOP_NAME, "Count"] };
  const [left] = (await client.call({ destination: SHOP_NAME, path: SHOP_PATH, ...count })).body;
  assert.equal((left as Variant).signature, "u");
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);

  // Ten thousand calls at once: a peer gets its share, and one answer to each, whatever it is.
  const seen = new Map<number, number>();
  const done = Promise.withResolvers<void>();
  const at = { destination: SHOP_NAME, path: SHOP_PATH, interface: SHOP_NAME } as const;
  const raw = await rawService(address, "", () => undefined);
  t.after(() => raw.close());
  const total = 10_000;
  raw.onReply((serial) => {
    seen.set(serial, (seen.get(serial) ?? 0) + 1);
    if (seen.size === total) done.resolve();
  });
  for (let i = 0; i < total; i++)
    raw.send({ type: 1, ...at, member: "Echo", signature: "s", body: ["x".repeat(100)] });
  await done.promise;
  raw.send({ type: 1, ...at, member: "Echo", signature: "s", body: ["last"] });
  assert.deepEqual([...new Set(seen.values())], [1]);
  const growth = process.memoryUsage.rss() - before;
  assert.ok(growth < MEMORY_GROWTH_BYTES_MAX, `${growth} bytes more`);
}

test("on the embedded bus", { timeout: 120_000 }, async (t) => {
  const bus = await testBus();
  t.after(() => bus.close());
  await probed(t, bus.address);
});

test("on dbus-daemon", { timeout: 120_000 }, async (t) => {
  const absent = missing("dbus-daemon");
  if (absent !== null) return t.skip(absent);
  const daemon = await privateDaemon();
  t.after(() => daemon.close());
  await probed(t, daemon.address);
});
