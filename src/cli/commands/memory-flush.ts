// `op-dbus memory flush`: the state of the memory as checkpoints, so that its next start is short.

import { command, type Context } from "../command.ts";

export const memoryFlush = command({
  name: "memory flush",
  operation: "memory.flush",
  usage: "op-dbus memory flush",
  parameters: {},
  more: "What was acknowledged is on disk without it, in the log: this makes the log short. The daemon does so when it stops.",
  exits: [
    [0, "written"],
    [5, "another process has the memory open"],
    [65, "there is no memory here"],
  ],
  examples: [["op-dbus memory flush", "before a copy of the state directory is made"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const reply = await invoke("memory.flush", {}, talk);
  const { flushJson, flushText } = await import("../views/memory.ts");
  if (globals.json) terminal.print(flushJson(reply));
  else if (!globals.quiet) terminal.print(flushText(reply));
  return 0;
}
