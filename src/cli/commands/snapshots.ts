// `op-dbus snapshots`: which snapshots of the records there are; with --explain why each is kept or goes.

import { command, type Context } from "../command.ts";
import { flag } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = { readonly explain?: boolean };

export const snapshots = command<Flags>({
  name: "snapshots",
  aliases: ["blockchain snapshots"],
  operation: "snapshots",
  usage: "op-dbus snapshots [--explain]",
  parameters: { flags: { explain: flag("the rule that keeps or drops each") } },
  exits: [[0, "listed; also where the file system has no snapshots, and says so"]],
  examples: [
    ["op-dbus snapshots", "newest first"],
    ["op-dbus snapshots --explain", "what the next prune would remove, and why"],
  ],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, { explain }: Flags): Promise<number> {
  const reply = await invoke("snapshots", {}, talk);
  const { snapshotsText } = await import("../views/snapshots.ts");
  terminal.print(globals.json ? replyJson(reply) : snapshotsText(reply, explain === true, terminal.out));
  return 0;
}
