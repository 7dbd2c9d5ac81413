// Sources: named reads of a mapping. What does not depend on the item is fetched once for all items of a reading; a
// source that takes a list of keys is asked once for all keys announced. Rows are then cut (`parts`), chosen (`where`)
// and counted (`one`) for each item. An `absent` error is no value, every other one is thrown.

import { OpError } from "../../../base/error.ts";
import { DBusError, Variant } from "../../../host/dbus/dbus.ts";
import { readFlow, readMethod } from "./method.ts";
import { meaningOf } from "./meaning.ts";
import type { Place, Resource, Source, Template } from "../model.ts";
import { isUnknown, type Reading } from "./reading.ts";
import { build, isRows, isWish, termOf, type Found, type Scope } from "./resolve.ts";
import { membersOf, rowsOf, sameWire, splitColumns, textOf, wireOf, type Row } from "./term.ts";

/** Who asks: an item (or the plugin itself) in one reading. */
export interface Asker extends Scope {
  readonly reading: Reading;
  readonly resource: Resource;
  readonly key: string | null;
  place(name: string): Place;
  /** undefined: the path of the place has no value for this item. */
  path(place: Place): Promise<string | undefined>;
}

export async function fetchSource(asker: Asker, source: Source): Promise<Found | undefined> {
  const raw = await fetchRaw(asker, source);
  if (raw === undefined || !isRows(raw)) return raw;
  const rows = await choose(
    asker,
    source,
    raw.map((row) => splitColumns(row, source.parts)),
  );
  if (!source.one) return rows;
  const different = rows.filter(
    (row, at) => rows.findIndex((other) => sameWire(other.whole.value, row.whole.value)) === at,
  );
  if (different.length > 1) {
    const names = different
      .slice(0, 8)
      .map((row) => [...row.columns.values()].map((column) => textOf(column) ?? "").join(" "));
    throw new OpError("OPD6057", `${different.length} things fit ${JSON.stringify(asker.key)}`, {
      hint: names.join("; "),
    });
  }
  return different[0];
}

async function choose(asker: Asker, source: Source, rows: readonly Row[]): Promise<readonly Row[]> {
  const conditions: [string, string][] = [];
  for (const [column, template] of source.where) {
    const wanted = await build(template, "s", asker);
    if (typeof wanted === "string") conditions.push([column, wanted]);
  }
  return rows.filter((row) =>
    conditions.every(([column, wanted]) => textOf(row.columns.get(column)) === wanted),
  );
}

function fetchRaw(asker: Asker, source: Source): Promise<Found | undefined> {
  const { reading, resource } = asker;
  const name = `source ${resource.name ?? "self"} ${source.name ?? `${source.at.line}:${source.at.column}`}`;
  const ahead = reading.ahead.get(resource.name ?? "");
  const { fetch } = source;
  if (asker.key !== null && ahead?.has(asker.key) && fetch.kind === "call") {
    const args = forKeys(asker, source, fetch.args, [...ahead]);
    if (args !== null)
      return reading.once(`${name} ahead`, () => send(asker, { ...source, fetch: { ...fetch, args } }));
  }
  if (isShared(asker, source)) return reading.once(name, () => send(asker, source));
  // What depends on nothing but the key is the same whoever asks for this item.
  if (asker.key === null || fetch.kind !== "call" || !fetch.args.every(isKeyOnly)) return send(asker, source);
  return source.path === null
    ? reading.once(`${name} ${asker.key}`, () => send(asker, source))
    : send(asker, source);
}

/** The arguments of one call for many keys, when `["$key"]` is all that depends on the item and `where` finds each
 * item's rows again. */
function forKeys(
  asker: Asker,
  source: Source,
  args: readonly Template[],
  keys: readonly string[],
): readonly Template[] | null {
  const finds = [...source.where.values()].some(
    (template) => template.kind === "reference" && template.reference.root === "key",
  );
  const at = args.findIndex((arg) => arg.kind === "list" && arg.items.length === 1 && isKey(arg.items[0]));
  const rest = args.filter((_, index) => index !== at);
  const placed = source.path === null ? [] : [source.path];
  if (!finds || at < 0 || [...rest, ...placed].some((template) => dependsOnItem(asker, template)))
    return null;
  const [list] = args.slice(at);
  if (list === undefined) return null;
  const items = keys.map((key): Template => ({ kind: "constant", value: key, at: list.at }));
  return args.map((arg, index): Template => (index === at ? { kind: "list", items, at: list.at } : arg));
}

/** Constants, the key, and a list of these. */
function isKeyOnly(template: Template): boolean {
  if (template.kind === "list") return template.items.every(isKeyOnly);
  return template.kind === "constant" || isKey(template);
}

function isKey(template: Template | undefined): boolean {
  return template?.kind === "reference" && template.reference.root === "key";
}

/** Is what is fetched the same for all items? (`where` chooses afterwards.) */
function isShared(asker: Asker, source: Source): boolean {
  const { fetch } = source;
  if (fetch.kind === "of") return false;
  const path = source.path ?? asker.place(source.place).path;
  return ![path, ...(fetch.kind === "call" ? fetch.args : [])].some((template) =>
    dependsOnItem(asker, template),
  );
}

function dependsOnItem(asker: Asker, template: Template): boolean {
  switch (template.kind) {
    case "constant":
      return false;
    case "typed":
      return dependsOnItem(asker, template.value);
    case "list":
      return template.items.some((item) => dependsOnItem(asker, item));
    case "table":
      return [...template.entries.values()].some((item) => dependsOnItem(asker, item));
    case "reference": {
      const { root, name } = template.reference;
      if (root === "interactive") return false;
      const source = root === "source" ? asker.resource.sources.get(name ?? "") : undefined;
      return source === undefined || source.where.size > 0 || !isShared(asker, source);
    }
  }
}

async function send(asker: Asker, source: Source): Promise<Found | undefined> {
  const { reading } = asker;
  try {
    return await sendNow(asker, source);
  } catch (error) {
    if (error instanceof DBusError && meaningOf(reading.runtime.mapping, error) === "absent")
      return undefined;
    throw error;
  }
}

async function sendNow(asker: Asker, source: Source): Promise<Found | undefined> {
  const { reading } = asker;
  const { fetch } = source;
  if (fetch.kind === "of") return sendOf(asker, fetch.resource);
  const place = asker.place(source.place);
  const override = source.path === null ? undefined : await build(source.path, "o", asker);
  const path = source.path === null ? await asker.path(place) : override;
  if (typeof path !== "string") return undefined;
  if (fetch.kind === "property") {
    const raw = await reading.property(path, place.interfaces, fetch.property);
    if (raw !== undefined && isUnknown(raw))
      throw new OpError("OPD6063", raw.unknown, { where: `${fetch.property} of ${path}` });
    return raw;
  }
  if (fetch.kind === "objects") return objectsWith(reading, path, fetch.interface, source.deadlineMs);
  const target = {
    path,
    interfaces: place.interfaces,
    member: fetch.call,
    args: fetch.args,
    deadlineMs: source.deadlineMs,
  };
  if (source.flow !== null) return readFlow(reading.runtime, source.flow, target, asker);
  const value = await readMethod(reading.runtime, target, asker);
  if (value === undefined || source.columns === null) return value;
  return rowsOf(membersOf(value), source.columns, new Map());
}

async function sendOf(asker: Asker, name: string): Promise<Found | undefined> {
  const resource = asker.reading.runtime.mapping.resources.get(name);
  return resource === undefined || asker.key === null ? undefined : asker.reading.find(resource, asker.key);
}

/** Paths that have an interface, from the ObjectManager at `path`. */
async function objectsWith(
  reading: Reading,
  path: string,
  name: string,
  deadlineMs: number,
): Promise<Variant> {
  const managed = await reading.once(`objects ${path}`, async () => {
    const { ctx, mapping } = reading.runtime;
    const reply = await ctx.bus.call({
      destination: mapping.service,
      path,
      interface: "org.freedesktop.DBus.ObjectManager",
      member: "GetManagedObjects",
      replySignature: "a{oa{sa{sv}}}",
      deadlineMs,
    });
    return Object.entries(reply.body[0] as Record<string, Record<string, unknown>>);
  });
  return new Variant(
    "ao",
    managed.filter(([, interfaces]) => Object.hasOwn(interfaces, name)).map(([at]) => at),
  );
}

/** Elements of what `list` found: rows, or the members of an array. */
export function elementsOf(found: Found | undefined): readonly (Row | Variant)[] {
  if (found === undefined) return [];
  if (isRows(found)) return found;
  if (isWish(found)) return membersOf(found.wire(null));
  const term = termOf(found);
  return wireOf(term).signature.startsWith("a") ? membersOf(term) : [term];
}
