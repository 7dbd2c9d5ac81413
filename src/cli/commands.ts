// The commands, in the order help lists them, under the headings it uses. Parser, help and completion read this table.

import { apply } from "./commands/apply.ts";
import { checkpointList } from "./commands/checkpoint-list.ts";
import { checkpointShow } from "./commands/checkpoint-show.ts";
import { commit } from "./commands/commit.ts";
import { auditCheckpoint } from "./commands/audit-checkpoint.ts";
import { auditExport } from "./commands/audit-export.ts";
import { auditImport } from "./commands/audit-import.ts";
import { auditKey } from "./commands/audit-key.ts";
import { auditList } from "./commands/audit-list.ts";
import { auditProve } from "./commands/audit-prove.ts";
import { auditVerify } from "./commands/audit-verify.ts";
import { blame } from "./commands/blame.ts";
import { completion } from "./commands/completion.ts";
import { configShow } from "./commands/config-show.ts";
import { daemon } from "./commands/daemon.ts";
import { diff } from "./commands/diff.ts";
import { discover } from "./commands/discover.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { guard } from "./commands/guard.ts";
import { help } from "./commands/help.ts";
import { history } from "./commands/history.ts";
import { historyShow } from "./commands/history-show.ts";
import { init } from "./commands/init.ts";
import { introspect } from "./commands/introspect.ts";
import { memoryCheck } from "./commands/memory-check.ts";
import { memoryExport } from "./commands/memory-export.ts";
import { memoryFlush } from "./commands/memory-flush.ts";
import { memoryImport } from "./commands/memory-import.ts";
import { memoryPath } from "./commands/memory-path.ts";
import { memoryQuery } from "./commands/memory-query.ts";
import { memoryStats } from "./commands/memory-stats.ts";
import { metrics } from "./commands/metrics.ts";
import { plan } from "./commands/plan.ts";
import { pluginCheck } from "./commands/plugin-check.ts";
import { pluginCreate } from "./commands/plugin-create.ts";
import { pluginList } from "./commands/plugin-list.ts";
import { pluginShow } from "./commands/plugin-show.ts";
import { query } from "./commands/query.ts";
import { recover } from "./commands/recover.ts";
import { replicate } from "./commands/replicate.ts";
import { rollback } from "./commands/rollback.ts";
import { snapshots } from "./commands/snapshots.ts";
import { snapshotsCreate } from "./commands/snapshots-create.ts";
import { snapshotsPrune } from "./commands/snapshots-prune.ts";
import { search } from "./commands/search.ts";
import { top } from "./commands/top.ts";
import { validate } from "./commands/validate.ts";
import { verify } from "./commands/verify.ts";
import { version } from "./commands/version.ts";
import { OPERATIONS } from "../api/api.ts";
import type { AnyCommand } from "./command.ts";

export const COMMAND_GROUPS: readonly (readonly [title: string, commands: readonly AnyCommand[]])[] = [
  ["See", [discover, introspect, query]],
  ["Change", [init, validate, diff, plan, apply, verify]],
  ["Take back", [recover, commit, rollback, checkpointList, checkpointShow]],
  ["Snapshots", [snapshots, snapshotsCreate, snapshotsPrune, replicate]],
  ["Prove", [auditVerify, auditList, auditProve, auditCheckpoint, auditExport, auditImport, auditKey]],
  ["History", [history, historyShow, blame, search]],
  ["Remember", [memoryQuery, memoryPath, memoryStats, memoryImport, memoryExport, memoryCheck, memoryFlush]],
  ["Plugins", [pluginList, pluginShow, pluginCreate, pluginCheck]],
  ["Run", [daemon, top, metrics, doctor, configShow, completion, version]],
  ["Understand", [explain, help]],
];

/** Started by op-dbus itself: they have their help, and no list names them. */
const HIDDEN: readonly AnyCommand[] = [guard];

export const COMMANDS: readonly AnyCommand[] = [
  ...COMMAND_GROUPS.flatMap(([, commands]) => commands),
  ...HIDDEN,
];

/** The command's sentence: its operation's, or its own. */
export function aboutOf(command: AnyCommand): string {
  return command.operation === null ? (command.about ?? "") : OPERATIONS[command.operation].about;
}

/** What a command can be called: its name first. */
export function namesOf(command: AnyCommand): readonly string[] {
  return [command.name, ...(command.aliases ?? [])];
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
