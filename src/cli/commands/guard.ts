// `op-dbus guard`: the process behind a timed commit. Nobody calls it by hand, so it is not listed; it prints what became
// of its apply, for the journal of the system.

import { command, type Context } from "../command.ts";
import { checkpointId } from "../options.ts";

export const guard = command<Record<never, never>, [string]>({
  name: "guard",
  operation: "guard",
  usage: "op-dbus guard ID",
  parameters: { positional: { kind: "tuple", parameters: [checkpointId] } },
  hidden: true,
  more: "Started by `apply --no-commit`. It waits for a commit until the time is over and then puts everything back.",
  exits: [
    [0, "committed, put back, or ended by somebody else"],
    [4, "not, or not verifiably, put back"],
  ],
  examples: [["op-dbus guard 3f2a5c7700112233", "keep the time of this apply"]],
  streams: true,
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: Record<never, never>,
  id: string,
): Promise<number> {
  const { settled } = await invoke("guard", { id }, talk);
  const { settledJson, settledText } = await import("../views/checkpoint.ts");
  if (settled !== null)
    terminal.print(globals.json ? settledJson(settled) : settledText(settled, terminal.out));
  return 0;
}
