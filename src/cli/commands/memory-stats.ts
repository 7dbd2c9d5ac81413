// `op-dbus memory stats`: what the memory holds, and how it keeps up.

import { command, type Context } from "../command.ts";
import { namespace } from "../options.ts";

type Flags = { readonly namespace?: string };

export const memoryStats = command<Flags>({
  name: "memory stats",
  operation: "memory.stats",
  usage: "op-dbus memory stats [--namespace NAME]",
  parameters: { flags: { namespace } },
  more: "The memory is a graph of concepts and associations in namespaces, with indexes for words, vectors, times and attributes. The daemon keeps it, lets it follow the audit log (namespace audit), and opens it to programs where memory_listen is set. Numbers of writing are since it was opened.",
  exits: [
    [0, "shown"],
    [5, "another process has the memory open"],
    [65, "there is no memory here, or no such namespace"],
  ],
  examples: [["op-dbus memory stats", "all namespaces"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const reply = await invoke("memory.stats", { namespace: flags.namespace ?? null }, talk);
  const { statsJson, statsText } = await import("../views/memory.ts");
  terminal.print(globals.json ? statsJson(reply) : statsText(reply, terminal.out));
  return 0;
}
