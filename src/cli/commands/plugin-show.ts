// `op-dbus plugin show NAME`: what can be said in a document for this plugin, and what of it can be written here.

import { command, type Context } from "../command.ts";
import { pluginName } from "../options.ts";
import { replyJson } from "../views/value.ts";

export const pluginShow = command<Record<never, never>, [string]>({
  name: "plugin show",
  operation: "plugin.show",
  usage: "op-dbus plugin show NAME",
  parameters: { positional: { kind: "tuple", parameters: [pluginName] } },
  exits: [
    [0, "shown"],
    [65, "no plugin manages this"],
    [75, "the service cannot be reached"],
  ],
  examples: [["op-dbus plugin show hostname1", "fields, types, allowed values"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: object,
  name: string,
): Promise<number> {
  const reply = await invoke("plugin.show", { name }, talk);
  const { pluginText } = await import("../views/plugin.ts");
  terminal.print(globals.json ? replyJson(reply) : pluginText(reply, terminal.out));
  return 0;
}
