// TOML 1.0 out, as a person would write it: a table's own values first, then its tables under headers. null, which TOML
// lacks, is { reset = true }; an integer beyond int64 is a text; both are what documents read back.

import { visibleToml } from "../visible.ts";
import type { Plain, PlainTable } from "./plain.ts";
import { exactText } from "./write-json.ts";

const BARE = /^[A-Za-z0-9_-]+$/;
const INT64_MAX = 2n ** 63n - 1n;
/** Inline lists longer than this get a line for each element. */
const LINE_CHARS_MAX = 100;

/** The text of a table, ending with a newline (empty for an empty table). */
export function writeToml(table: PlainTable): string {
  const blocks: string[] = [];
  writeTable(table, "", blocks);
  return blocks.join("\n");
}

function writeTable(table: PlainTable, path: string, blocks: string[]): void {
  const names = Object.keys(table);
  const values = names.filter((name) => !isTable(table[name] ?? null));
  const tables = names.filter((name) => isTable(table[name] ?? null));
  const lines = values.map((name) => `${tomlKey(name)} = ${inline(table[name] ?? null)}\n`);
  const header = path !== "" && (lines.length > 0 || tables.length === 0) ? `[${path}]\n` : "";
  if (header !== "" || lines.length > 0) blocks.push(header + lines.join(""));
  for (const name of tables)
    writeTable(table[name] as PlainTable, path === "" ? tomlKey(name) : `${path}.${tomlKey(name)}`, blocks);
}

/** Tables get a header; literals such as { "$u" = 5 } and references to secrets stay on their line. */
function isTable(value: Plain): value is PlainTable {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return !(names.length === 1 && /^(?:\$.*|secret|reset|ensure)$/.test(names[0] ?? ""));
}

function tomlKey(name: string): string {
  return BARE.test(name) ? name : tomlText(name);
}

function tomlText(text: string): string {
  return visibleToml(JSON.stringify(text));
}

function inline(value: Plain): string {
  if (value === null) return "{ reset = true }";
  if (typeof value === "string") return tomlText(value);
  if (typeof value === "bigint") return value > INT64_MAX ? `"${value}"` : String(value);
  if (typeof value === "number") return float(value);
  if (typeof value === "boolean") return String(value);
  if (!Array.isArray(value)) {
    const parts = Object.entries(value).map(([name, entry]) => `${tomlKey(name)} = ${inline(entry)}`);
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
  const parts = (value as readonly Plain[]).map(inline);
  const line = `[${parts.join(", ")}]`;
  return line.length <= LINE_CHARS_MAX ? line : `[\n${parts.map((part) => `  ${part},\n`).join("")}]`;
}

function float(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  return exactText(value);
}
