// `op-dbus checkpoint list`: which applies wait for their commit, how long still, and by whom.

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const checkpointList = command({
  name: "checkpoint list",
  operation: "checkpoint.list",
  usage: "op-dbus checkpoint list",
  parameters: {},
  exits: [[0, "listed, also when there are none"]],
  examples: [["op-dbus checkpoint list", "ID, what goes back and when, who made it"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const { checkpoints } = await invoke("checkpoint.list", {}, talk);
  const { checkpointsText } = await import("../views/checkpoint.ts");
  terminal.print(globals.json ? replyJson({ checkpoints }) : checkpointsText(checkpoints, terminal.out));
  return 0;
}
