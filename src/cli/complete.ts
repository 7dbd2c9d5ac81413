// Completion: shells ask `op-dbus __complete WORD…` (the last word is unfinished) and get lines `word<TAB>what it is`.
// Live names (bus names, plugins, addresses) come from an operation; commands and flags from the table.

import { LIMITS } from "../base/limits.ts";
import { visible } from "../base/visible.ts";
import { GLOBAL_FLAGS } from "./argv.ts";
import type { ParseContext } from "./command.ts";
import { complete } from "./parse.ts";

/** Lines for a shell. Names from a bus that hold control characters are left out: a shell would take them as typed. */
export async function completions(
  words: readonly string[],
  names: ParseContext["names"],
): Promise<readonly string[]> {
  const partial = words.at(-1) ?? "";
  const found = await complete(withoutGlobals(words), names);
  const lines = found.map(
    ({ kind, completion, brief }) => [completion, kind === "argument:value" ? "" : brief] as const,
  );
  if (partial.startsWith("-")) {
    for (const flag of GLOBAL_FLAGS) {
      const name = flag.names.at(-1)!;
      if (name.startsWith(partial)) lines.push([name, flag.about]);
    }
  }
  return lines
    .filter(([word]) => word === visible(word))
    .slice(0, LIMITS.completionNamesMax)
    .map(([word, brief]) => (brief === "" ? word : `${word}\t${visible(brief)}`));
}

function withoutGlobals(words: readonly string[]): string[] {
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const flag =
      i < words.length - 1 ? GLOBAL_FLAGS.find((entry) => entry.names.includes(words[i]!)) : undefined;
    if (flag === undefined) rest.push(words[i]!);
    else if (flag.value !== null && i + 1 < words.length - 1) i++;
  }
  return rest;
}
