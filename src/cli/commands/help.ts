// `op-dbus help [TOPIC]`: a command, or one of the pages that belong to no single command.

import { command, type Context } from "../command.ts";

export const help = command<Record<never, never>, string[]>({
  name: "help",
  operation: null,
  about: "Show help for a command or a topic",
  usage: "op-dbus help [COMMAND | TOPIC]",
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "command or topic", placeholder: "TOPIC", parse: String },
    },
  },
  exits: [
    [0, "shown"],
    [64, "there is no such topic"],
  ],
  examples: [
    ["op-dbus help plan", "a command"],
    ["op-dbus help exit-codes", "a topic"],
  ],
  async run({ terminal, help: pageOf }: Context, _flags: object, ...words: string[]): Promise<number> {
    terminal.print(await pageOf(words));
    return 0;
  },
});
