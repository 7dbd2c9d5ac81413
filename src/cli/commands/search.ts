// `op-dbus search`: plain words in what was applied.

import { LIMITS } from "../../base/limits.ts";
import { command, type Context } from "../command.ts";
import { limit } from "../options.ts";

type Flags = { readonly limit?: number };

export const search = command<Flags, string[]>({
  name: "search",
  aliases: ["blockchain search"],
  operation: "search",
  usage: "op-dbus search WORD…",
  parameters: {
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { brief: "words that must all occur", placeholder: "WORD", parse: (word: string) => word },
    },
    flags: { limit: limit(`how many generations at most (${LIMITS.historyListDefault})`) },
  },
  more: "Looks through file names of documents, addresses, values, who asked, and faults, without regard to case. Each generation that holds all the words is shown with its lines that hold one. Secrets are not in there.",
  exits: [
    [0, "searched"],
    [8, "the audit log is damaged"],
  ],
  examples: [["op-dbus search nginx enabled", "when was nginx enabled or disabled?"]],
  run,
});

async function run(context: Context, flags: Flags, ...words: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const request = { text: words.join(" "), limit: flags.limit ?? LIMITS.historyListDefault };
  const reply = await invoke("search", request, talk);
  const { searchJson, searchText } = await import("../views/search.ts");
  terminal.print(globals.json ? searchJson(reply) : searchText(reply, terminal.out));
  return 0;
}
