// Which items a resource has, and the one with a given key: from its listing, or asked for by `get`. An item that a
// mapping calls absent is none. Keys are never object paths; an alias that two items share is a fault.

import { OpError } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import { DBusError } from "../../../host/dbus/dbus.ts";
import { inParallel } from "../../discover/in-parallel.ts";
import { isOneOf } from "./answer.ts";
import { meaningOf } from "./meaning.ts";
import type { PropertyCondition, Resource } from "../model.ts";
import { isUnknown, Reading } from "./reading.ts";
import type { Runtime } from "./runtime.ts";
import { elementsOf } from "./source.ts";
import { Subject } from "./subject.ts";
import type { Term } from "./term.ts";

export interface Listed {
  readonly key: string;
  readonly aliases: readonly string[];
  readonly item: Term;
}

/** A new reading: nothing is remembered from an earlier one. */
export function startReading(runtime: Runtime): Reading {
  return new Reading(
    runtime,
    async (reading, resource, key) => (await findItem(reading, resource, key))?.item,
  );
}

/** How many items are read together. Flows go one after the other: a service has only so many transactions. */
export function lanesOf(resource: Resource): number {
  const hasFlow = [...resource.sources.values()].some(({ flow }) => flow !== null);
  return hasFlow ? 1 : LIMITS.readItemsParallelMax;
}

/** All items by key, each read once a reading. */
export function listItems(reading: Reading, resource: Resource): Promise<ReadonlyMap<string, Listed>> {
  return reading.once(`items ${resource.name}`, async () => {
    const found = new Map<string, Listed>();
    if (resource.list === null || resource.key === null) return found;
    const elements = elementsOf(await new Subject(reading, resource, null, undefined).look(resource.list));
    const all = await inParallel(elements, lanesOf(resource), (item) =>
      readListed(reading, resource, null, item),
    );
    for (const listed of all) if (listed !== null && !found.has(listed.key)) found.set(listed.key, listed);
    return found;
  });
}

/** The item with this key, or with this alias. Throws OPD6057 when two share the alias. */
export async function findItem(reading: Reading, resource: Resource, key: string): Promise<Listed | null> {
  if (resource.get !== null) return getItem(reading, resource, key);
  const items = await listItems(reading, resource);
  const exact = items.get(key);
  if (exact !== undefined) return exact;
  const named = [...items.values()].filter((listed) => listed.aliases.includes(key));
  if (named.length > 1) {
    throw new OpError("OPD6057", `${named.length} ${resource.name} are called ${JSON.stringify(key)}`, {
      hint: `name one by its key: ${named.map((listed) => listed.key).join(", ")}`,
    });
  }
  return named[0] ?? null;
}

async function getItem(reading: Reading, resource: Resource, key: string): Promise<Listed | null> {
  return reading.once(`item ${resource.name} ${key}`, async () => {
    if (resource.get === null) return null;
    try {
      const [item] = elementsOf(await new Subject(reading, resource, key, undefined).look(resource.get));
      return item === undefined ? null : await readListed(reading, resource, key, item);
    } catch (error) {
      // The service refuses the key as such: there is no item of that name.
      if (error instanceof DBusError && meaningOf(reading.runtime.mapping, error) === "invalid") return null;
      throw error;
    }
  });
}

async function readListed(
  reading: Reading,
  resource: Resource,
  key: string | null,
  item: Term,
): Promise<Listed | null> {
  const subject = new Subject(reading, resource, key, item);
  const found = resource.key === null ? undefined : await subject.text(resource.key);
  const name = found ?? key;
  if (name === null || name === "") return null;
  const alias = resource.alias === null ? undefined : await subject.text(resource.alias);
  if (await holdsAny(new Subject(reading, resource, name, item), resource.absent)) return null;
  return { key: name, aliases: alias === undefined || alias === name ? [] : [alias], item };
}

/** Does one of the conditions hold for the item's properties? */
export async function holdsAny(subject: Subject, conditions: readonly PropertyCondition[]): Promise<boolean> {
  for (const condition of conditions) {
    const raw = await subject.read({ kind: "property", property: condition.property, at: condition.at });
    if (raw !== undefined && !isUnknown(raw) && isOneOf(raw, condition.values)) return true;
  }
  return false;
}

/** The object path of an item, where it has one. */
export async function pathOfItem(subject: Subject): Promise<string | undefined> {
  const place = subject.place(subject.resource.object);
  if (place.path.kind !== "reference") return undefined;
  return subject.path(place);
}
