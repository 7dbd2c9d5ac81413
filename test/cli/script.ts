// The form of a command line script: files, commands and what they must print, in one text.
//
//   # a comment                       -- web.toml --      the file's lines, up to the next of these marks
//   $ op-dbus plan web.toml           a command for sh, then
//   ...                               its standard output,
//   ! ...                             its standard error, line by line after "! ",
//   [0]                               its exit status, last
//   @ Go away                         another client sets the demonstration service's greeting

export type Entry =
  | { readonly kind: "text"; readonly lines: readonly string[] }
  | { readonly kind: "file"; readonly name: string; readonly lines: readonly string[] }
  | { readonly kind: "greeting"; readonly text: string }
  | { readonly kind: "command"; readonly command: string; readonly lines: readonly string[] };

const FILE = /^-- (\S+) --$/;

export function parseScript(text: string): Entry[] {
  const entries: { kind: Entry["kind"]; head: string; lines: string[] }[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const file = FILE.exec(line);
    const last = entries.at(-1);
    if (line.startsWith("$ ")) entries.push({ kind: "command", head: line.slice(2), lines: [] });
    else if (line.startsWith("@ ")) entries.push({ kind: "greeting", head: line.slice(2), lines: [] });
    else if (file !== null) entries.push({ kind: "file", head: file[1]!, lines: [] });
    else if (last === undefined || isOver(last)) entries.push({ kind: "text", head: "", lines: [line] });
    else last.lines.push(line);
  }
  return entries.map(({ kind, head, lines }): Entry => {
    if (kind === "file") return { kind, name: head, lines };
    if (kind === "command") return { kind, command: head, lines };
    return kind === "greeting" ? { kind, text: head } : { kind, lines };
  });
}

/** A command ends with its status, another client's deed with its line. */
function isOver({ kind, lines }: { kind: Entry["kind"]; lines: readonly string[] }): boolean {
  return kind === "greeting" || (kind === "command" && /^\[\d+\]$/.test(lines.at(-1) ?? ""));
}

export function writeScript(entries: readonly Entry[]): string {
  const lines = entries.flatMap((entry) => {
    if (entry.kind === "text") return entry.lines;
    if (entry.kind === "greeting") return [`@ ${entry.text}`];
    return [entry.kind === "file" ? `-- ${entry.name} --` : `$ ${entry.command}`, ...entry.lines];
  });
  return `${lines.join("\n")}\n`;
}
