// `op-dbus history`: what was applied here, newest first.

import { LIMITS } from "../../base/limits.ts";
import { command, type Context } from "../command.ts";
import { readMoment } from "../moment.ts";
import { addresses, flag, limit, moment } from "../options.ts";

type Flags = { readonly limit?: number; readonly since?: string; readonly all?: boolean };

export const history = command<Flags, string[]>({
  name: "history",
  operation: "history",
  usage: "op-dbus history [ADDRESS]… [--limit N] [--since TIME]",
  parameters: {
    positional: addresses,
    flags: {
      limit: limit(`how many at most (${LIMITS.historyListDefault})`),
      since: moment("only what came to its end then or later"),
      all: flag("also the other entries of the log: gaps, keys, imports"),
    },
  },
  more: "Every apply that came to an end is a generation, whatever its end was: done, restored, or left half way. @12 is the machine after the twelfth, and stands wherever a FILE does for its documents. With an ADDRESS only those are listed that touched it.",
  exits: [
    [0, "listed"],
    [8, "the audit log is damaged"],
  ],
  examples: [
    ["op-dbus history", "the newest"],
    ["op-dbus history hostname1 --since 2d", "who touched the host name in the last two days"],
    ["op-dbus history show 12", "everything about one of them"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const request = {
    addresses: names,
    limit: flags.limit ?? LIMITS.historyListDefault,
    since: flags.since === undefined ? null : readMoment(flags.since),
    all: flags.all ?? false,
  };
  const reply = await invoke("history", request, talk);
  const { historyJson, historyText } = await import("../views/history.ts");
  terminal.print(globals.json ? historyJson(reply) : historyText(reply, terminal.out));
  return 0;
}
