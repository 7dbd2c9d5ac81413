// `op-dbus diff`: where does the machine differ from the documents? Only reads; no service is asked to rehearse anything.

import { command, type Context } from "../command.ts";
import { files, flag, selection, targetsOf, type Selection } from "../options.ts";

type Flags = Selection & {
  readonly detailedExitcode?: boolean;
};

export const diff = command<Flags, string[]>({
  name: "diff",
  operation: "diff",
  usage: "op-dbus diff FILE… [--target ADDRESS]…",
  parameters: {
    positional: files,
    flags: { ...selection, detailedExitcode: flag("exit 2 when something differs") },
    aliases: { p: "plugin" },
  },
  exits: [
    [0, "compared"],
    [2, "something differs (--detailed-exitcode only)"],
    [65, "the documents are wrong"],
    [75, "a service cannot be reached"],
  ],
  examples: [["op-dbus diff web.toml", "one line a value"]],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const sources = await context.readSources(names, flags.format);
  const reply = await invoke("diff", { sources, ...targetsOf(flags) }, talk);
  const { diffJson, diffText } = await import("../views/diff.ts");
  terminal.print(globals.json ? diffJson(reply) : diffText(reply, terminal.out));
  return flags.detailedExitcode === true && reply.differences.length + reply.drift.length > 0 ? 2 : 0;
}
