// Pieces of TOML for the import of old mappings: what a table of theirs says, if it does, and lines of the new form. Pure.

import type { Located } from "../../../base/text/text.ts";
import { visibleToml } from "../../../base/visible.ts";
import { isList, isTable, type Keys } from "./read-keys.ts";

/** null: not there, or no table. */
export type Table = ReadonlyMap<string, Located> | null;

export function tableAt(keys: Keys, key: string): Table {
  return tableIn(keys.entries, key);
}

export function tableIn(table: Table, key: string): Table {
  const value = table?.get(key)?.value;
  return value !== undefined && isTable(value) ? value : null;
}

export function text(table: Table, key: string): string | null {
  const value = table?.get(key)?.value;
  return typeof value === "string" ? value : null;
}

export function flag(table: Table, key: string): boolean | null {
  const value = table?.get(key)?.value;
  return typeof value === "boolean" ? value : null;
}

/** The lines of a table; none when it is empty. */
export function section(title: string, entries: ReadonlyMap<string, string>): readonly string[] {
  return entries.size === 0
    ? []
    : ["", title, ...[...entries].map(([key, value]) => `${bare(key)} = ${value}`)];
}

function bare(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key);
}

/** A basic string: what JSON leaves as it is and TOML does not allow is escaped too. */
export function quote(value: string): string {
  return visibleToml(JSON.stringify(value));
}

/** A value as a mapping writes it: a text that begins with `$` gets a second one. */
export function literal({ value }: Located): string {
  if (isList(value)) return `[${value.map(literal).join(", ")}]`;
  if (isTable(value))
    return `{ ${[...value].map(([key, entry]) => `${bare(key)} = ${literal(entry)}`).join(", ")} }`;
  if (typeof value !== "string") return String(value);
  return quote(value.startsWith("$") ? `$${value}` : value);
}
