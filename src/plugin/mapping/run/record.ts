// Records: an item that is one dict (of dicts), read and written as a whole. Its fields are dotted paths in it
// ("ipv4.method"); what a document gives is merged by key into what is there, `null` removing. Pure.

import { OpError } from "../../../base/error.ts";
import { Variant, type DBusValue } from "../../../host/dbus/dbus.ts";
import type { DocValue } from "../../plugin.ts";
import { fieldWish } from "./field.ts";
import { matchesAny } from "../format/glob.ts";
import type { Resource } from "../model.ts";
import { plain, walk, wireOf, type Term } from "./term.ts";

type Dict = { [key: string]: DBusValue };

/** Dotted paths of a record: one level for a{s.}, two for a{sa{s.}}. */
export function recordFields(record: Term | undefined): readonly string[] {
  if (record === undefined) return [];
  const { signature, value } = plain(wireOf(record));
  const keys = Object.keys(value as object);
  if (!signature.startsWith("a{sa{s")) return keys;
  return keys.flatMap((key) => Object.keys((value as Dict)[key] as object).map((inner) => `${key}.${inner}`));
}

/** The record with the document's fields merged in: dotted paths, or whole tables of the first level. */
export function mergeRecord(
  resource: Resource,
  signature: string,
  now: Term | undefined,
  want: ReadonlyMap<string, DocValue>,
): Variant {
  const isNested = signature.startsWith("a{sa{s");
  const merged = copyWithout(resource, now, isNested);
  for (const [name, doc] of flatten(want, isNested)) {
    const path = name.split(".");
    const [head = "", ...rest] = path;
    const inner = isNested ? rest.join(".") : name;
    const target = isNested ? ((merged[head] ??= Object.create(null) as Dict) as Dict) : merged;
    if (isNested && inner === "") throw new OpError("OPD6052", `${name}: a group of settings is a table`);
    const there = now === undefined ? undefined : walk(now, isNested ? [head, inner] : [name]);
    const wire = there === undefined ? undefined : plain(wireOf(there));
    if (doc === null) delete target[inner];
    else target[inner] = valueFor(resource, name, doc, signature, wire);
  }
  return new Variant(signature, merged);
}

function valueFor(
  resource: Resource,
  name: string,
  doc: DocValue,
  signature: string,
  now: Variant | undefined,
): DBusValue {
  const leaf = signature.startsWith("a{sa{s") ? signature.slice(6, -2) : signature.slice(3, -1);
  const rule = typeOf(resource, name) ?? now?.signature ?? null;
  const wire = fieldWish(resource, name, doc, rule, now).wire(leaf);
  return leaf === "v" ? wire : wire.value;
}

function typeOf(resource: Resource, name: string): string | null {
  return resource.types.find((rule) => matchesAny([rule.glob], name))?.signature ?? null;
}

/** Tables of the first level as dotted paths. */
function flatten(
  want: ReadonlyMap<string, DocValue>,
  isNested: boolean,
): readonly (readonly [string, DocValue])[] {
  return [...want].flatMap(([name, doc]): readonly (readonly [string, DocValue])[] => {
    if (!isNested || name.includes(".") || typeof doc !== "object" || doc === null || Array.isArray(doc))
      return [[name, doc]];
    return Object.entries(doc).map(([inner, value]) => [`${name}.${inner}`, value as DocValue] as const);
  });
}

function copyWithout(resource: Resource, now: Term | undefined, isNested: boolean): Dict {
  const copy = Object.create(null) as Dict;
  if (now === undefined) return copy;
  for (const [key, value] of Object.entries(plain(wireOf(now)).value as Dict)) {
    if (!isNested) {
      if (!matchesAny(resource.ignore, key)) copy[key] = value;
      continue;
    }
    const inner = Object.create(null) as Dict;
    for (const [name, entry] of Object.entries(value as Dict))
      if (!matchesAny(resource.ignore, `${key}.${name}`)) inner[name] = entry;
    copy[key] = inner;
  }
  return copy;
}
