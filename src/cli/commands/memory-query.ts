// `op-dbus memory query TEXT`: what is remembered, by words and by likeness.

import { LIMITS } from "../../base/limits.ts";
import { command, type Context } from "../command.ts";
import { flag, limit, namespace } from "../options.ts";

type Flags = {
  readonly namespace?: string;
  readonly limit?: number;
  readonly text?: boolean;
  readonly vector?: boolean;
  readonly recall?: boolean;
};

export const memoryQuery = command<Flags, string[]>({
  name: "memory query",
  operation: "memory.query",
  usage: "op-dbus memory query TEXT… [--namespace NAME] [--limit N] [--text|--vector] [--recall]",
  parameters: {
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { brief: "what is looked for", placeholder: "TEXT", parse: (word: string) => word },
    },
    flags: {
      namespace,
      limit: limit(`how many at most (${LIMITS.memoryQueryDefault})`),
      text: flag("by words alone"),
      vector: flag("by likeness alone"),
      recall: flag("weigh in what was found before, what is alike and what was not looked for in a while"),
    },
  },
  more: "Words are found in any form (restart finds restarted); likeness also finds some typing errors. Without --namespace it looks where programs write (default) and at what was applied (audit). What the memory says is what it was told: how the machine is, op-dbus query reads from the machine.",
  exits: [
    [0, "searched"],
    [5, "another process has the memory open"],
    [65, "there is no memory here, or no such namespace"],
  ],
  examples: [["op-dbus memory query nginx", "what was changed about nginx?"]],
  run,
});

async function run(context: Context, flags: Flags, ...words: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const both = flags.text === flags.vector;
  const request = {
    text: words.join(" "),
    namespace: flags.namespace ?? null,
    limit: Math.min(flags.limit ?? LIMITS.memoryQueryDefault, LIMITS.memorySearchMax),
    by: both ? ("both" as const) : flags.text === true ? ("text" as const) : ("vector" as const),
    ...(flags.recall === true ? { recall: true } : {}),
  };
  const reply = await invoke("memory.query", request, talk);
  const { foundJson, foundText } = await import("../views/memory.ts");
  terminal.print(globals.json ? foundJson(reply) : foundText(reply, terminal.out));
  return 0;
}
