// `op-dbus blame`: who last set each value below an address.

import { command, type Context } from "../command.ts";
import { addresses } from "../options.ts";

export const blame = command<Record<never, never>, string[]>({
  name: "blame",
  operation: "blame",
  usage: "op-dbus blame [ADDRESS]…",
  parameters: { positional: addresses },
  more: "Of every value that op-dbus set: the generation that did it, who asked for it, and what was there before. Where the service can be read, it also says that another value is there now: that was not op-dbus.",
  exits: [
    [0, "told"],
    [8, "the audit log is damaged"],
  ],
  examples: [
    ["op-dbus blame hostname1", "every value of one service"],
    ["op-dbus blame 'systemd1:units/\"ssh.service\"'", "one item"],
  ],
  run,
});

async function run(context: Context, _flags: object, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke("blame", { addresses: names }, talk);
  const { blameJson, blameText } = await import("../views/blame.ts");
  terminal.print(globals.json ? blameJson(reply) : blameText(reply, terminal.out));
  return 0;
}
