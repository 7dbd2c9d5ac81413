// The base of a plan: every value that was read, the digest of every interface used, and the transient object paths the
// actions go to. Two readings with the same base lead to the same plan; who answered does not matter, so a service
// that merely left and came back changes nothing. Pure.

import { hash } from "node:crypto";
import { canonicalJson } from "../../base/text/text.ts";
import type { Action, Item, Reading as Value } from "../../plugin/plugin.ts";
import { formatAddress, formatName } from "../address.ts";
import type { Base, Reading } from "../model.ts";

/**
 * `secrets`: address -> keyed digest of what the document's secret stands for now. Hashed are lines that a line feed
 * ends: each address with the canonical JSON of its value, where the fields of an item stand below it with what they
 * add to its address; then name and digest of every interface, and of every secret. Everything is sorted.
 */
export function baseOf(
  reading: Reading,
  actions: readonly Action[],
  secrets: ReadonlyMap<string, string> = new Map(),
): Base {
  let text = "";
  let values = 0;
  for (const { address, presence, names, fields } of owners(reading, actions)) {
    text += `${address}\n${presence}\n`;
    values += Math.max(1, names.length);
    for (const { name, suffix } of names) text += `${suffix}\n${said(fields.get(name)!)}\n`;
  }
  const interfaces = sorted(
    new Map([...reading.schemas.values()].flatMap((schema) => [...schema.interfaces])),
  );
  for (const [name, value] of [...interfaces, ...sorted(secrets)]) text += `${name}\n${value}\n`;
  const digest = hash("sha256", text);
  let reads: ReadonlyMap<string, string> | null = null;
  return {
    digest,
    values,
    get reads() {
      return (reads ??= readsOf(reading, actions));
    },
    interfaces: new Map(interfaces),
    secrets,
  };
}

/** That an item is there is said by its fields, where some were read. */
export function readsOf(reading: Reading, actions: readonly Action[]): ReadonlyMap<string, string> {
  const reads = new Map<string, string>();
  for (const { address, presence, names, fields } of owners(reading, actions)) {
    if (presence !== "true" || names.length === 0) reads.set(address, presence);
    for (const { name, suffix } of names) reads.set(address + suffix, said(fields.get(name)!));
  }
  return reads;
}

function said(value: Value): string {
  if ("known" in value) return canonicalJson(value.known);
  // Why something could not be read may change its words; that it could not be read is what counts.
  return canonicalJson("digest" in value ? { digest: value.digest } : { unknown: true });
}

interface Owner {
  readonly address: string;
  /** JSON: true, or the transient path that an action goes to. */
  readonly presence: string;
  readonly names: readonly FieldName[];
  readonly fields: ReadonlyMap<string, Value>;
}
interface FieldName {
  readonly name: string;
  /** What the field adds to the address of its owner. */
  readonly suffix: string;
}

/** Plugins and items with what was read of them, sorted. */
function* owners(reading: Reading, actions: readonly Action[]): Generator<Owner> {
  const transient = transientItems(reading, actions);
  for (const [plugin, { self, resources }] of sorted(reading.observed)) {
    if (self !== null && self.fields.size > 0) {
      const place = { plugin, resource: null, key: null };
      const address = formatAddress({ ...place, field: null });
      yield { address, presence: "true", names: fieldNames(place)(self), fields: self.fields };
    }
    for (const [resource, { items }] of sorted(resources)) {
      const namesOf = fieldNames({ plugin, resource, key: "" });
      const prefix = `${formatAddress({ plugin, resource, key: null, field: null })}/`;
      for (const [key, item] of sorted(items)) {
        const address = prefix + formatName(key);
        const presence = transient.has(item) ? canonicalJson({ path: item.path! }) : "true";
        yield { address, presence, names: namesOf(item), fields: item.fields };
      }
    }
  }
}

/** The items that an action is sent to, if their path lasts only as long as they do. */
function transientItems(reading: Reading, actions: readonly Action[]): ReadonlySet<Item> {
  const items = new Set<Item>();
  for (const { plugin, resource, key } of actions) {
    if (resource === null || key === null) continue;
    const item = reading.observed.get(plugin)?.resources.get(resource)?.items.get(key);
    if (item?.path !== undefined) items.add(item);
  }
  return items;
}

/** The fields of an item, sorted. Items of one resource mostly have the same ones, so the last order is kept. */
function fieldNames(owner: { plugin: string; resource: string | null; key: string | null }) {
  const { length } = formatAddress({ ...owner, field: null });
  let given: readonly string[] = [];
  let names: readonly FieldName[] = [];
  return ({ fields }: Item): readonly FieldName[] => {
    let at = 0;
    let same = fields.size === given.length;
    if (same) for (const name of fields.keys()) same &&= name === given[at++];
    if (same) return names;
    given = [...fields.keys()];
    names = given
      .toSorted(byUnits)
      .map((name) => ({ name, suffix: formatAddress({ ...owner, field: name }).slice(length) }));
    return names;
  };
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
