// `op-dbus audit verify`: does the audit log still say what it said? Offline, reading only, every finding at once.

import { command, type Context } from "../command.ts";
import { flag, repeatedText } from "../options.ts";

type Flags = {
  readonly full?: boolean;
  readonly against?: readonly string[];
  readonly witness?: readonly string[];
};

const DAMAGED = 8;

export const auditVerify = command<Flags, []>({
  name: "audit verify",
  aliases: ["blockchain verify"],
  operation: "audit.verify",
  usage: "op-dbus audit verify [--full] [--against FILE]… [--witness VKEY]…",
  parameters: {
    flags: {
      full: flag("also the form of every entry, what groups bind, and the blobs"),
      against: repeatedText("a checkpoint or pin that was taken away before; may be repeated", "FILE"),
      witness: repeatedText("verifier key that must have signed a checkpoint; may be repeated", "VKEY"),
    },
  },
  more: "A log that is cut back to an earlier checkpoint, or replaced as a whole, is consistent in itself. Only something from outside shows it: the pin in the state directory, a file of yours (--against), a witness (--witness). Without any the answer is: consistent, not anchored.",
  exits: [
    [0, "everything holds"],
    [DAMAGED, "it does not: every finding is listed"],
  ],
  examples: [
    ["op-dbus audit verify --full", "everything that can be checked here"],
    ["op-dbus audit verify --against checkpoint.txt", "against what was written down before"],
  ],
  run,
});

async function run(context: Context, flags: Flags): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const against = await context.readSources(flags.against ?? []);
  const request = { full: flags.full ?? false, against, witnesses: [...(flags.witness ?? [])] };
  const report = await invoke("audit.verify", request, talk);
  const { reportJson, reportText } = await import("../views/audit.ts");
  if (globals.json) terminal.print(reportJson(report));
  else if (!globals.quiet || !report.holds) terminal.print(reportText(report, terminal.out));
  return report.holds ? 0 : DAMAGED;
}
