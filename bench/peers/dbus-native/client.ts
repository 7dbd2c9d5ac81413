// dbus-native as a peer: variants keep their signature and dicts stay plain, which is what we give too.

import dbus from "dbus-native";
import { runWorks } from "../works.ts";

const bus = dbus.createClient({ busAddress: process.env["DBUS_SESSION_BUS_ADDRESS"]!, variants: "wrap" });
bus.connection.on("error", (error) => {
  throw error;
});
await runWorks({
  call: ({ signature, body, ...ask }) =>
    new Promise((resolve, reject) => {
      const message = signature === "" ? ask : { ...ask, signature, body: [...body] };
      bus.invoke(message, (error: unknown, value: unknown) =>
        error === null ? resolve(value) : reject(error),
      );
    }),
  count: (tree) => (Array.isArray(tree) ? tree.length : Object.keys(tree as object).length),
});
