// `op-dbus completion SHELL`: the few lines a shell needs to ask us for completions.

import { command, type Context } from "../command.ts";

export const completion = command<Record<never, never>, [string]>({
  name: "completion",
  operation: null,
  about: "Print the completion script of a shell",
  usage: "op-dbus completion bash|zsh|fish",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "shell",
          placeholder: "SHELL",
          parse: String,
          proposeCompletions: (partial: string) =>
            ["bash", "zsh", "fish"].filter((shell) => shell.startsWith(partial)),
        },
      ],
    },
  },
  exits: [
    [0, "printed"],
    [64, "there is nothing for this shell"],
  ],
  examples: [
    ["op-dbus completion bash > /etc/bash_completion.d/op-dbus", "for all users"],
    ["source <(op-dbus completion zsh)", "for this shell"],
  ],
  async run({ terminal }: Context, _flags: object, shell: string): Promise<number> {
    const { completionScript } = await import("../shells.ts");
    terminal.print(completionScript(shell));
    return 0;
  },
});
