// `op-dbus discover`: everything on the bus, and which plugin manages it. Starts nothing unless asked.

import { command, type Context } from "../command.ts";
import { busName, flag, filePath } from "../options.ts";

type Flags = {
  readonly activate?: boolean;
  readonly out?: string;
  readonly known?: string;
};

export const discover = command<Flags, string[]>({
  name: "discover",
  operation: "discover",
  usage: "op-dbus discover [NAME]… [--activate] [--bus system|session|ADDRESS]",
  parameters: {
    positional: { kind: "array", parameter: busName },
    flags: {
      activate: flag("start services that only wait to be asked"),
      out: filePath("save it in FILE as JSON; - is standard output"),
      known: filePath("a saved discovery: services with the same owner as then are not looked at again"),
    },
    aliases: { o: "out" },
  },
  more: "Without a name one line a service; with names (or -v) every object, interface and property. What --known takes over is what was there then: an owner that stayed may have made or removed objects since, and no signal of that time can be heard now.",
  exits: [
    [0, "listed; a name that does not answer is listed with its error"],
    [75, "the bus cannot be reached"],
  ],
  examples: [
    ["op-dbus discover", "who is there"],
    ["op-dbus discover org.freedesktop.hostname1", "one service, whole"],
    ["op-dbus discover --bus session --json", "for programs"],
    ["op-dbus discover --out now.json", "keep it"],
    ["op-dbus discover --known now.json", "faster: only what has another owner since is asked"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const [known] = flags.known === undefined ? [] : await context.readSources([flags.known]);
  const { activate = false, out } = flags;
  const reply = await invoke("discover", { names, activate, known: known?.text ?? null }, talk);
  const { discoverJson, discoverText } = await import("../views/discover.ts");
  const whole = globals.verbose || names.length > 0;
  if (out !== undefined && out !== "-") await context.writeOut(out, discoverJson(reply));
  const asJson = globals.json || out === "-";
  if (asJson || out === undefined)
    terminal.print(asJson ? discoverJson(reply) : discoverText(reply, whole, terminal.out));
  else terminal.say(`saved in ${out}:  op-dbus discover --known ${out}`);
  return 0;
}
