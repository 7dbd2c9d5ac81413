// `op-dbus memory check`: is the memory whole? Every finding at once.

import { command, type Context } from "../command.ts";
import { namespace } from "../options.ts";

type Flags = { readonly namespace?: string };

const DAMAGED = 8;

export const memoryCheck = command<Flags>({
  name: "memory check",
  operation: "memory.check",
  usage: "op-dbus memory check [--namespace NAME]",
  parameters: { flags: { namespace } },
  more: "Compares the files of the newest checkpoint with their checksums, reads every record of the log, and compares each index with the graph. The graph is the truth: an index that does not agree is made again when its files are removed; a damaged graph is not guessed.",
  exits: [
    [0, "everything holds"],
    [5, "another process has the memory open"],
    [DAMAGED, "it does not: every finding is listed"],
    [65, "there is no memory here, or no such namespace"],
  ],
  examples: [["op-dbus memory check", "all namespaces"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const reply = await invoke("memory.check", { namespace: flags.namespace ?? null }, talk);
  const { checkJson, checkText } = await import("../views/memory.ts");
  if (globals.json) terminal.print(checkJson(reply));
  else if (!globals.quiet || !reply.holds) terminal.print(checkText(reply, terminal.out));
  return reply.holds ? 0 : DAMAGED;
}
