// Typed proxies and exported objects from one literal: the types (checked by the compiler), and both ends over a bus.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testBus } from "../../../test/support/embedded-bus.ts";
import { connect } from "./connection.ts";
import { describeInterface } from "./interface-literal.ts";
import { proxy, type Proxy } from "./proxy.ts";
import type { ValueOf } from "./signature-types.ts";
import type { UnixFd, Variant } from "./value.ts";

/** True only for the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<T extends true>(holds?: T): void {
  void holds;
}

const SHOP = {
  name: "org.example.Shop",
  methods: {
    Close: {},
    Price: {
      in: [
        ["item", "s"],
        ["count", "u"],
      ],
      out: [["price", "t"]],
    },
    Stock: {
      out: [
        ["items", "a{s(ub)}"],
        ["free", "ay"],
      ],
    },
  },
  signals: {
    Sold: [
      ["item", "s"],
      ["count", "u"],
    ],
  },
  properties: { Open: { type: "b", access: "readwrite" }, Tags: { type: "as", access: "read" } },
} as const;

test("the types follow the signatures", () => {
  same<Same<ValueOf<"u">, number>>();
  same<Same<ValueOf<"x">, bigint>>();
  same<Same<ValueOf<"ay">, Uint8Array>>();
  same<Same<ValueOf<"aay">, readonly Uint8Array[]>>();
  same<Same<ValueOf<"a{sv}">, { readonly [key: string]: Variant }>>();
  same<Same<ValueOf<"a{uas}">, ReadonlyMap<number, readonly string[]>>>();
  same<
    Same<
      ValueOf<"a{oa{sa{sv}}}">,
      { readonly [k: string]: { readonly [k: string]: { readonly [k: string]: Variant } } }
    >
  >();
  same<Same<ValueOf<"(sa(ih)b)">, readonly [string, readonly (readonly [number, UnixFd])[], boolean]>>();
  same<Same<ValueOf<"su">, never>>();
  same<Same<ValueOf<string>, unknown>>();
  type Shop = Proxy<typeof SHOP>;
  const use = async (shop: Shop): Promise<void> => {
    same<Same<typeof price, bigint>>();
    same<Same<typeof stock, [{ readonly [key: string]: readonly [number, boolean] }, Uint8Array]>>();
    same<Same<typeof nothing, void>>();
    same<Same<typeof tags, readonly string[]>>();
    const price = await shop.call("Price", ["tea", 2]);
    const stock = await shop.call("Stock", []);
    const nothing = await shop.call("Close", []);
    const tags = await shop.get("Tags");
    // @ts-expect-error a count is a number
    await shop.call("Price", ["tea", "2"]);
    // @ts-expect-error there is no such member
    await shop.call("Prize", []);
    // @ts-expect-error the value has the property's type
    await shop.set("Open", 1);
    await shop.on("Sold", (item, count) => void (item.length + count));
  };
  assert.equal(typeof use, "function");
});

test("a proxy talks to an exported object", async () => {
  const bus = await testBus();
  const server = await connect({ address: bus.address });
  const client = await connect({ address: bus.address });
  try {
    let open = true;
    const object = server.export("/shop", [
      {
        info: describeInterface(SHOP),
        methods: {
          Close: () => {},
          Price: ([, count]) => [BigInt(count as number) * 3n],
          Stock: () => [{ tea: [1, true] }, Uint8Array.of(1, 2)],
        },
        properties: {
          Open: { get: () => open, set: (value) => void (open = value === true) },
          Tags: { get: () => ["a"] },
        },
      },
    ]);
    const shop = proxy(client, { destination: server.uniqueName, path: "/shop" }, SHOP);
    assert.equal(await shop.call("Price", ["tea", 2]), 6n);
    assert.equal(await shop.call("Close", []), undefined);
    const [items, free] = await shop.call("Stock", []);
    assert.deepEqual(
      [items["tea"], [...free]],
      [
        [1, true],
        [1, 2],
      ],
    );
    assert.equal(await shop.get("Open"), true);
    await shop.set("Open", false);
    assert.equal(open, false);
    assert.deepEqual(await shop.get("Tags"), ["a"]);
    const sold: unknown[] = [];
    const subscription = await shop.on("Sold", (item, count) => void sold.push([item, count]));
    object.emit("org.example.Shop", "Sold", "tea", 1);
    await shop.call("Close", []);
    assert.deepEqual(sold, [["tea", 1]]);
    subscription.close();
    await assert.rejects(shop.set("Tags", []), { dbusName: "org.freedesktop.DBus.Error.PropertyReadOnly" });
  } finally {
    await server.close();
    await client.close();
    await bus.close();
  }
});

test("a peer that breaks the promise of the literal is refused", async () => {
  const bus = await testBus();
  const server = await connect({ address: bus.address });
  const client = await connect({ address: bus.address });
  try {
    const info = describeInterface({
      name: "org.example.Shop",
      methods: {
        Price: {
          in: [
            ["item", "s"],
            ["count", "u"],
          ],
          out: [["price", "s"]],
        },
      },
      properties: { Tags: { type: "s", access: "read" } },
    });
    server.export("/shop", [
      { info, methods: { Price: () => ["free"] }, properties: { Tags: { get: () => "" } } },
    ]);
    const shop = proxy(client, { destination: server.uniqueName, path: "/shop" }, SHOP);
    await assert.rejects(shop.call("Price", ["tea", 2]), { code: "OPD3006" });
    await assert.rejects(shop.get("Tags"), { code: "OPD3006" });
  } finally {
    await server.close();
    await client.close();
    await bus.close();
  }
});
