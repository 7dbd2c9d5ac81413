// `op-dbus snapshots create [LABEL]`: a snapshot of the records now.

import { command, type Context } from "../command.ts";
import { flag } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = { readonly keep?: boolean };

export const snapshotsCreate = command<Flags, [string | undefined]>({
  name: "snapshots create",
  operation: "snapshots.create",
  more: "The records are snapshotted after applies and by the daemon as the settings say; this makes one more, at once.",
  usage: "op-dbus snapshots create [LABEL] [--keep]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "lower case letters, digits and dashes",
          placeholder: "LABEL",
          parse: String,
          optional: true,
        },
      ],
    },
    flags: { keep: flag("no retention and no lack of space removes it; rename its folder to let it go") },
  },
  exits: [
    [0, "made"],
    [1, "not made: too little space, or the file system refused"],
    [75, "there are no snapshots on this file system"],
  ],
  examples: [["op-dbus snapshots create --keep before-upgrade", "one that stays"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  { keep }: Flags,
  label: string | undefined,
): Promise<number> {
  const reply = await invoke("snapshots.create", { label: label ?? null, keep: keep === true }, talk);
  const { snappedText } = await import("../views/snapshots.ts");
  terminal.print(globals.json ? replyJson(reply) : snappedText(reply, terminal.out));
  if (reply.name !== null) return 0;
  return reply.pruned === null ? 75 : 1;
}
