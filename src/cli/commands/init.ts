// `op-dbus init`: a first document from what is here, every value commented out, with what can be said beside it.

import { command, type Context } from "../command.ts";
import { filePath } from "../options.ts";

type Flags = {
  readonly out?: string;
};

export const init = command<Flags>({
  name: "init",
  operation: "init",
  usage: "op-dbus init [-o FILE]",
  parameters: {
    flags: { out: filePath("write FILE (default: standard output)") },
    aliases: { o: "out" },
  },
  exits: [
    [0, "written"],
    [75, "the bus cannot be reached"],
  ],
  examples: [["op-dbus init -o site.toml", "then take the # from what shall hold"]],
  run,
});

async function run({ invoke, talk, terminal, writeOut }: Context, flags: Flags): Promise<number> {
  const reply = await invoke("init", {}, talk);
  if (flags.out === undefined || flags.out === "-") terminal.print(reply.text);
  else {
    await writeOut(flags.out, reply.text);
    terminal.say(`wrote ${flags.out}; nothing in it holds until you take the # away`);
  }
  return 0;
}
