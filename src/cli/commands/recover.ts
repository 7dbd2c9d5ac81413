// `op-dbus recover`: resolve what a crash left, or only show it.

import { command, type Context } from "../command.ts";
import { flag } from "../options.ts";

type Flags = { readonly list?: boolean };

export const recover = command<Flags, []>({
  name: "recover",
  operation: "recover",
  usage: "op-dbus recover [--list]",
  parameters: {
    flags: { list: flag("only show what was interrupted") },
  },
  more: "An apply whose process was killed, or that a power cut ended, is finished where all of it was done, else put back. Every command that reads or changes the bus does this first, by itself: this one does nothing else.",
  exits: [
    [0, "resolved, or there was nothing to resolve"],
    [4, "not everything is as before: a person is needed"],
    [5, "another op-dbus changes this bus"],
    [75, "the bus cannot be reached"],
  ],
  examples: [
    ["op-dbus recover", "after a crash, before anything else"],
    ["op-dbus recover --list", "what would it look at?"],
  ],
  streams: true,
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const reply = await invoke("recover", { list: flags.list ?? false }, talk);
  const { recoverJson, recoverText } = await import("../views/recover.ts");
  terminal.print(globals.json ? recoverJson(reply) : recoverText(reply, terminal.out));
  return 0;
}
