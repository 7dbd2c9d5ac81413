// Looking again: what an item is now, and whether it is as a deed wanted it (or as it was before). A new reading each
// time: nothing remembered can hide what happened meanwhile.

import { isTable } from "../../doc.ts";
import { equalDoc } from "../../equal.ts";
import type { DocValue, Item, Reading as Shown } from "../../plugin.ts";
import { rawOf, type Deed } from "./deed.ts";
import { kindOfField } from "./field.ts";
import { findItem, startReading } from "./items.ts";
import { readItem } from "./observe.ts";
import type { Resource } from "../model.ts";
import { isUnknown, type Raw } from "./reading.ts";
import type { Runtime } from "./runtime.ts";
import { Subject } from "./subject.ts";
import { sameWire } from "./term.ts";

/** The item of a deed as it is now; null when it is not there. Throws when the service cannot be read. */
export async function lookAt(runtime: Runtime, deed: Deed): Promise<Item | null> {
  const { resource, key } = deed;
  const fields = [
    ...new Set([
      ...(deed.field === null ? resource.fields.keys() : [deed.field]),
      ...deed.want.keys(),
      ...deed.now.keys(),
    ]),
  ];
  const reading = startReading(runtime);
  if (resource.name === null || key === null)
    return readItem(new Subject(reading, resource, null, undefined), fields, []);
  const listed = await findItem(reading, resource, key);
  if (listed === null && !resource.anyKey) return null;
  return readItem(
    new Subject(reading, resource, listed?.key ?? key, listed?.item),
    fields,
    listed?.aliases ?? [],
  );
}

/** The deletion of what was offered: no listing shows what became of it, so none can show that it is gone. */
export function isClearing(deed: Deed): boolean {
  return deed.verb === "delete" && deed.item !== undefined && deed.item === deed.candidate;
}

/** Is the item as the deed wants it? */
export function holds(deed: Deed, item: Item | null): boolean {
  if (deed.verb === "delete") return item === null && !isClearing(deed);
  if (item === null) return false;
  if (deed.verb === "create") {
    return [...deed.want].every(
      ([name, wanted]) =>
        !isWritten(deed.resource, name) || sameAs(deed.resource, name, wanted, item.fields.get(name)),
    );
  }
  // The newest of something: it is no longer what it was.
  if (deed.field === null) return [...rawOf(item)].some(([name, raw]) => isChanged(raw, deed.now.get(name)));
  return sameAs(deed.resource, deed.field, deed.after, item.fields.get(deed.field));
}

function isChanged(raw: Raw, before: Raw | undefined): boolean {
  if (before === undefined || isUnknown(before) || isUnknown(raw)) return false;
  return !sameWire(raw.value, before.value);
}

function isWritten(resource: Resource, name: string): boolean {
  const field = resource.fields.get(name);
  return field !== undefined && field.write.kind !== "read-only" && field.read.kind !== "none";
}

/** Is the item as it was before the deed? What was unknown then cannot be said to be so. */
export function isAsBefore(deed: Deed, item: Item | null): boolean {
  if (deed.verb === "create") return item === null;
  if (deed.verb === "delete") return item !== null;
  if (item === null || deed.field === null) return false;
  if (deed.before === null) return !item.fields.has(deed.field);
  return (
    "known" in deed.before &&
    sameAs(deed.resource, deed.field, deed.before.known, item.fields.get(deed.field))
  );
}

function sameAs(resource: Resource, name: string, wanted: DocValue, shown: Shown | undefined): boolean {
  if (shown === undefined) return wanted === null;
  if (!("known" in shown)) return false;
  const kind =
    isTable(wanted) && resource.record !== null ? "record" : kindOfField(resource.fields.get(name), "");
  return equalDoc(wanted, shown.known, kind === "set" ? "set" : kind);
}
