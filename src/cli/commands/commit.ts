// `op-dbus commit`: keep what an apply with --no-commit did.

import { command, type Context } from "../command.ts";
import { checkpointId, seconds } from "../options.ts";

type Flags = { readonly lockTimeout?: number };

export const commit = command<Flags, [string?]>({
  name: "commit",
  operation: "commit",
  usage: "op-dbus commit [ID]",
  parameters: {
    positional: { kind: "tuple", parameters: [{ ...checkpointId, optional: true }] },
    flags: { lockTimeout: seconds("how long to wait for another op-dbus on this bus") },
  },
  more: "Without an ID it is the newest one on this bus. Its guard ends, and the checkpoints of services are committed; if one of them cannot be, everything is put back.",
  exits: [
    [0, "it is kept"],
    [3, "a service's own checkpoint could not be committed; everything was put back and read again"],
    [4, "the same, and not everything could be put back"],
    [5, "another op-dbus changes this bus"],
    [6, "nothing waits for a commit, or it is too late"],
    [7, "it was begun elsewhere: this state directory is a copy"],
  ],
  examples: [
    ["op-dbus commit", "keep the newest"],
    ["op-dbus commit 3f2a", "keep the one whose ID begins so"],
  ],
  streams: true,
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags, id?: string): Promise<number> {
  const reply = await invoke("commit", { id: id ?? null, lockTimeoutMs: flags.lockTimeout ?? null }, talk);
  const { settledJson, settledText } = await import("../views/checkpoint.ts");
  terminal.print(globals.json ? settledJson(reply) : settledText(reply, terminal.out));
  return 0;
}
