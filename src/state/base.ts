// The base of a plan: every value that was read, the digest of every interface used, and the transient object paths the
// actions go to. Two readings with the same base lead to the same plan; who answered does not matter, so a service
// that merely left and came back changes nothing. Pure.

import { hash } from "node:crypto";
import { canonicalJson } from "../base/text/text.ts";
import type { Action, Item, Reading as Value } from "../plugin/plugin.ts";
import { formatAddress } from "./address.ts";
import type { Base, Reading } from "./model.ts";

/** `secrets`: address -> keyed digest of what the document's secret stands for now. Hashed are lines that a line feed
 * parts: address and canonical JSON of every value, name and digest of every interface, address and digest of every
 * secret, each kind sorted by plugin, resource, key and field. */
export function baseOf(
  reading: Reading,
  actions: readonly Action[],
  secrets: ReadonlyMap<string, string> = new Map(),
): Base {
  /** Address, JSON, address, JSON ... */
  const reads: string[] = [];
  const transient = transientPaths(reading, actions);
  const inOrder = fieldOrder();

  for (const [plugin, { self, resources }] of sorted(reading.observed)) {
    if (self !== null) {
      for (const [field, value] of sorted(self.fields)) {
        reads.push(formatAddress({ plugin, resource: null, key: null, field }), said(value));
      }
    }
    for (const [resource, { items }] of sorted(resources)) {
      for (const [key, item] of sorted(items)) {
        const address = formatAddress({ plugin, resource, key, field: null });
        // That an item is there is said by its fields, where some were read.
        if (transient.has(item)) reads.push(address, canonicalJson({ path: item.path! }));
        else if (item.fields.size === 0) reads.push(address, "true");
        for (const { name, suffix } of inOrder(item)) reads.push(address + suffix, said(item.fields.get(name)!));
      }
    }
  }
  const interfaces = new Map<string, string>();
  for (const schema of reading.schemas.values()) {
    for (const [name, digest] of schema.interfaces) interfaces.set(name, digest);
  }
  const named = sorted(interfaces);
  const lines = [...reads, ...named.flat(), ...sorted(secrets).flat()];
  const digest = hash("sha256", lines.join("\n"));
  return { digest, reads: pairs(reads), interfaces: new Map(named), secrets };
}

function pairs(lines: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let at = 0; at < lines.length; at += 2) map.set(lines[at]!, lines[at + 1]!);
  return map;
}

/** The items that an action is sent to, if their path lasts only as long as they do. */
function transientPaths(reading: Reading, actions: readonly Action[]): ReadonlySet<Item> {
  const items = new Set<Item>();
  for (const { plugin, resource, key } of actions) {
    if (resource === null || key === null) continue;
    const item = reading.observed.get(plugin)?.resources.get(resource)?.items.get(key);
    if (item?.path !== undefined) items.add(item);
  }
  return items;
}

interface FieldName {
  readonly name: string;
  /** What the field adds to the address of its item. */
  readonly suffix: string;
}

/** The fields of an item, sorted. Items of one resource mostly have the same ones, so the last order is kept. */
function fieldOrder(): (item: Item) => readonly FieldName[] {
  let names: readonly string[] = [];
  let order: readonly FieldName[] = [];
  return ({ fields }) => {
    let at = 0;
    let same = fields.size === names.length;
    if (same) for (const name of fields.keys()) same &&= name === names[at++];
    if (same) return order;
    names = [...fields.keys()];
    const owner = { plugin: "p", resource: "r", key: "k" };
    order = names.toSorted(byUnits).map((name) => ({ name, suffix: formatAddress({ ...owner, field: name }).slice(5) }));
    return order;
  };
}

function said(value: Value): string {
  if ("known" in value) return canonicalJson(value.known);
  // Why something could not be read may change its words; that it could not be read is what counts.
  return canonicalJson("digest" in value ? { digest: value.digest } : { unknown: true });
}

/** What has moved between two bases, by name with its old and new value; null = nothing. */
export function baseMoved(before: Base, after: Base): string | null {
  return (
    firstMoved(before.interfaces, after.interfaces, (name, old, now) =>
      old === undefined || now === undefined
        ? `${name} is ${old === undefined ? "used now" : "no longer used"}`
        : `the interfaces of ${name} changed: digest ${old.slice(0, 12)} is now ${now.slice(0, 12)}`,
    ) ??
    firstMoved(before.reads, after.reads, (address, old, now) =>
      old === undefined
        ? `${address} was not there, and is now ${now}`
        : `${address} was ${old}, and is now ${now ?? "gone"}`,
    ) ??
    firstMoved(before.secrets, after.secrets, (address) => `the secret for ${address} is another one now`)
  );
}

function firstMoved(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  say: (name: string, old: string | undefined, now: string | undefined) => string,
): string | null {
  for (const [name, old] of before) if (after.get(name) !== old) return say(name, old, after.get(name));
  for (const [name, now] of after) if (!before.has(name)) return say(name, undefined, now);
  return null;
}

/** By name, in UTF-16 code unit order (RFC 8785, 3.2.3). */
function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  let last = "";
  let already = true;
  for (const name of map.keys()) {
    already &&= last <= name;
    last = name;
  }
  return already ? [...map] : [...map].sort(([a], [b]) => byUnits(a, b));
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
