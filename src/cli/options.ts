// Flags and arguments that several commands share, as data for the parser: one wording for one idea everywhere.

import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { visible } from "../base/visible.ts";
import type { ParseContext } from "./command.ts";

const text = (value: string): string => value;

export const files = {
  kind: "array",
  minimum: 1,
  parameter: {
    brief: "documents, merged; - is standard input, @12 a generation",
    placeholder: "FILE",
    parse: text,
  },
} as const;

export const addresses = {
  kind: "array",
  parameter: {
    brief: "plugin, plugin:resource/key.field, patterns with * and **",
    placeholder: "ADDRESS",
    parse: text,
    proposeCompletions(this: ParseContext, partial: string): Promise<readonly string[]> {
      return this.names("address", partial);
    },
  },
} as const;

export const busName = {
  brief: "bus name",
  placeholder: "NAME",
  parse: text,
  proposeCompletions(this: ParseContext, partial: string): Promise<readonly string[]> {
    return this.names("bus-name", partial);
  },
} as const;

export const pluginName = {
  brief: "plugin",
  placeholder: "NAME",
  parse: text,
  proposeCompletions(this: ParseContext, partial: string): Promise<readonly string[]> {
    return this.names("plugin", partial);
  },
} as const;

const RISKS = ["read", "reversible", "needs-confirm", "irreversible"] as const;
export type Risk = (typeof RISKS)[number];
export const autoApprove = {
  kind: "enum",
  values: RISKS,
  optional: true,
  brief: "go ahead unasked up to this class; alone it means needs-confirm",
} as const;

export const checkpointId = {
  brief: "checkpoint, or the begin of its ID",
  placeholder: "ID",
  parse: idOf,
} as const;

function idOf(value: string): string {
  if (/^[0-9a-f]{1,16}$/.test(value)) return value;
  const message = `${visible(value)} is no checkpoint: an ID is 16 of 0-9 a-f, or the begin of it`;
  throw new OpError("OPD9001", message, { hint: "op-dbus checkpoint list" });
}

function repeated(brief: string, kind: "address" | "plugin", placeholder: string) {
  return {
    kind: "parsed",
    brief,
    placeholder,
    optional: true,
    variadic: true,
    parse: text,
    proposeCompletions(this: ParseContext, partial: string): Promise<readonly string[]> {
      return this.names(kind, partial);
    },
  } as const;
}

/** A selection of a document: what `targetsOf` reads. */
export type Selection = {
  readonly target?: readonly string[];
  readonly exclude?: readonly string[];
  readonly plugin?: readonly string[];
  readonly format?: "json" | "toml";
};
export const selection = {
  target: repeated("only what matches; may be repeated", "address", "ADDRESS"),
  exclude: repeated("all but what matches; may be repeated", "address", "ADDRESS"),
  plugin: repeated("only this plugin; may be repeated", "plugin", "NAME"),
  format: { kind: "enum", values: ["json", "toml"], optional: true, brief: "of standard input (json)" },
} as const;

/** Patterns that select what the flags say. A plugin is the pattern of all its addresses. */
export function targetsOf(flags: Selection): { readonly target: string[]; readonly exclude: string[] } {
  const plugins = (flags.plugin ?? []).map((name) => `${name}:**`);
  return { target: [...(flags.target ?? []), ...plugins], exclude: [...(flags.exclude ?? [])] };
}

export function flag(brief: string): { kind: "boolean"; optional: true; withNegated: false; brief: string } {
  return { kind: "boolean", optional: true, withNegated: false, brief };
}

export function seconds(brief: string) {
  return { kind: "parsed", brief, placeholder: "SECONDS", optional: true, parse: parseSeconds } as const;
}

/** "2", "1.5", "30s", "2m" -> milliseconds. Throws OPD9001. */
function parseSeconds(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(value);
  if (match === null) throw new OpError("OPD9001", `${value} is no duration: 30, 1.5, 500ms, 2m`);
  return Number(match[1]) * (match[2] === "ms" ? 1 : match[2] === "m" ? 60_000 : 1000);
}

export function filePath(brief: string) {
  return { kind: "parsed", brief, placeholder: "FILE", optional: true, parse: text } as const;
}

/** Of a list; its bounds are those of the operation. Read by `parseLimit`. */
export function limit(brief: string) {
  return { kind: "parsed", brief, placeholder: "N", optional: true, parse: parseLimit } as const;
}

/** Throws OPD9001. */
function parseLimit(value: string): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= LIMITS.historyListMax) return number;
  throw new OpError("OPD9001", `${visible(value)} is no number from 1 to ${LIMITS.historyListMax}`);
}

/** A time, read by moment.ts when the command runs. */
export function moment(brief: string) {
  return { kind: "parsed", brief, placeholder: "TIME", optional: true, parse: text } as const;
}

export const generationNumber = {
  brief: "number of a generation, with or without @",
  placeholder: "N",
  parse: text,
} as const;

/** N of "12" or "@12". Throws OPD9001. */
export function numberOf(value: string): number {
  const match = /^@?(\d{1,15})$/.exec(value);
  if (match !== null) return Number(match[1]);
  throw new OpError("OPD9001", `${visible(value)} is no generation: write 12 or @12`, {
    hint: "op-dbus history",
  });
}

/** A flag that may be given again; its values are read where they are used. */
export function repeatedText(brief: string, placeholder: string) {
  return { kind: "parsed", brief, placeholder, optional: true, variadic: true, parse: text } as const;
}

/** An index of the audit log. */
export function entryIndex(brief: string) {
  return { kind: "parsed", brief, placeholder: "N", optional: true, parse: parseIndex } as const;
}

/** Throws OPD9001. */
function parseIndex(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new OpError("OPD9001", `${visible(value)} is no index of an entry: they count from 0`);
}

/** Of the memory. */
export const namespace = {
  kind: "parsed",
  brief: "namespace of the memory",
  placeholder: "NAME",
  optional: true,
  parse: text,
} as const;
