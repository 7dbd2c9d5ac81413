// The stage that every machine offers: the embedded bus in a private directory, with the demonstration service on it.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { connect, startEmbeddedBus } from "../src/host/dbus/dbus.ts";
import { startDemoService } from "./demo-service.ts";
import type { Offer, Stage } from "./stage.ts";

export const embeddedOffer: Offer = { name: "embedded", missing: null, open: openEmbedded };

const document = `version = 1

[plugins.demo1]
Greeting = "Welcome home"

[plugins.demo1.lamps.door]
On = true
Brightness = "80%"

[plugins.demo1.lamps.kitchen]
Colour = "cold"
`;

const risky = `version = 1

[plugins.demo1]
Greeting = "Back at six"
`;

async function openEmbedded(scratch: string): Promise<Stage> {
  const bus = await startEmbeddedBus({ directory: scratch });
  const service = await startDemoService(bus.address);
  const plugins = join(scratch, "plugins");
  mkdirSync(join(plugins, "demo1"), { recursive: true, mode: 0o700 });
  for (const file of ["plugin.toml", "mapping.toml"]) {
    copyFileSync(join(import.meta.dirname, "demo", file), join(plugins, "demo1", file));
  }
  return {
    name: "embedded",
    what: "a message bus inside this process, with a demonstration service (a room with lamps)",
    env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address, OP_DBUS_PLUGIN_DIRS: plugins },
    document,
    risky,
    field: "demo1:Greeting",
    intruder: { shown: "another client calls SetGreeting('Go away')", run: () => interfere(bus.address) },
    fingerprint: () => Promise.resolve(service.state()),
    async close() {
      await service.close();
      await bus.close();
    },
  };
}

async function interfere(address: string): Promise<string> {
  const other = await connect({ address });
  const call = { destination: "org.opdbus.Demo1", path: "/org/opdbus/Demo1", interface: "org.opdbus.Demo1" };
  await other.call({ ...call, member: "SetGreeting", signature: "s", body: ["Go away"] });
  await other.close();
  return "";
}
