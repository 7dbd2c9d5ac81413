// Reads what a scope asks and nothing else: properties by their objects, fields by their sources, items by their keys
// or all of them. What cannot be read is unknown with its reason. Only a service that cannot be reached throws.

import { OpError } from "../../../base/error.ts";
import { DBusError } from "../../../host/dbus/dbus.ts";
import { tableOf } from "../../doc.ts";
import { equalDoc } from "../../equal.ts";
import { inParallel } from "../../discover/in-parallel.ts";
import type { DocValue, Item, Observed, ObservedResource, Reading as Shown, Scope } from "../../plugin.ts";
import { secretPlace } from "../../secret-place.ts";
import { isSecret, shownAs } from "./field.ts";
import { matchesAny } from "../format/glob.ts";
import { findItem, holdsAny, lanesOf, listItems, pathOfItem, startReading } from "./items.ts";
import { meaningOf } from "./meaning.ts";
import type { Field, Resource } from "../model.ts";
import { isUnknown, isUnreachable, type Raw, type Reading } from "./reading.ts";
import { recordFields } from "./record.ts";
import type { Runtime } from "./runtime.ts";
import { Subject } from "./subject.ts";
import { textOf, type Term } from "./term.ts";

/** What only this plugin looks into: wire values as read, and the listed row or path. */
export interface ItemDetail {
  readonly raw: ReadonlyMap<string, Raw>;
  readonly item: Term | undefined;
}

export async function observe(runtime: Runtime, scope: Scope): Promise<Observed> {
  const { mapping, ctx } = runtime;
  const reading = startReading(runtime);
  try {
    const self =
      scope.self === undefined || !mapping.hasSelf
        ? null
        : await readItem(new Subject(reading, mapping.self, null, undefined), scope.self, []);
    const resources = new Map<string, ObservedResource>();
    for (const [name, asked] of scope.resources ?? []) {
      const resource = mapping.resources.get(name);
      if (resource !== undefined) resources.set(name, await observeResource(reading, resource, asked));
    }
    return Object.freeze({
      plugin: mapping.plugin,
      self,
      resources,
      owner: await ctx.bus.owner(mapping.service),
    });
  } catch (error) {
    throw unreachable(runtime, error);
  }
}

/** An error of the service while reading, as one that says that the service is away. */
export function unreachable(runtime: Runtime, error: unknown): unknown {
  if (!(error instanceof DBusError) || error.kind === "unavailable" || error.kind === "cancelled")
    return error;
  const { service } = runtime.mapping;
  if (isUnreachable(runtime, error))
    return new OpError("OPD6064", `${service} cannot be read: ${error.message}`, { cause: error });
  const code = meaningOf(runtime.mapping, error) === "denied" ? "OPD6066" : "OPD6063";
  return new OpError(code, `${service}: ${error.message}`, {
    cause: error,
    ...(error.where === undefined ? {} : { where: error.where }),
  });
}

async function observeResource(
  reading: Reading,
  resource: Resource,
  asked: { readonly keys: "all" | readonly string[]; readonly fields: "all" | readonly string[] },
): Promise<ObservedResource> {
  const items = new Map<string, Item>();
  if (asked.keys === "all") {
    const all = [...(await listItems(reading, resource)).values()];
    // Who asks for no field of all items wants to know what there is: nothing is asked of the items themselves.
    const isListing = asked.fields.length === 0;
    const read = await inParallel(all, lanesOf(resource), async ({ key, aliases, item }) =>
      isListing
        ? listedItem(key, aliases, item)
        : readItem(new Subject(reading, resource, key, item), asked.fields, aliases),
    );
    return { complete: true, items: new Map(read.map((item) => [item.key, item])) };
  }
  const read = await inParallel(asked.keys, lanesOf(resource), async (key) => {
    const listed = await findItem(reading, resource, key);
    if (listed === null && !resource.anyKey) return null;
    const subject = new Subject(reading, resource, listed?.key ?? key, listed?.item);
    return readItem(subject, asked.fields, listed?.aliases ?? []);
  });
  for (const item of read) if (item !== null) items.set(item.key, item);
  return { complete: false, items };
}

function listedItem(key: string, aliases: readonly string[], item: Term): Item {
  const detail: ItemDetail = Object.freeze({ raw: new Map(), item });
  return Object.freeze({ key, aliases, fields: new Map(), pending: false, detail });
}

/** One item with the fields asked for. */
export async function readItem(
  subject: Subject,
  fields: "all" | readonly string[],
  aliases: readonly string[],
): Promise<Item> {
  const { resource, reading } = subject;
  const raw = new Map<string, Raw>();
  const shown = new Map<string, Shown>();
  const names = fields === "all" ? await allFields(subject) : withMembers(resource, fields);
  for (const name of names) {
    if (matchesAny(resource.ignore, name)) continue;
    const field = resource.fields.get(name);
    if (field?.read.kind === "all") continue;
    const value = await readField(subject, name, field, fields !== "all");
    if (value === undefined && resource.anyKey && field !== undefined && field.default !== null)
      shown.set(name, { known: field.default.value });
    if (value === undefined) continue;
    raw.set(name, value);
    shown.set(name, showField(subject, name, value));
  }
  for (const name of names) {
    const field = resource.fields.get(name);
    if (field?.write.kind === "all") shown.set(name, await agreed(subject, field.write.fields, shown));
  }
  const item = await subject.item();
  const path = await pathOfItem(subject);
  const detail: ItemDetail = Object.freeze({ raw, item });
  const pending = await holdsAny(subject, resource.pending);
  if (reading.runtime.reading && reading.runtime.ctx.signal.aborted)
    throw new OpError("OPD6062", "interrupted while reading");
  return Object.freeze({
    key: subject.key ?? "",
    aliases,
    fields: shown,
    pending,
    detail,
    ...(path === undefined ? {} : { path }),
  });
}

/** A field that stands for others is written through them, so what they were must be known too. */
function withMembers(resource: Resource, names: readonly string[]): readonly string[] {
  const members = names.flatMap((name) => {
    const write = resource.fields.get(name)?.write;
    return write?.kind === "all" ? [...write.fields, name] : [name];
  });
  return [...new Set(members)];
}

/** Declared fields, then what the object or the record has besides. */
async function allFields(subject: Subject): Promise<readonly string[]> {
  const { resource, reading } = subject;
  const names = new Set(resource.fields.keys());
  if (resource.record !== null) {
    for (const name of recordFields(await subject.record())) names.add(name);
    return [...names];
  }
  const place = subject.place(resource.object);
  // A listing without objects of its own has no more fields than it declares.
  if (resource.name !== null && place.path.kind !== "reference") return [...names];
  const path = await subject.path(place);
  const there =
    path === undefined ? null : place.interfaces.length === 1 ? null : await reading.interfaces(path);
  for (const name of place.interfaces) {
    if (path === undefined || (place.interfaces.length > 1 && there?.has(name) !== true)) continue;
    for (const property of (await reading.all(path, name))?.keys() ?? []) names.add(property);
  }
  return [...names];
}

async function readField(
  subject: Subject,
  name: string,
  field: Field | undefined,
  isNamed: boolean,
): Promise<Raw | undefined> {
  const { resource } = subject;
  try {
    const read = field?.read ?? undeclared(resource, name);
    const raw = await subject.read(read);
    if (raw !== undefined) return raw;
    if (isNamed && resource.record === null && !resource.anyKey)
      return { unknown: `this item has no ${name}` };
    return undefined;
  } catch (error) {
    if (error instanceof DBusError && isUnreachable(subject.reading.runtime, error)) throw error;
    if (error instanceof OpError && error.kind !== "bug" && error.kind !== "cancelled")
      return { unknown: error.message };
    throw error;
  }
}

function undeclared(resource: Resource, name: string): Field["read"] {
  if (resource.record !== null) return { kind: "record", path: name.split("."), at: resource.at };
  return { kind: "property", property: name, at: resource.at };
}

function showField(subject: Subject, name: string, raw: Raw): Shown {
  const { resource, reading } = subject;
  if (!isSecret(resource, name) || isUnknown(raw)) return shownAs(resource, name, raw);
  const place = secretPlace(reading.runtime.mapping.plugin, resource.name, subject.key, name);
  return { digest: reading.runtime.ctx.secretDigest(place, textOf(raw) ?? "") };
}

/** What several fields agree on; where they differ, all of them, as a value that nobody can write. */
async function agreed(
  subject: Subject,
  names: readonly string[],
  shown: ReadonlyMap<string, Shown>,
): Promise<Shown> {
  const values: [string, DocValue][] = [];
  for (const name of names) {
    const given =
      shown.get(name) ??
      showField(
        subject,
        name,
        (await readField(subject, name, subject.resource.fields.get(name), true)) ?? { unknown: "none" },
      );
    if (!("known" in given)) return given;
    values.push([name, given.known]);
  }
  const [first] = values;
  if (first !== undefined && values.every(([, value]) => equalDoc(value, first[1], "set")))
    return { known: first[1] };
  return { known: tableOf([["$foreign", tableOf(values)]]) };
}
