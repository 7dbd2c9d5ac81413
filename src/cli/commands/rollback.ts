// `op-dbus rollback`: go back from an apply that waits for its commit, or with --to to an earlier generation.

import { OpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";
import { autoApprove, checkpointId, generationNumber, numberOf, seconds, type Risk } from "../options.ts";

type Flags = { readonly to?: string; readonly autoApprove?: Risk; readonly lockTimeout?: number };

export const rollback = command<Flags, [string?]>({
  name: "rollback",
  operation: "rollback",
  usage: "op-dbus rollback [ID | --to N]",
  parameters: {
    positional: { kind: "tuple", parameters: [{ ...checkpointId, optional: true }] },
    flags: {
      to: { kind: "parsed", ...generationNumber, brief: "back to this generation", optional: true },
      autoApprove,
      lockTimeout: seconds("how long to wait for another op-dbus on this bus"),
    },
  },
  more: "Without an ID it is the newest apply on this bus that waits for its commit. What it did is undone, and read again. With --to the way back to a generation is planned, shown, confirmed and applied like a document.",
  exits: [
    [0, "everything is as before, read again"],
    [1, "with --to: failed before any change, or the answer was no"],
    [3, "with --to: failed; everything was put back and read again"],
    [4, "not, or not verifiably, put back: a person is needed"],
    [5, "another op-dbus changes this bus"],
    [6, "nothing waits for a commit"],
    [7, "it was begun elsewhere: this state directory is a copy"],
    [10, "with --to: a yes is needed and nobody can be asked"],
    [65, "with --to: there is no such generation"],
  ],
  examples: [
    ["op-dbus rollback", "back from the newest apply with --no-commit"],
    ["op-dbus rollback --to 12", "the machine as it was after apply 12"],
  ],
  streams: true,
  run,
});

async function run(context: Context, flags: Flags, id?: string): Promise<number> {
  if (flags.to !== undefined) return await rollbackTo(context, flags, flags.to, id);
  const { invoke, talk, terminal, globals } = context;
  const request = { id: id ?? null, lockTimeoutMs: flags.lockTimeout ?? null };
  const reply = await invoke("rollback", request, talk);
  const { settledJson, settledText } = await import("../views/checkpoint.ts");
  terminal.print(globals.json ? settledJson(reply) : settledText(reply, terminal.out));
  return 0;
}

async function rollbackTo(
  { invoke, talk, terminal, globals }: Context,
  flags: Flags,
  to: string,
  id: string | undefined,
): Promise<number> {
  if (id !== undefined) throw new OpError("OPD9001", "either an ID or --to N");
  const request = {
    generation: numberOf(to),
    approve: flags.autoApprove ?? null,
    terminal: terminal.asks,
    lockTimeoutMs: flags.lockTimeout ?? null,
  };
  const reply = await invoke("rollback.to", request, talk);
  const { reportJson, reportText } = await import("../views/report.ts");
  terminal.print(globals.json ? reportJson(reply) : reportText(reply, terminal.out));
  return 0;
}
