// `op-dbus config show`: every setting that holds now, and with --origin where it came from.

import { command, type Context } from "../command.ts";
import { flag } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = {
  readonly origin?: boolean;
};

export const configShow = command<Flags>({
  name: "config show",
  operation: "config.show",
  usage: "op-dbus config show [--origin]",
  parameters: { flags: { origin: flag("say where each value came from") } },
  exits: [
    [0, "shown"],
    [65, "a configuration file is wrong"],
  ],
  examples: [["op-dbus config show --origin", "which file or variable won"]],
  anyConfig: true,
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const reply = await invoke("config.show", {}, talk);
  const { configText } = await import("../views/config.ts");
  terminal.print(globals.json ? replyJson(reply) : configText(reply.settings, flags.origin ?? false));
  return 0;
}
