// `op-dbus history show N`: one apply, action by action.

import { command, type Context } from "../command.ts";
import { generationNumber, numberOf } from "../options.ts";

export const historyShow = command<Record<never, never>, [string]>({
  name: "history show",
  operation: "history.show",
  usage: "op-dbus history show N",
  parameters: { positional: { kind: "tuple", parameters: [generationNumber] } },
  more: "Shows who asked, which documents, every action with the value before and after, how it was verified, and where its entries lie in the audit log.",
  exits: [
    [0, "shown"],
    [8, "the audit log is damaged"],
    [65, "there is no such generation"],
  ],
  examples: [["op-dbus history show 12", "the twelfth apply; @12 is the same"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, _flags: object, n: string): Promise<number> {
  const reply = await invoke("history.show", { generation: numberOf(n) }, talk);
  const { generationJson, generationText } = await import("../views/generation.ts");
  terminal.print(globals.json ? generationJson(reply) : generationText(reply, terminal.out));
  return 0;
}
