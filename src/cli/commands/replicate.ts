// `op-dbus replicate [TARGET…]`: copies of the snapshots on other file systems of this machine.

import { resolve } from "node:path";
import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const replicate = command<Record<never, never>, string[]>({
  name: "replicate",
  operation: "replicate",
  more: "A target is a folder on a mounted BTRFS file system, of this machine alone. It gets the snapshots that the retention keeps, each as the difference from the newest that both sides have, compared after it arrived. A run that was interrupted is finished by the next. Other machines are not reached (no ssh): mount their disk.",
  usage: "op-dbus replicate [TARGET…]",
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "folder (default: replicate_targets)", placeholder: "TARGET", parse: String },
    },
  },
  exits: [
    [0, "every target has every snapshot that it should"],
    [1, "a target has not; the others were served"],
    [7, "keys lie inside the state directory; nothing was sent"],
    [75, "there is nothing to replicate here"],
  ],
  examples: [["op-dbus replicate /mnt/backup", "to one disk"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  _flags: Record<never, never>,
  ...targets: string[]
): Promise<number> {
  // What has a colon before its first slash names another machine: it is refused where targets are checked.
  const absolute = targets.map((target) => (/^[^/]*:/.test(target) ? target : resolve(target)));
  const reply = await invoke("replicate", { targets: absolute }, talk);
  const { replicateText } = await import("../views/snapshots.ts");
  terminal.print(globals.json ? replyJson(reply) : replicateText(reply.targets, terminal.out));
  return reply.targets.some(({ fault }) => fault !== null) ? 1 : 0;
}
