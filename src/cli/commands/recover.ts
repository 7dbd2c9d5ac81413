// `op-dbus recover`: resolve what a crash left, or only show it.

import { command, type Context } from "../command.ts";
import { OpError } from "../../base/error.ts";
import { checkpointId, flag } from "../options.ts";

type Flags = { readonly list?: boolean; readonly abandon?: string };

export const recover = command<Flags, []>({
  name: "recover",
  operation: "recover",
  usage: "op-dbus recover [--list | --abandon ID]",
  parameters: {
    flags: {
      list: flag("only show what was interrupted"),
      abandon: {
        kind: "parsed",
        ...checkpointId,
        brief: "end this apply as it stands: put nothing back, list what is not as before",
        optional: true,
      },
    },
  },
  more: "An apply whose process was killed, or that a power cut ended, is finished where all of it was done, else put back. Every command that reads or changes the bus does this first, by itself: this one does nothing else. It is tried once: what could not be put back is listed, recorded as the end of that apply and no longer in the way. With --abandon nothing is touched: for an apply that was seen to by hand.",
  exits: [
    [0, "resolved, or there was nothing to resolve"],
    [4, "not everything is as before: a person is needed"],
    [5, "another op-dbus changes this bus"],
    [6, "with --abandon: no apply of this ID was interrupted"],
    [7, "an apply was begun elsewhere: this state directory is a copy, and only --abandon closes it"],
    [75, "the bus cannot be reached"],
  ],
  examples: [
    ["op-dbus recover", "after a crash, before anything else"],
    ["op-dbus recover --list", "what would it look at?"],
    ["op-dbus recover --abandon 4f3c", "leave the machine as it is now"],
  ],
  streams: true,
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const { list = false, abandon = null } = flags;
  if (list && abandon !== null) throw new OpError("OPD9001", "either --list or --abandon ID");
  const reply = await invoke("recover", { list, abandon }, talk);
  const { recoverJson, recoverText } = await import("../views/recover.ts");
  terminal.print(globals.json ? recoverJson(reply) : recoverText(reply, terminal.out));
  return 0;
}
