// `op-dbus query` (also `show`): what is. The output is a valid document: edit it, apply it, or pipe it into plan.

import { command, type Context } from "../command.ts";
import { readMoment } from "../moment.ts";
import { addresses, moment } from "../options.ts";

type Flags = {
  readonly format?: "json" | "toml";
  readonly at?: string;
};

const UNAVAILABLE = 75;

export const query = command<Flags, string[]>({
  name: "query",
  aliases: ["show"],
  operation: "query",
  usage: "op-dbus query [ADDRESS]… [--at TIME] [--format json|toml]",
  parameters: {
    positional: addresses,
    flags: {
      format: {
        kind: "enum",
        values: ["json", "toml"],
        optional: true,
        brief: "toml at a terminal, else json",
      },
      at: moment("what op-dbus knows of that moment: 2h, 2026-05-01 10:00, @12"),
    },
  },
  more: "Without an address every plugin is read whose service runs. A service that an address names is started if need be, and that is said. What cannot be read is listed under _unknown, which documents may carry and plan ignores. With --at it is what applies left behind and met: what op-dbus never changed is not known.",
  exits: [
    [0, "read"],
    [65, "an address names what does not exist"],
    [UNAVAILABLE, "a service that was asked for cannot be reached: it is under _unknown"],
  ],
  examples: [
    ["op-dbus query hostname1", "one service"],
    ["op-dbus query 'systemd1:units/\"ssh.service\"'", "one unit"],
    ["op-dbus show hostname1 --at '2 days ago'", "what it was, as far as op-dbus changed it"],
    ["op-dbus query > now.toml --format toml", "everything, as a document"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const request =
    flags.at === undefined ? { addresses: names } : { addresses: names, at: readMoment(flags.at) };
  const reply = await invoke("query", request, talk);
  const format = globals.json ? "json" : (flags.format ?? (terminal.outIsTerminal ? "toml" : "json"));
  const { writeJson, writeToml } = await import("../../base/text/text.ts");
  terminal.print(format === "json" ? writeJson(reply.document, 2) : writeToml(reply.document));
  return names.length > 0 && reply.away.length > 0 ? UNAVAILABLE : 0;
}
