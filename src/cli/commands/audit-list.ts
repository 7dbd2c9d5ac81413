// `op-dbus audit list`: entries of the audit log as they stand there.

import { command, type Context } from "../command.ts";
import { entryIndex, limit } from "../options.ts";

type Flags = {
  readonly from?: number;
  readonly to?: number;
  readonly type?: string;
  readonly limit?: number;
};

const LIMIT = 100;

export const auditList = command<Flags, []>({
  name: "audit list",
  aliases: ["blockchain list", "blockchain show"],
  operation: "audit.list",
  usage: "op-dbus audit list [--from N] [--to N] [--type TYPE] [--limit N]",
  parameters: {
    flags: {
      from: entryIndex("first index, from 0"),
      to: entryIndex("index behind the last one"),
      type: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "TYPE",
        brief: "begin, action, end, key, gap, legacy …",
      },
      limit: limit(`the newest N of them (${LIMIT})`),
    },
    aliases: { n: "limit" },
  },
  more: "One line an entry; with --json whole entries, one object. `op-dbus history` tells the same as applies.",
  exits: [
    [0, "listed"],
    [8, "the log is damaged"],
  ],
  examples: [
    ["op-dbus audit list", "the newest entries"],
    ["op-dbus audit list --type legacy --json", "what was imported, whole"],
  ],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, flags: Flags): Promise<number> {
  const { from = null, to = null, type = null } = flags;
  const reply = await invoke("audit.list", { from, to, type, limit: flags.limit ?? LIMIT }, talk);
  const { entriesJson, entriesText } = await import("../views/audit.ts");
  terminal.print(globals.json ? entriesJson(reply) : entriesText(reply, terminal.out));
  return 0;
}
