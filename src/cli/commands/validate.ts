// `op-dbus validate`: are the documents right? All faults at once, each with its place. Exit 65 when not.

import { command, type Context } from "../command.ts";
import { files, flag, type Selection } from "../options.ts";

type Flags = {
  readonly live?: boolean;
  readonly format?: Selection["format"];
};

export const validate = command<Flags, string[]>({
  name: "validate",
  operation: "validate",
  usage: "op-dbus validate FILE… [--live]",
  parameters: {
    positional: files,
    flags: {
      live: flag("also against this machine: plugins, names, types, allowed values"),
      format: { kind: "enum", values: ["json", "toml"], optional: true, brief: "of standard input (json)" },
    },
  },
  more: "Without --live no bus is touched: form, duplicates and merging are checked. With it every name and value is bound to what the services here offer.",
  exits: [
    [0, "right"],
    [65, "wrong: every fault is listed"],
    [75, "with --live: a service cannot be reached"],
  ],
  examples: [
    ["op-dbus validate *.toml", "before a commit"],
    ["op-dbus validate --live web.toml", "before a plan"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const sources = await context.readSources(names, flags.format);
  const reply = await invoke("validate", { sources, live: flags.live ?? false }, talk);
  const { validateJson, validateText } = await import("../views/validate.ts");
  if (globals.json) terminal.print(validateJson(reply));
  else if (!globals.quiet) terminal.print(validateText(reply, terminal.out));
  return 0;
}
