// `op-dbus diff`: where does the machine differ from the documents? Only reads; no service is asked to rehearse anything.

import { OpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";
import { files, flag, selection, targetsOf, type Selection } from "../options.ts";

type Flags = Selection & {
  readonly detailedExitcode?: boolean;
};

export const diff = command<Flags, string[]>({
  name: "diff",
  operation: "diff",
  usage: "op-dbus diff FILE… | @A @B [--target ADDRESS]…",
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
  more: "One generation, @12, is its documents, compared with the machine as any others. Two of them are two states of the machine, compared with each other.",
  examples: [
    ["op-dbus diff web.toml", "one line a value"],
    ["op-dbus diff @12", "the documents of generation 12 and the machine of now"],
    ["op-dbus diff @12 @15", "what came to be different in between"],
  ],
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const generations = names.map((name) => /^@(\d{1,15})$/.exec(name)?.[1]);
  if (generations.length === 2 && !generations.includes(undefined))
    return await between(context, flags, Number(generations[0]), Number(generations[1]));
  const sources = await context.readSources(names, flags.format);
  const reply = await invoke("diff", { sources, ...targetsOf(flags) }, talk);
  const { diffJson, diffText } = await import("../views/diff.ts");
  terminal.print(globals.json ? diffJson(reply) : diffText(reply, terminal.out));
  return flags.detailedExitcode === true && reply.differences.length + reply.drift.length > 0 ? 2 : 0;
}

/** From the machine of one generation to that of another; nothing is read from the machine of now. */
async function between(context: Context, flags: Flags, from: number, to: number): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const { target, exclude } = targetsOf(flags);
  if (exclude.length > 0)
    throw new OpError("OPD9001", "--exclude is about documents; two generations take --target");
  const reply = await invoke("history.diff", { from, to, addresses: target }, talk);
  const { generationsJson, generationsText } = await import("../views/diff.ts");
  terminal.print(globals.json ? generationsJson(reply) : generationsText(reply, terminal.out));
  return flags.detailedExitcode === true && reply.differences.length > 0 ? 2 : 0;
}
