// `op-dbus discover`: everything on the bus, and which plugin manages it. Starts nothing unless asked.

import { command, type Context } from "../command.ts";
import { busName, flag } from "../options.ts";

type Flags = {
  readonly activate?: boolean;
};

export const discover = command<Flags, string[]>({
  name: "discover",
  operation: "discover",
  usage: "op-dbus discover [NAME]… [--activate] [--bus system|session|ADDRESS]",
  parameters: {
    positional: { kind: "array", parameter: busName },
    flags: { activate: flag("start services that only wait to be asked") },
  },
  more: "Without a name one line a service; with names (or -v) every object, interface and property.",
  exits: [
    [0, "listed; a name that does not answer is listed with its error"],
    [75, "the bus cannot be reached"],
  ],
  examples: [
    ["op-dbus discover", "who is there"],
    ["op-dbus discover org.freedesktop.hostname1", "one service, whole"],
    ["op-dbus discover --bus session --json", "for programs"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke("discover", { names, activate: flags.activate ?? false }, talk);
  const { discoverJson, discoverText } = await import("../views/discover.ts");
  const whole = globals.verbose || names.length > 0;
  terminal.print(globals.json ? discoverJson(reply) : discoverText(reply, whole, terminal.out));
  return 0;
}
