// docs/reference/ from the tables of the product: commands, errors, settings, limits. `npm run reference` writes the pages;
// test/reference.test.ts fails when one is stale. What a page says is therefore changed in the table, never in the page.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATIONS } from "../src/api/api.ts";
import { CODES, EXITS, type CodeEntry } from "../src/base/codes.ts";
import { LIMITS } from "../src/base/limits.ts";
import { configHome, SETTINGS, type Setting, type Who } from "../src/base/settings.ts";
import { aboutOf, COMMAND_GROUPS } from "../src/cli/commands.ts";
import { helpFor } from "../src/cli/help.ts";
import { plainPaint, type Look } from "../src/cli/terminal.ts";
import { TOPICS } from "../src/cli/topics.ts";

const root = join(import.meta.dirname, "..");
const LOOK: Look = { width: 100, cut: false, verbose: false, paint: plainPaint };
/** First digit of a code: the room that it comes from. */
const ROOMS: Readonly<Record<string, string>> = {
  1: "Files and configuration",
  2: "Documents, plans, applies",
  3: "The bus",
  4: "The memory",
  5: "Records: log, audit, journal, snapshots",
  6: "Plugins and mappings",
  9: "The command line",
};

/** Path below the repository -> text. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/reference/commands.md", commands()],
    ["docs/reference/errors.md", errors()],
    ["docs/reference/config.md", config()],
    ["docs/reference/limits.md", limits()],
  ]);
}

function page(title: string, about: string, sections: readonly string[]): string {
  return `# ${title}\n\n${about} Made by \`npm run reference\`.\n\n${sections.join("\n\n")}\n`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

function commands(): string {
  const sections = COMMAND_GROUPS.flatMap(([title, group]) => [
    `## ${title}`,
    ...group
      .filter(({ hidden }) => hidden !== true)
      .flatMap((command) => {
        const effect = command.operation === null ? "none" : OPERATIONS[command.operation].effect;
        const head = `### op-dbus ${command.name}\n\n${aboutOf(command)}. ${EFFECTS[effect]}`;
        return [head, fenced(helpFor(command.name.split(" "), LOOK).split("\n").slice(2).join("\n"))];
      }),
  ]);
  const topics = [...TOPICS].map(
    ([name, { title, text }]) => `### ${title}\n\n\`op-dbus help ${name}\`\n\n${fenced(text)}`,
  );
  return page("Commands", "What `op-dbus help` prints, on one page.", [
    fenced(helpFor([], LOOK)),
    ...sections,
    "## Topics",
    ...topics,
  ]);
}

const EFFECTS = {
  none: "Touches nothing outside its own process.",
  files: "Reads or writes files of the caller.",
  reads: "Only reads.",
  changes: "**Changes the machine.**",
} as const;

function errors(): string {
  const entries = Object.entries(CODES) as readonly (readonly [string, CodeEntry])[];
  const groups = Map.groupBy(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ([code]) => ROOMS[code[3]!] ?? code[3]!,
  );
  const sections = [...groups].flatMap(([room, codes]) => [
    `## ${room}`,
    ...codes.map(
      ([code, { kind, title, explain, exit = EXITS[kind] }]) =>
        `### ${code}: ${title}\n\nKind ${kind}, exit status ${exit}. ${explain}`,
    ),
  ]);
  return page(
    "Errors",
    "Every error has a code that is never reused; `op-dbus explain CODE` prints what stands here. Compare the code, never the message.",
    sections,
  );
}

function config(): string {
  const users: readonly (readonly [string, Who])[] = [
    ["root", { uid: 0, home: "/root", env: {} }],
    ["a user", { uid: 1000, home: "~", env: {} }],
  ];
  const sections = Object.entries(SETTINGS as unknown as Readonly<Record<string, Setting<unknown>>>).map(
    ([name, { about, fallback, form }]) => {
      const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const [ofRoot = "", ofUser = ""] = users.map(([, who]) => form.show(fallback(who).value));
      const defaults =
        ofRoot === ofUser ? `\`${ofRoot}\`` : `\`${ofRoot}\` for root, \`${ofUser}\` for a user`;
      return `### ${key}\n\n${about} Default: ${defaults}. Variable: \`OP_DBUS_${key.toUpperCase()}\`.`;
    },
  );
  const [rootFile, userFile] = users.map(([, who]) => `\`${configHome(who)}/op-dbus.toml\``);
  return page(
    "Configuration",
    `Settings of ${rootFile}, or of ${userFile} for a user (XDG_CONFIG_HOME counts). Flags win over variables, variables over files; \`op-dbus config show --origin\` says where each value came from.`,
    sections,
  );
}

/** Names, comments and headings are read from the source: the comment is the reason, and it stands nowhere else. */
function limits(): string {
  const source = readFileSync(join(root, "src/base/limits.ts"), "utf8");
  const part = /^ {2}\/\/ ---- (?<heading>[^\n]+)$|^ {2}\/\*\* (?<about>.*?) \*\/$|^ {2}(?<name>\w+): /gms;
  const lines: string[] = [];
  let about = "";
  for (const { groups = {} } of source.matchAll(part)) {
    const { heading, name } = groups;
    if (groups["about"] !== undefined) about = groups["about"].replace(/\s*\n\s*\*\s*/g, " ");
    if (heading !== undefined) lines.push(`\n## ${heading}\n\n| limit | is | why |\n|---|---|---|`);
    if (name !== undefined)
      lines.push(
        `| ${name} | ${shown(LIMITS[name as keyof typeof LIMITS])} | ${about.replaceAll("|", "\\|")} |`,
      );
  }
  return page(
    "Limits",
    "Everything that waits has a deadline, everything that grows has a bound. Units end names.",
    [lines.join("\n").trim()],
  );
}

function shown(value: number): string {
  return value >= 1_048_576 && value % 1_048_576 === 0
    ? `${value / 1_048_576} Mi`
    : value.toLocaleString("en-US");
}

if (import.meta.main) {
  mkdirSync(join(root, "docs/reference"), { recursive: true });
  for (const [file, text] of referencePages()) writeFileSync(join(root, file), text);
}
