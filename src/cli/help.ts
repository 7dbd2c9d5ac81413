// Help: the front page, one page a command (examples first), and topics that belong to no single command. All from the
// tables of commands, flags, codes and exits.

import { EXITS } from "../base/codes.ts";
import { OpError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import { GLOBAL_FLAGS } from "./argv.ts";
import type { AnyCommand } from "./command.ts";
import { aboutOf, COMMAND_GROUPS, COMMANDS, flagsOf, namesOf, type FlagEntry } from "./commands.ts";
import type { Look } from "./terminal.ts";
import { TOPICS } from "./topics.ts";
import { wrap } from "./views/table.ts";

const COLUMN = 30;

/** `op-dbus` alone. */
export function frontPage(look: Look): string {
  return page([
    `op-dbus makes every D-Bus service of a Linux machine declarative: say what should be, see the plan, apply it.`,
    "",
    ...entries(
      [
        ["op-dbus discover", "what is on the bus"],
        ["op-dbus query hostname1", "what is, as a document"],
        ["op-dbus plan web.toml", "what would change, and how"],
        ["op-dbus apply web.toml", "do it, verify it, or put everything back"],
        ["op-dbus help", "all commands and topics"],
      ],
      look,
    ),
  ]);
}

/** Help for a command, a family of commands, a topic; without words the whole list. Throws OPD9001. */
export function helpFor(words: readonly string[], look: Look): string {
  if (words.length === 0) return overview(look);
  const named = (name: string): AnyCommand | undefined =>
    COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name));
  const command = named(words.slice(0, 2).join(" ")) ?? named(words[0]!);
  if (command !== undefined) return commandPage(command, look);
  const topic = TOPICS.get(words[0]!);
  if (topic !== undefined) return page([look.paint("bold", topic.title), "", ...topic.text.split("\n")]);
  const family = COMMANDS.filter((entry) => namesOf(entry).some((name) => name.startsWith(`${words[0]} `)));
  if (family.length > 0) {
    return page(
      entries(
        family.map((entry) => [`op-dbus ${entry.name}`, aboutOf(entry)]),
        look,
      ),
    );
  }
  const near = nearest(words[0]!, [...COMMANDS.map((entry) => entry.name), ...TOPICS.keys()]);
  const hint = near === null ? "op-dbus help" : `did you mean  op-dbus help ${near}`;
  throw new OpError("OPD9001", `there is no help on ${words.join(" ")}`, { hint });
}

function overview(look: Look): string {
  const lines = ["Usage: op-dbus COMMAND [FLAG]… [FILE | ADDRESS]…"];
  for (const [title, commands] of COMMAND_GROUPS) {
    lines.push("", look.paint("bold", title));
    lines.push(
      ...entries(
        commands.map((entry) => [entry.name, aboutOf(entry)]),
        look,
        17,
      ),
    );
  }
  lines.push("", look.paint("bold", "Flags of every command"), ...globalFlags(look));
  lines.push("", look.paint("bold", "Topics  (op-dbus help TOPIC)"));
  lines.push(
    ...entries(
      [...TOPICS].map(([name, topic]) => [name, topic.about]),
      look,
      17,
    ),
  );
  return page(lines);
}

function commandPage(command: AnyCommand, look: Look): string {
  const lines = [look.paint("bold", `${aboutOf(command)}.`), "", `Usage: ${command.usage}`];
  if (command.aliases !== undefined)
    lines.push(`Also:  ${command.aliases.map((name) => `op-dbus ${name}`).join(", ")}`);
  lines.push("", look.paint("bold", "Examples"));
  for (const [example, what] of command.examples)
    lines.push(`  ${example}`, `      ${look.paint("dim", what)}`);
  if (command.more !== undefined) lines.push("", ...wrap(command.more, look.width));
  const flags = [...flagsOf(command)].map(
    ([name, entry]) => [flagText(name, entry, command), entry.brief] as const,
  );
  if (flags.length > 0) lines.push("", look.paint("bold", "Flags"), ...entries(flags, look));
  lines.push("", look.paint("bold", "Exit status"));
  for (const [status, meaning] of command.exits)
    lines.push(...hanging(`  ${String(status).padStart(3)}  `, meaning, look));
  lines.push(
    "",
    look.paint("dim", "Flags of every command: op-dbus help. Output formats: op-dbus help json."),
  );
  return page(lines);
}

export function flagText(name: string, entry: FlagEntry, command: AnyCommand): string {
  const alias = Object.entries(command.parameters.aliases ?? {}).find(
    ([, to]) => to.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`) === name,
  );
  const value =
    entry.kind === "enum"
      ? entry.values!.join("|")
      : entry.kind === "parsed"
        ? (entry.placeholder ?? "VALUE")
        : null;
  const short = alias === undefined ? "" : `-${alias[0]}, `;
  return `${short}--${name}${value === null ? "" : name === "auto-approve" ? "[=CLASS]" : ` ${value}`}`;
}

function globalFlags(look: Look): string[] {
  return entries(
    GLOBAL_FLAGS.map((flag) => [
      `${flag.names.join(", ")}${flag.value === null ? "" : ` ${flag.value}`}`,
      flag.about,
    ]),
    look,
    COLUMN + 4,
  );
}

/** `  name    what it is`, the second column wrapped under itself. */
function entries(rows: readonly (readonly [string, string])[], look: Look, column = COLUMN): string[] {
  return rows.flatMap(([name, about]) =>
    name.length <= column
      ? hanging(`  ${name.padEnd(column)}  `, about, look)
      : [`  ${name}`, ...hanging(" ".repeat(column + 4), about, look)],
  );
}

function hanging(head: string, text: string, look: Look): string[] {
  const [first, ...rest] = wrap(text, look.width, " ".repeat(head.length));
  return [`${head}${first!.trimStart()}`, ...rest];
}

function page(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

/** Kinds of errors with their exit status: for the topic and the reference pages. */
export function exitTable(): readonly (readonly [kind: string, status: number])[] {
  return Object.entries(EXITS);
}
