// `op-dbus plugin list`: which plugins can be used here, for which services, from where.

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const pluginList = command({
  name: "plugin list",
  operation: "plugin.list",
  usage: "op-dbus plugin list",
  parameters: {},
  exits: [
    [0, "listed"],
    [65, "a plugin folder is wrong"],
  ],
  examples: [["op-dbus plugin list", "names, services, origin"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const { plugins } = await invoke("plugin.list", {}, talk);
  const { pluginListText } = await import("../views/plugin.ts");
  terminal.print(globals.json ? replyJson({ plugins }) : pluginListText(plugins, terminal.out));
  return 0;
}
