// The log line: one record a line on standard error, JSON with the field names of pino, so that existing readers
// understand it; under systemd (JOURNAL_STREAM) the text form, with the priority that the journal takes from `<6>`.
// Secrets and foreign text are the caller's to keep out and the text form's to make visible. Nothing is buffered.

import { OpError } from "./error.ts";
import { visible, visibleJson } from "./visible.ts";

/** Levels with pino's numbers and the journal's priorities (syslog). */
const LEVELS = Object.freeze({
  debug: { number: 20, priority: 7 },
  info: { number: 30, priority: 6 },
  warn: { number: 40, priority: 4 },
  error: { number: 50, priority: 3 },
});
export type Level = keyof typeof LEVELS;
export const LEVEL_NAMES = Object.freeze(Object.keys(LEVELS) as Level[]);

export type LogFields = Readonly<Record<string, string | number | bigint | boolean | null>>;
/** A line of the log, as those get it who hand it on. */
export interface LogRecord {
  readonly level: Level;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timeMs: number;
  readonly msg: string;
  readonly fields: LogFields;
}
export type Log = Readonly<Record<Level, (msg: string, fields?: LogFields) => void>>;

export interface LogOptions {
  readonly level: Level;
  readonly format: "json" | "journal";
  /** Takes one line with its newline. */
  readonly write: (line: string) => void;
  readonly wallMs: () => number;
  readonly pid: number;
  readonly hostname: string;
  /** Gets what is written, too. */
  readonly also?: (record: LogRecord) => void;
}

/** A log with a function a level; those below `level` do nothing. */
export function createLog(options: LogOptions): Log {
  const line = options.format === "json" ? jsonLine : journalLine;
  const at = (level: Level): Log[Level] =>
    LEVELS[level].number < LEVELS[options.level].number
      ? () => undefined
      : (msg, fields = {}) => {
          options.write(line(level, msg, fields, options));
          options.also?.({ level, timeMs: options.wallMs(), msg, fields });
        };
  return Object.freeze({ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") });
}

/** The form for this process: the journal's if standard error is connected to it. */
export function logFormat(env: Readonly<Record<string, string | undefined>>): LogOptions["format"] {
  return (env["JOURNAL_STREAM"] ?? "") === "" ? "json" : "journal";
}

/** An error as fields: its code and message, never a stack. */
export function errorFields(error: unknown): LogFields {
  if (error instanceof OpError) return { code: error.code, kind: error.kind, err: error.message };
  return { err: error instanceof Error ? error.message : String(error) };
}

function jsonLine(
  level: Level,
  msg: string,
  fields: LogFields,
  { wallMs, pid, hostname }: LogOptions,
): string {
  const record = { level: LEVELS[level].number, time: wallMs(), pid, hostname, ...fields, msg };
  const exact = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
  return `${visibleJson(JSON.stringify(record, exact))}\n`;
}

function journalLine(level: Level, msg: string, fields: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quoted(String(value))}`);
  return `<${LEVELS[level].priority}>${visible(msg)}${pairs.join("")}\n`;
}

function quoted(value: string): string {
  return /^[^\s"=]+$/.test(value) ? visible(value) : `"${visible(value).replaceAll('"', '\\"')}"`;
}
