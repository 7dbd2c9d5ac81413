// `op-dbus plugin check DIR|NAME`: is this plugin right, and does the live service still have what it names? With
// --approve, calls that do not look like reads may be made from now on.

import { command, type Context } from "../command.ts";
import { flag, pluginName } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = { readonly approve?: boolean };

export const pluginCheck = command<Flags, [string]>({
  name: "plugin check",
  operation: "plugin.check",
  usage: "op-dbus plugin check DIR|NAME [--approve]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { ...pluginName, brief: "plugin folder, or the name of a plugin", placeholder: "DIR|NAME" },
      ],
    },
    flags: { approve: flag("let it make the calls that do not look like reads; until it is edited") },
  },
  more: "A mapping that did not come with op-dbus may read by calls whose names do not promise a read. They are not made, and what depends on them is read-only, until a person looked at them and approved them.",
  exits: [
    [0, "right; notes say what is read-only here"],
    [65, "wrong: every fault is listed"],
  ],
  examples: [
    ["op-dbus plugin check ./resolve1", "after every edit"],
    ["op-dbus plugin check resolve1 --approve", "after reading its mapping"],
  ],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  flags: Flags,
  plugin: string,
): Promise<number> {
  const reply = await invoke("plugin.check", { plugin, approve: flags.approve ?? false }, talk);
  const { checkedText } = await import("../views/plugin.ts");
  terminal.print(globals.json ? replyJson(reply) : checkedText(reply, plugin, terminal.out));
  return 0;
}
