// The commands, in the order help lists them, under the headings it uses. Parser, help and completion read this table.

import { apply } from "./commands/apply.ts";
import { completion } from "./commands/completion.ts";
import { configShow } from "./commands/config-show.ts";
import { diff } from "./commands/diff.ts";
import { discover } from "./commands/discover.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { help } from "./commands/help.ts";
import { init } from "./commands/init.ts";
import { introspect } from "./commands/introspect.ts";
import { plan } from "./commands/plan.ts";
import { pluginCheck } from "./commands/plugin-check.ts";
import { pluginCreate } from "./commands/plugin-create.ts";
import { pluginList } from "./commands/plugin-list.ts";
import { pluginShow } from "./commands/plugin-show.ts";
import { query } from "./commands/query.ts";
import { validate } from "./commands/validate.ts";
import { verify } from "./commands/verify.ts";
import { version } from "./commands/version.ts";
import { OPERATIONS } from "../api/api.ts";
import type { AnyCommand } from "./command.ts";

export const COMMAND_GROUPS: readonly (readonly [title: string, commands: readonly AnyCommand[]])[] = [
  ["See", [discover, introspect, query]],
  ["Change", [init, validate, diff, plan, apply, verify]],
  ["Plugins", [pluginList, pluginShow, pluginCreate, pluginCheck]],
  ["Understand", [doctor, explain, configShow, completion, version, help]],
];

export const COMMANDS: readonly AnyCommand[] = COMMAND_GROUPS.flatMap(([, commands]) => commands);

/** The command's sentence: its operation's, or its own. */
export function aboutOf(command: AnyCommand): string {
  return command.operation === null ? (command.about ?? "") : OPERATIONS[command.operation].about;
}

/** Names of a command's flags as they are typed, without dashes, with the parser's entry. */
export function flagsOf(command: AnyCommand): ReadonlyMap<string, FlagEntry> {
  const entries = Object.entries(command.parameters.flags ?? {}) as [string, FlagEntry][];
  return new Map(entries.map(([name, entry]) => [kebab(name), entry]));
}
export interface FlagEntry {
  readonly kind: "boolean" | "enum" | "parsed" | "counter";
  readonly brief: string;
  readonly placeholder?: string;
  readonly values?: readonly string[];
  readonly variadic?: boolean | string;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Every long flag of any command: what may be typed with one dash. */
export function longFlags(): ReadonlySet<string> {
  return new Set(COMMANDS.flatMap((command) => [...flagsOf(command).keys()]));
}
