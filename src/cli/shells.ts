// The few lines by which a shell learns to ask `op-dbus __complete` for completions.

import { OpError } from "../base/error.ts";

/** The lines a shell reads to complete op-dbus. Throws OPD9001 for a shell we do not know. */
export function completionScript(shell: string): string {
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    throw new OpError("OPD9001", `there is no completion for ${shell}`, {
      hint: `one of ${[...SCRIPTS.keys()].join(", ")}`,
    });
  }
  return script;
}

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  [
    "bash",
    `# op-dbus completion for bash
_op_dbus() {
  local IFS=$'\\n' line word cur words=()
  COMPREPLY=()
  # bash breaks words at colons, and addresses hold them
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if ((\${#words[@]})) && [[ $word == :* || \${words[-1]} == *: ]]; then words[-1]+=$word; else words+=("$word"); fi
  done
  cur=\${words[-1]}
  while read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done \\
    < <(op-dbus __complete "\${words[@]:1}" 2>/dev/null)
  if [[ $cur == *:* ]]; then COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}"); fi
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
