// Typed access to tables of a mapping, with every fault collected: unknown key (and the nearest one), missing key,
// wrong type. Readers return null for what is absent or wrong; what is wrong was reported, so callers only go on.

import type { Fault, Position } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import { nearest } from "../../../base/nearest.ts";
import type { Located, LocatedTable, LocatedValue } from "../../../base/text/text.ts";

/** Collects the faults of one mapping file. */
export interface FaultList {
  readonly faults: Fault[];
  add(at: Position, message: string, hint?: string): void;
}

/** A fault list for a file's text; each fault carries its line as the snippet. */
export function faultList(text: string): FaultList {
  const lines = text.split(/\r?\n/);
  const faults: Fault[] = [];
  return {
    faults,
    add(at, message, hint) {
      const snippet = lines[at.line - 1];
      faults.push({
        code: "OPD6100",
        message,
        at,
        ...(snippet === undefined ? {} : { snippet }),
        ...(hint === undefined ? {} : { hint }),
      });
    },
  };
}

/** `did you mean "..."?`, or the whole short list of what is allowed, or nothing. */
export function hintFor(name: string, known: Iterable<string>): string | undefined {
  const all = [...known];
  const near = nearest(name, all);
  if (near !== null) return `did you mean "${near}"?`;
  if (all.length === 0 || all.length > 12) return undefined;
  return `allowed: ${all.join(", ")}`;
}

/** A table that is being read: `what` names it in messages, as it stands in the file (`[service]`, `field Locale`). */
export interface Keys {
  readonly what: string;
  readonly at: Position;
  readonly entries: LocatedTable;
  readonly list: FaultList;
}

export function isTable(value: LocatedValue): value is LocatedTable {
  return value instanceof Map;
}

export function isList(value: LocatedValue): value is readonly Located[] {
  return Array.isArray(value);
}

/** Opens a table; unknown keys are reported. `allowed` null: any key. */
export function openTable(
  located: Located,
  what: string,
  allowed: readonly string[] | null,
  list: FaultList,
): Keys | null {
  const { value } = located;
  if (!isTable(value)) {
    list.add(located.at, `${what} must be a table, not ${typeName(value)}`);
    return null;
  }
  if (allowed !== null) {
    for (const [key, entry] of value) {
      if (allowed.includes(key)) continue;
      list.add(entry.keyAt ?? entry.at, `unknown key "${key}" in ${what}`, hintFor(key, allowed));
    }
  }
  return { what, at: located.keyAt ?? located.at, entries: value, list };
}

/** The sub-tables of a table by name, `[resource.NAME]`; with nothing there an empty list. */
export function childrenOf(keys: Keys, key: string): readonly (readonly [string, Located])[] {
  const entry = keys.entries.get(key);
  if (entry === undefined) return [];
  const table = openTable(
    entry,
    `${keys.what === "mapping" ? "" : `${keys.what} `}[${key}]`,
    null,
    keys.list,
  );
  if (table === null) return [];
  return [...table.entries].filter(([name, child]) => {
    if (/^[A-Za-z_][A-Za-z0-9_@.-]*$/.test(name)) return true;
    keys.list.add(
      child.keyAt ?? child.at,
      `"${name}" cannot be a name: letters, digits, "_", "-", "@" and "."`,
    );
    return false;
  });
}

/** Reports each of `required` that is not there. */
export function requireKeys(keys: Keys, ...required: readonly string[]): void {
  for (const key of required) {
    if (!keys.entries.has(key)) keys.list.add(keys.at, `${keys.what} needs the key "${key}"`);
  }
}

/** A string; with `valid` its form is checked, and `form` says it in words. */
export function textAt(
  keys: Keys,
  key: string,
  valid?: (text: string) => boolean,
  form?: string,
): string | null {
  const entry = keys.entries.get(key);
  if (entry === undefined) return null;
  return textOf(entry, `"${key}" in ${keys.what}`, keys.list, valid, form);
}

export function textOf(
  located: Located,
  what: string,
  list: FaultList,
  valid?: (text: string) => boolean,
  form = "well formed",
): string | null {
  const { value } = located;
  if (typeof value !== "string") {
    list.add(located.at, `${what} must be a string, not ${typeName(value)}`);
    return null;
  }
  if (valid !== undefined && !valid(value)) {
    list.add(located.at, `${what} is not ${form}: "${value}"`);
    return null;
  }
  return value;
}

/** One of a closed list of words. */
export function wordAt<T extends string>(keys: Keys, key: string, words: readonly T[]): T | null {
  const entry = keys.entries.get(key);
  return entry === undefined ? null : wordOf(entry, `"${key}" in ${keys.what}`, words, keys.list);
}

export function wordOf<T extends string>(
  located: Located,
  what: string,
  words: readonly T[],
  list: FaultList,
): T | null {
  const text = textOf(located, what, list);
  if (text === null) return null;
  const word = words.find((one) => one === text);
  if (word === undefined) {
    list.add(located.at, `${what} cannot be "${text}"`, hintFor(text, words));
    return null;
  }
  return word;
}

export function flagAt(keys: Keys, key: string): boolean {
  const entry = keys.entries.get(key);
  if (entry === undefined) return false;
  if (typeof entry.value === "boolean") return entry.value;
  keys.list.add(entry.at, `"${key}" in ${keys.what} must be true or false, not ${typeName(entry.value)}`);
  return false;
}

/** The members of an array; absent = none. */
export function listAt(keys: Keys, key: string): readonly Located[] {
  const entry = keys.entries.get(key);
  return entry === undefined ? [] : listOf(entry, `"${key}" in ${keys.what}`, keys.list);
}

export function listOf(located: Located, what: string, list: FaultList): readonly Located[] {
  if (isList(located.value)) return located.value;
  list.add(located.at, `${what} must be a list, not ${typeName(located.value)}`);
  return [];
}

/** An array of strings; absent = none. */
export function textsAt(
  keys: Keys,
  key: string,
  valid?: (text: string) => boolean,
  form?: string,
): readonly string[] {
  const texts: string[] = [];
  for (const member of listAt(keys, key)) {
    const text = textOf(member, `a member of "${key}" in ${keys.what}`, keys.list, valid, form);
    if (text !== null) texts.push(text);
  }
  return texts;
}

/** A number from the file; bigint where it is beyond 2^53. */
export function numberAt(keys: Keys, key: string): number | bigint | null {
  const entry = keys.entries.get(key);
  if (entry === undefined) return null;
  if (typeof entry.value === "number" || typeof entry.value === "bigint") return entry.value;
  keys.list.add(entry.at, `"${key}" in ${keys.what} must be a number, not ${typeName(entry.value)}`);
  return null;
}

/** An argument number: a key or value that counts from 0. */
export function argumentNumber(text: string, at: Position, what: string, list: FaultList): number | null {
  if (/^(0|[1-9][0-9]?)$/.test(text)) return Number(text);
  list.add(at, `${what} must be an argument number, counted from 0, not "${text}"`);
  return null;
}

const DEADLINE = /^[0-9]{1,9} ?(ms|s|min|h)$/;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** `"30 s"`: milliseconds, null when absent or wrong. */
export function deadlineAt(keys: Keys, key = "deadline"): number | null {
  const text = textAt(keys, key, (time) => DEADLINE.test(time), 'a time like "30 s" (ms, s, min, h)');
  if (text === null) return null;
  const ms = Number.parseInt(text, 10) * (UNITS_MS[text.replace(/^[0-9 ]+/, "")] ?? 0);
  const at = keys.entries.get(key)?.at ?? keys.at;
  if (ms === 0) keys.list.add(at, `"${key}" in ${keys.what} must be more than nothing`);
  else if (ms > LIMITS.mappingDeadlineMsMax) {
    keys.list.add(at, `"${key}" in ${keys.what} is more than ${LIMITS.mappingDeadlineMsMax / 3_600_000} h`);
  } else return ms;
  return null;
}

/** The type in words a person uses for TOML. */
function typeName(value: LocatedValue): string {
  if (value === null) return "null";
  if (isList(value)) return "a list";
  if (isTable(value)) return "a table";
  if (typeof value === "bigint") return "a number";
  return typeof value === "number" || typeof value === "string" ? `a ${typeof value}` : "true or false";
}
