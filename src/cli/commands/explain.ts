// `op-dbus explain CODE`: what an error means, what state the machine is in after it, and what to do.

import { CODES } from "../../base/codes.ts";
import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const explain = command<Record<never, never>, [string]>({
  name: "explain",
  operation: "explain",
  usage: "op-dbus explain CODE",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "error code",
          placeholder: "CODE",
          parse: String,
          proposeCompletions: (partial: string) =>
            Object.keys(CODES).filter((code) => code.startsWith(partial)),
        },
      ],
    },
  },
  exits: [
    [0, "explained"],
    [64, "there is no such code"],
  ],
  examples: [["op-dbus explain OPD9010", "somebody else holds the lock"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: object,
  code: string,
): Promise<number> {
  const reply = await invoke("explain", { code }, talk);
  const { explainText } = await import("../views/explain.ts");
  terminal.print(globals.json ? replyJson(reply) : explainText(reply, terminal.out));
  return 0;
}
