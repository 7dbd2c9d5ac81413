// JSON out. bigint is written digit by digit, so an integer never loses one; what JSON cannot say (nan, inf) becomes the
// literal that documents have for it. `canonicalJson` is RFC 8785: equal values give equal bytes, which is what plan
// bases and audit entries are hashed from.

import { visibleJson } from "../visible.ts";
import type { Plain, PlainTable } from "./plain.ts";

interface Style {
  readonly indent: number;
  readonly number: (value: number) => string;
  readonly keys: (table: PlainTable) => string[];
}

/** JSON with `indent` spaces a level (0: on one line) that readText reads back; what a terminal would obey or hide is
 * escaped. Ends without a newline. */
export function writeJson(value: Plain, indent = 2): string {
  return visibleJson(write(value, "", { indent, number: exactText, keys: Object.keys }));
}

const CANONICAL: Style = { indent: 0, number: String, keys: (table) => Object.keys(table).sort() };

/** RFC 8785: no white space, keys in order of their UTF-16 units, numbers as ECMAScript writes them, bigint exactly. */
export function canonicalJson(value: Plain): string {
  return write(value, "", CANONICAL);
}

/** A double in decimal. Whole ones beyond 2^53 get an exponent: without it they would be read as 64-bit integers. */
export function exactText(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

function write(value: Plain, margin: string, style: Style): string {
  if (typeof value === "string") return JSON.stringify(value);
  const colon = style.indent > 0 ? ": " : ":";
  if (typeof value === "number") {
    if (Number.isFinite(value)) return Object.is(value, -0) ? "0" : style.number(value);
    return `{"$d"${colon}"${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}"}`;
  }
  if (value === null || typeof value !== "object") return String(value);
  const inner = margin + " ".repeat(style.indent);
  if (Array.isArray(value)) {
    const parts = (value as readonly Plain[]).map((element) => write(element, inner, style));
    return bracket("[", parts, "]", margin, inner);
  }
  const table = value as PlainTable;
  const parts = style
    .keys(table)
    .map((key) => `${JSON.stringify(key)}${colon}${write(table[key] ?? null, inner, style)}`);
  return bracket("{", parts, "}", margin, inner);
}

function bracket(
  open: string,
  parts: readonly string[],
  close: string,
  margin: string,
  inner: string,
): string {
  if (parts.length === 0) return open + close;
  if (inner === margin) return open + parts.join(",") + close;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}
