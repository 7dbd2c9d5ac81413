// How values, times and numbers read in text output. Foreign characters that could move a cursor or turn a line around
// are made visible here, so every view goes through these functions.

import { LIMITS } from "../../base/limits.ts";
import { visible, visibleJson } from "../../base/visible.ts";
import type { DocValue } from "../../api/api.ts";

export type Shown = DocValue | { readonly unknown: string };

/** A value on one line: JSON, integers exact, shortened in the middle beyond LIMITS.shownValueCharsMax. */
export function showValue(value: Shown | undefined, charsMax: number = LIMITS.shownValueCharsMax): string {
  if (value === undefined || value === null) return "(absent)";
  if (isUnknown(value)) return `(unknown: ${visible(value.unknown)})`;
  return shorten(visible(compact(value)), charsMax);
}

/** A result such as a reading: an object that has `unknown` alone. A document's own table could look like it only with
 * exactly that one key and a string, and would read the same. */
function isUnknown(value: Shown): value is { readonly unknown: string } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return (
    keys.length === 1 && keys[0] === "unknown" && typeof (value as { unknown: unknown }).unknown === "string"
  );
}

function compact(value: DocValue): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number")
    return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(compact).join(", ")}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${bareKey(key)} = ${compact(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function bareKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

export function shorten(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const half = Math.max(4, Math.floor((charsMax - 24) / 2));
  return `${text.slice(0, half)}… ${text.length - 2 * half} more …${text.slice(-half)}`;
}

/** Milliseconds as people say them: 0.4 ms, 18 ms, 4.1 s, 2 min 5 s. */
export function showMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** "1 property", "61 properties". */
export function count(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** JSON text of anything plain: Maps become objects, bigints exact integers, what has no value is left out. `indent` 0 =
 * one line, as streams need it. */
export function toJson(value: unknown, indent: 0 | 2 = 2): string {
  return visibleJson(write(value, indent, "\n"));
}

function write(value: unknown, indent: number, newline: string): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return `{"$d":"${compact(value)}"}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const inner = indent === 0 ? "" : newline + " ".repeat(indent);
  const end = indent === 0 ? "" : newline;
  const nested = newline + " ".repeat(indent);
  if (Array.isArray(value)) {
    const parts = value.map((entry) => inner + write(entry, indent, nested));
    return parts.length === 0 ? "[]" : `[${parts.join(",")}${end}]`;
  }
  const entries: [string, unknown][] =
    value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : Object.entries(value);
  const colon = indent === 0 ? ":" : ": ";
  const parts = entries
    .filter(([, entry]) => entry !== undefined && typeof entry !== "function")
    .map(([key, entry]) => inner + JSON.stringify(key) + colon + write(entry, indent, nested));
  return parts.length === 0 ? "{}" : `{${parts.join(",")}${end}}`;
}

/** Our own members as JSON spells them (elapsedMs: 3.1416 -> elapsed_ms: 3). What came from a bus or a document is left
 * alone: its tables have no prototype, and Maps are keyed by data. */
export function snake(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null) return value;
  if (Array.isArray(value)) return value.map(snake);
  if (value instanceof Map)
    return new Map([...(value as ReadonlyMap<string, unknown>)].map(([key, inner]) => [key, snake(inner)]));
  const spelled = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const told = (key: string, inner: unknown): unknown =>
    key.endsWith("Ms") && typeof inner === "number" ? Math.round(inner) : snake(inner);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [spelled(key), told(key, inner)]));
}

/** A reply as JSON, our members in snake case. */
export function replyJson(value: object, indent: 0 | 2 = 2): string {
  return toJson(snake(value), indent);
}
