// Entries as bytes: canonical JSON (RFC 8785) of what the owner says and what the log adds. What would make an entry too
// large lies in blobs: the largest top-level members first, each replaced by {"$blob": digest, "size": bytes}. A member of
// the owner that looks like such a reference is put away too, so a reference in an entry is always ours.

import { assert } from "../../base/assert.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { canonicalJson, plainOf, readText, type Plain, type PlainTable } from "../../base/text/text.ts";
import type { EntryBody } from "./model.ts";

const OURS = ["v", "time", "boot", "mono_ms", "previous", "binds"] as const;

/** When and where an entry is written. */
export interface Stamp {
  readonly time: string;
  readonly boot: string;
  readonly mono_ms: number;
}

/** The body with its largest members put away until it fits. `put` stores bytes and gives their hex SHA-256. */
export function slim(body: EntryBody, put: (content: Buffer) => string): EntryBody {
  assert(!OURS.some((name) => Object.hasOwn(body, name)), "no member of an entry is the log's own");
  assert(body.type !== "key", "only the log itself changes its key");
  const members = new Map(Object.entries(body));
  const sizes = new Map([...members].map(([name, value]) => [name, Buffer.byteLength(canonicalJson(value))]));
  const away = (name: string): void => {
    const content = Buffer.from(canonicalJson(members.get(name) ?? null));
    const reference = { $blob: put(content), size: content.length };
    members.set(name, reference);
    sizes.set(name, canonicalJson(reference).length);
  };
  for (const [name, value] of members) if (referenceOf(value) !== null) away(name);
  while (sum(sizes) > LIMITS.entrySizeBytesMax - LIMITS.entryStampBytes) {
    const [name] = [...sizes].reduce((largest, one) => (one[1] > largest[1] ? one : largest));
    assert(referenceOf(members.get(name) ?? null) === null && name !== "type", "an entry has few members");
    away(name);
  }
  return { ...Object.fromEntries(members), type: body.type };
}

/** The bytes of an entry. `extra`: previous and binds, where it has them. */
export function entryBytes(body: EntryBody, stamp: Stamp, extra: PlainTable): Buffer {
  const bytes = Buffer.from(canonicalJson({ ...body, v: 1, ...stamp, ...extra }));
  assert(bytes.length <= LIMITS.entrySizeBytesMax, "an entry fits its bundle");
  return bytes;
}

/** The value of an entry. Throws OPD5101 when the bytes are none. */
export function entryValue(bytes: Uint8Array): PlainTable {
  const { root, faults } = readText("entry", Buffer.from(bytes).toString("utf8"), "canonical");
  const value = root === null || faults.length > 0 ? null : plainOf(root);
  if (!isTable(value)) throw new OpError("OPD5101", "an entry of the audit log is no JSON object");
  return value;
}

/** The object whose canonical form the text is; null when it is none. Integers beyond 2^53 may be rounded. */
export function canonicalValue(text: string): PlainTable | null {
  try {
    // JSON.parse is fast and takes duplicates and rounds; where the text comes back unchanged it did neither.
    const quick = JSON.parse(text) as Plain;
    if (isTable(quick) && canonicalJson(quick) === text) return quick;
  } catch {
    return null;
  }
  const { root, faults } = readText("entry", text, "canonical");
  const value = root === null || faults.length > 0 ? null : plainOf(root);
  return isTable(value) && canonicalJson(value) === text ? value : null;
}

/** The digest that {"$blob": …, "size": …} names; null for any other value. */
export function referenceOf(value: Plain): string | null {
  if (!isTable(value) || Object.keys(value).length !== 2) return null;
  const { $blob, size } = value;
  return typeof $blob === "string" && typeof size === "number" ? $blob : null;
}

/** References replaced by what they stand for. `get` gives the bytes of a blob. */
export function whole(value: PlainTable, get: (digest: string) => Buffer): PlainTable {
  const members = Object.entries(value).map(([name, member]) => {
    const digest = referenceOf(member);
    return [name, digest === null ? member : blobValue(get(digest))] as const;
  });
  const table: { [key: string]: Plain } = Object.create(null);
  for (const [name, member] of members) table[name] = member;
  return table;
}

function blobValue(content: Buffer): Plain {
  const { root, faults } = readText("blob", content.toString("utf8"), "canonical");
  if (root === null || faults.length > 0)
    throw new OpError("OPD5101", "a blob that an entry binds is no JSON");
  return plainOf(root);
}

/** Bytes of an object with members of these sizes: quotes, colon and comma each, and the braces. */
function sum(sizes: ReadonlyMap<string, number>): number {
  let total = 2;
  for (const [name, size] of sizes) total += Buffer.byteLength(JSON.stringify(name)) + size + 2;
  return total;
}

function isTable(value: Plain): value is PlainTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
