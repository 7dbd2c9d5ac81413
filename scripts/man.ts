// Manual pages from the table of commands: op-dbus(1), and one page a command. `npm run build` writes them to
// dist/man/man1. Plain man macros (man 7 groff_man), so that every man of the last thirty years shows them.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATIONS } from "../src/api/api.ts";
import { packageVersion } from "../src/base/package.ts";
import { GLOBAL_FLAGS } from "../src/cli/argv.ts";
import type { AnyCommand } from "../src/cli/command.ts";
import { aboutOf, COMMAND_GROUPS, COMMANDS, flagsOf } from "../src/cli/commands.ts";
import { flagText } from "../src/cli/help.ts";
import { TOPICS } from "../src/cli/topics.ts";

/** File name -> roff. */
export function manPages(): ReadonlyMap<string, string> {
  const commands = COMMANDS.filter(({ hidden }) => hidden !== true);
  return new Map([
    ["op-dbus.1", frontPage()],
    ...commands.map((command) => [`${pageName(command)}.1`, commandPage(command)] as const),
  ]);
}

/** `op-dbus-plugin-create` for "plugin create". */
function pageName({ name }: AnyCommand): string {
  return `op-dbus-${name.replaceAll(" ", "-")}`;
}

function page(name: string, about: string, sections: readonly (readonly [string, string])[]): string {
  const head = `.TH "${escape(name.toUpperCase())}" 1 "" "op-dbus ${escape(packageVersion())}" "op-dbus"`;
  const parts = [["NAME", `${escape(name)} \\- ${escape(about)}`] as const, ...sections];
  const body = parts.filter(([, text]) => text !== "").map(([title, text]) => `.SH ${title}\n${text}`);
  return `${[head, ...body].join("\n")}\n`;
}

function frontPage(): string {
  const groups = COMMAND_GROUPS.map(
    ([title, commands]) =>
      `.SS ${escape(title)}\n${commands
        .map((command) => tagged(`.BR ${escape(pageName(command))} (1)`, escape(aboutOf(command))))
        .join("\n")}`,
  );
  const flags = GLOBAL_FLAGS.map(({ names, value, about }) =>
    tagged(`.B ${escape(names.join(", "))}${value === null ? "" : ` ${escape(value)}`}`, escape(about)),
  );
  return page("op-dbus", "makes every D-Bus service of a Linux machine declarative", [
    ["SYNOPSIS", ".B op\\-dbus\n.I COMMAND\n[FLAG]... [FILE | ADDRESS]..."],
    [
      "DESCRIPTION",
      paragraph(
        "Reads what should be from a document, looks at what is through D-Bus, shows the difference as a plan, applies it, verifies it, and puts things back when it does not hold.",
      ),
    ],
    ["COMMANDS", groups.join("\n")],
    ["OPTIONS", flags.join("\n")],
    ...[...TOPICS.values()].map(({ title, text }) => [escape(title.toUpperCase()), literal(text)] as const),
  ]);
}

function commandPage(command: AnyCommand): string {
  const { usage, aliases = [], more = "", exits, examples } = command;
  const effect = command.operation === null ? "" : EFFECTS[OPERATIONS[command.operation].effect];
  const flags = [...flagsOf(command)].map(([name, entry]) =>
    tagged(`.B ${escape(flagText(name, entry, command))}`, escape(entry.brief)),
  );
  const also = aliases.map((name) => `op-dbus ${name}`).join(", ");
  return page(pageName(command), lowered(aboutOf(command)), [
    ["SYNOPSIS", literal(usage)],
    [
      "DESCRIPTION",
      [paragraph(`${aboutOf(command)}. ${effect}`), more === "" ? "" : paragraph(more)]
        .filter((text) => text !== "")
        .join("\n"),
    ],
    ["ALSO CALLED", escape(also)],
    ["OPTIONS", [...flags, paragraph("Those of every command are in"), ".BR op\\-dbus (1)."].join("\n")],
    ["EXIT STATUS", exits.map(([status, meaning]) => tagged(`.B ${status}`, escape(meaning))).join("\n")],
    [
      "EXAMPLES",
      examples.map(([example, what]) => `${literal(`  ${example}`)}\n.RS\n${escape(what)}\n.RE`).join("\n"),
    ],
    ["SEE ALSO", ".BR op\\-dbus (1)"],
  ]);
}

const EFFECTS = {
  none: "It touches nothing outside its own process.",
  files: "It reads or writes files of the caller.",
  reads: "It only reads.",
  changes: "It changes the machine.",
} as const;

function tagged(tag: string, text: string): string {
  return `.TP\n${tag}\n${text}`;
}
function paragraph(text: string): string {
  return `.PP\n${escape(text)}`;
}
/** Lines as they stand. */
function literal(text: string): string {
  return `.PP\n.nf\n${text.split("\n").map(escape).join("\n")}\n.fi`;
}
function lowered(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

/** Text that roff takes for nothing else: backslashes, hyphens that are to be copied, a request at the start of a line,
 * and characters that old formatters do not know as bytes. */
function escape(text: string): string {
  return text
    .replaceAll("…", "...")
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replace(/^(?=[.'])/gm, "\\&")
    .replaceAll(
      /[^\n -~]/gu,
      (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}

/** Writes the pages into `directory`, made where it is missing. */
export function writeManPages(directory: string): number {
  const pages = manPages();
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(directory, name), text);
  return pages.size;
}
