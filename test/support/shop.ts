// An object that other programs call in tests: every kind of argument, properties of each access, a signal.

import { describeInterface, type Connection, type ExportedObject } from "../../src/host/dbus/dbus.ts";

export const SHOP_NAME = "org.example.Shop";
export const SHOP_PATH = "/org/example/shop";

export const SHOP = describeInterface({
  name: SHOP_NAME,
  methods: {
    Echo: { in: [["text", "s"]], out: [["text", "s"]] },
    Any: { in: [["value", "v"]], out: [["value", "v"]] },
    Both: {
      in: [
        ["big", "t"],
        ["small", "x"],
      ],
      out: [
        ["small", "x"],
        ["big", "t"],
      ],
    },
    Tree: { in: [["tree", "a{sa(ib)}"]], out: [["tree", "a{sa(ib)}"]] },
    Bytes: { in: [["bytes", "ay"]], out: [["bytes", "ay"]] },
    Fail: {},
  },
  signals: {
    Sold: [
      ["item", "s"],
      ["count", "u"],
    ],
  },
  properties: {
    Count: { type: "u", access: "readwrite" },
    Name: { type: "s", access: "read", emits: "const" },
  },
});

/** Exports the shop and takes its name. */
export async function openShop(connection: Connection): Promise<ExportedObject> {
  let count = 7;
  const object = connection.export(SHOP_PATH, [
    {
      info: SHOP,
      methods: {
        Echo: (args) => args,
        Any: (args) => args,
        Both: ([big, small]) => [small!, big!],
        Tree: (args) => args,
        Bytes: (args) => args,
        Fail: () => {
          throw new Error("at /secret/path.ts");
        },
      },
      properties: {
        Count: { get: () => count, set: (value) => void (count = Number(value)) },
        Name: { get: () => "tea shop" },
      },
    },
  ]);
  await connection.requestName(SHOP_NAME);
  return object;
}
