// `op-dbus snapshots prune`: remove what the retention drops, now.

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const snapshotsPrune = command({
  name: "snapshots prune",
  operation: "snapshots.prune",
  more: "Pruning follows every snapshot by itself. `op-dbus snapshots --explain` shows beforehand what would go. Only snapshots that op-dbus made are removed; one whose folder was renamed, or in which something else lies, is not.",
  usage: "op-dbus snapshots prune",
  parameters: {},
  exits: [
    [0, "nothing is left that the retention drops"],
    [1, "one could not be removed; the others were"],
    [75, "there are no snapshots here"],
  ],
  examples: [["op-dbus snapshots prune", "after changing snapshot_retention"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const reply = await invoke("snapshots.prune", {}, talk);
  const { prunedText } = await import("../views/snapshots.ts");
  terminal.print(globals.json ? replyJson(reply) : prunedText(reply, terminal.out));
  if (reply.pruned === null) return 75;
  return reply.pruned.faults.length > 0 ? 1 : 0;
}
