// `op-dbus checkpoint show`: everything about one apply that waits for its commit.

import { command, type Context } from "../command.ts";
import { checkpointId } from "../options.ts";
import { replyJson } from "../views/value.ts";

export const checkpointShow = command<Record<never, never>, [string?]>({
  name: "checkpoint show",
  operation: "checkpoint.show",
  usage: "op-dbus checkpoint show [ID]",
  parameters: { positional: { kind: "tuple", parameters: [{ ...checkpointId, optional: true }] } },
  more: "Without an ID it is the newest one on this bus.",
  exits: [
    [0, "shown"],
    [6, "there is none"],
  ],
  examples: [["op-dbus checkpoint show", "its actions, its probes, its guard"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: Record<never, never>,
  id?: string,
): Promise<number> {
  const checkpoint = await invoke("checkpoint.show", { id: id ?? null }, talk);
  const { checkpointText } = await import("../views/checkpoint.ts");
  terminal.print(globals.json ? replyJson(checkpoint) : checkpointText(checkpoint, terminal.out));
  return 0;
}
