// Completion: shells ask `op-dbus __complete WORD…` (the last word is unfinished) and get lines `word<TAB>what it is`.
// Live names (bus names, plugins, addresses) come from an operation; commands and flags from the table.

import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { visible } from "../base/visible.ts";
import { GLOBAL_FLAGS } from "./argv.ts";
import type { ParseContext } from "./command.ts";
import { complete } from "./parse.ts";

/** Lines for a shell. Names from a bus that hold control characters are left out: a shell would take them as typed. */
export async function completions(words: readonly string[], names: ParseContext["names"]): Promise<readonly string[]> {
  const partial = words.at(-1) ?? "";
  const found = await complete(withoutGlobals(words), names);
  const lines = found.map(({ completion, brief }) => [completion, brief] as const);
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
    const flag = i < words.length - 1 ? GLOBAL_FLAGS.find((entry) => entry.names.includes(words[i]!)) : undefined;
    if (flag === undefined) rest.push(words[i]!);
    else if (flag.value !== null && i + 1 < words.length - 1) i++;
  }
  return rest;
}

/** The lines a shell reads to complete op-dbus. Throws OPD9001 for a shell we do not know. */
export function completionScript(shell: string): string {
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    throw new OpError("OPD9001", `there is no completion for ${shell}`, { hint: `one of ${[...SCRIPTS.keys()].join(", ")}` });
  }
  return script;
}

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  [
    "bash",
    `# op-dbus completion for bash
_op_dbus() {
  local IFS=$'\\n' line cur words cword
  COMPREPLY=()
  if declare -F _get_comp_words_by_ref >/dev/null; then _get_comp_words_by_ref -n : cur words cword
  else cur=\${COMP_WORDS[COMP_CWORD]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD; fi
  while read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done \\
    < <(op-dbus __complete "\${words[@]:1:cword}" 2>/dev/null)
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -o default -F _op_dbus op-dbus
`,
  ],
  [
    "zsh",
    `#compdef op-dbus
# op-dbus completion for zsh
_op_dbus() {
  local -a found lines
  lines=("\${(@f)$(op-dbus __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
  if (( \${#found} )); then _describe op-dbus found; else _files; fi
}
compdef _op_dbus op-dbus
`,
  ],
  [
    "fish",
    `# op-dbus completion for fish
complete -c op-dbus -a '(op-dbus __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
  ],
]);
