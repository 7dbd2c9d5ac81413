// Our own client as a peer of the others, through its public face.

import { connect } from "../../../src/host/dbus/dbus.ts";
import { runWorks } from "../works.ts";

const bus = await connect({ address: process.env["DBUS_SESSION_BUS_ADDRESS"]! });
await runWorks({
  call: async (ask) => (await bus.call(ask)).body[0],
  count: (tree) => Object.keys(tree as object).length,
});
