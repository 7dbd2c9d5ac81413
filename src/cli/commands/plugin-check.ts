// `op-dbus plugin check DIR`: is this plugin folder right, and does the live service still have what it names?

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const pluginCheck = command<Record<never, never>, [string]>({
  name: "plugin check",
  operation: "plugin.check",
  usage: "op-dbus plugin check DIR",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "plugin folder", placeholder: "DIR", parse: String }],
    },
  },
  exits: [
    [0, "right; notes say what is read-only here"],
    [65, "wrong: every fault is listed"],
  ],
  examples: [["op-dbus plugin check ./resolve1", "after every edit"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: object,
  directory: string,
): Promise<number> {
  const reply = await invoke("plugin.check", { directory }, talk);
  const { checkedText } = await import("../views/plugin.ts");
  terminal.print(globals.json ? replyJson(reply) : checkedText(reply, terminal.out));
  return 0;
}
