// One record of the first generation: what it says of itself, recomputed. It hashed a footprint in two ways: over plugin,
// operation, time and the digest of the data, or over the first three alone, so that its data was never bound. Neither is
// chained, signed or escaped: what is right here is as it was written, perhaps, and is never called verified.

import { createHash } from "node:crypto";
import type { LocatedTable, LocatedValue } from "../../base/text/text.ts";
import { readText } from "../../base/text/text.ts";
import { readTold, serdeJson, type Told } from "./legacy-json.ts";

/** From good to bad. */
export const LABELS = ["4-part ok", "3-part ok (data unbound)", "bad"] as const;
export type Label = (typeof LABELS)[number];

export interface LegacyRecord {
  readonly label: Label;
  /** File below what was imported, with #N for the N-th row of a table. */
  readonly source: string;
  /** The record's text, unchanged; a row of a table as JSON. base64 where it is not UTF-8. */
  readonly original: string;
  readonly notes: readonly string[];
}

export interface Judged {
  readonly label: Label;
  readonly hash: string;
  readonly notes: readonly string[];
}

/** The members of a JSON object, or why it is none. */
export function membersOf(file: string, text: string): LocatedTable | string {
  const { root, faults } = readText(file, text, "json");
  if (faults.length > 0) return faults[0]!.message;
  return root?.value instanceof Map ? root.value : "it is not an object";
}

/** A footprint as the program wrote it into timing/, or as its own JSON in a block. `text` is that of the whole file. */
export function judgeFootprint(file: LocatedTable, text: string, path: readonly (string | number)[]): Judged {
  const inner = tableOf(file, "data") ?? file;
  const plugin = textOf(inner, "plugin_id");
  const operation = textOf(inner, "operation");
  const timestamp = file.get("timestamp")?.value;
  const dataHash = textOf(inner, "data_hash");
  const hash = textOf(file, "hash") ?? textOf(file, "content_hash") ?? "";
  const seconds = typeof timestamp === "number" || typeof timestamp === "bigint" ? String(timestamp) : null;
  if (
    plugin === null ||
    operation === null ||
    dataHash === null ||
    seconds === null ||
    !/^\d+$/.test(seconds)
  )
    return { label: "bad", hash, notes: ["it lacks plugin_id, operation, timestamp or data_hash"] };
  const three = `${plugin}:${operation}:${seconds}`;
  const notes = [
    ...namesAgree(file, plugin, operation),
    ...keptData(text, [...path, ...metadataOf(file)], dataHash),
  ];
  if (hash === sha256(`${three}:${dataHash}`)) return { label: "4-part ok", hash, notes };
  if (hash === sha256(three)) return { label: "3-part ok (data unbound)", hash, notes };
  return { label: "bad", hash, notes: [...notes, "its hash is of neither formula"] };
}

/** A file of timing/ repeats plugin and operation outside the part that is hashed. */
function namesAgree(file: LocatedTable, plugin: string, operation: string): string[] {
  const [action, category] = [textOf(file, "action"), textOf(file, "category")];
  const differ = (action ?? operation) !== operation || (category ?? plugin) !== plugin;
  return differ ? ["action and category are not the operation and plugin that were hashed"] : [];
}

function metadataOf(file: LocatedTable): string[] {
  return tableOf(file, "data") === null ? ["metadata"] : ["data", "metadata"];
}

/** The data itself was kept only where it was the metadata: then its digest can be recomputed. */
function keptData(text: string, path: readonly (string | number)[], dataHash: string): string[] {
  let told: Told | undefined = readTold(text);
  for (const step of path) told = (told as { readonly [key: string]: Told } | undefined)?.[step];
  if (told === undefined || sha256(serdeJson(told)) !== dataHash) return ["the data was not kept with it"];
  return ["its metadata is the data that data_hash was made of"];
}

function tableOf(table: LocatedTable, name: string): LocatedTable | null {
  const value: LocatedValue | undefined = table.get(name)?.value;
  return value instanceof Map ? value : null;
}

export function textOf(table: LocatedTable, name: string): string | null {
  const value = table.get(name)?.value;
  return typeof value === "string" ? value : null;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
