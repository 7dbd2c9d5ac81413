// `op-dbus plan`: what would apply do, and how sure is that? Nothing is changed. The plan can be saved and applied later.

import { command, type Context } from "../command.ts";
import { files, flag, filePath, selection, targetsOf, type Selection } from "../options.ts";
import { traceFile, tracingTo } from "../trace-out.ts";

type Flags = Selection & {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly checkAuth?: boolean;
  readonly revert?: boolean;
  readonly trace?: string;
};

export const plan = command<Flags, string[]>({
  name: "plan",
  operation: "plan",
  usage: "op-dbus plan FILE… [--out plan.json] [--target ADDRESS]…",
  parameters: {
    positional: files,
    flags: {
      ...selection,
      out: filePath(
        "save the plan (with --revert: the document that undoes it) in FILE; - is standard output",
      ),
      detailedExitcode: flag("exit 2 when there are changes"),
      checkAuth: flag("ask polkit for every action, without prompting anybody"),
      revert: flag("print the document that undoes this plan, or a saved plan that was applied"),
      trace: traceFile,
    },
    aliases: { o: "out", p: "plugin" },
  },
  more: "Every line says how (the bus call), how risky, how it would be undone, and whether the service itself simulated it. A saved plan holds the documents' text: applying it plans again and refuses when anything moved.",
  exits: [
    [0, "planned (with --detailed-exitcode: nothing to change)"],
    [2, "there are changes (--detailed-exitcode only)"],
    [6, "a saved plan, planned again, comes out otherwise"],
    [9, "polkit or the bus refuses an action"],
    [65, "the documents are wrong, or name what does not exist"],
    [75, "a service cannot be reached"],
  ],
  examples: [
    ["op-dbus plan web.toml", "what would change"],
    [
      "op-dbus plan web.toml --out plan.json && op-dbus apply plan.json",
      "look now, apply exactly that later",
    ],
    ["op-dbus plan web.toml --revert -o undo.json", "the way back, before going"],
    ["op-dbus plan --revert plan.json -o undo.json", "the way back from a saved plan, after going"],
    ["op-dbus query hostname1 | op-dbus plan -", "nothing to change: what is, is"],
  ],
  run: runPlan,
});

/** Also what `apply --dry-run` does. */
export async function runPlan(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, terminal, globals } = context;
  const sources = await context.readSources(names, flags.format);
  const { checkAuth = false, revert = false, trace } = flags;
  const request = { sources, ...targetsOf(flags), checkAuth, revert, trace: trace !== undefined };
  const reply = await tracingTo(context, trace, (talk) => invoke("plan", request, talk));
  const saved = revert ? reply.revert! : reply.json;
  if (flags.out !== undefined && flags.out !== "-") await context.writeOut(flags.out, saved);
  if (flags.out === "-" || (flags.out === undefined && (globals.json || revert))) terminal.print(saved);
  else if (!globals.json) {
    const { planText } = await import("../views/plan.ts");
    const { plan: made, addresses } = reply;
    if (!revert && made !== null)
      terminal.print(planText({ plan: made, addresses }, terminal.out, globals.quiet));
    if (flags.out !== undefined)
      terminal.say(`${revert ? "the way back is" : "saved"} in ${flags.out}:  op-dbus apply ${flags.out}`);
  }
  return flags.detailedExitcode === true && (reply.plan?.actions ?? []).length > 0 ? 2 : 0;
}
