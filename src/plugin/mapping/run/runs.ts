// What a recipe is run with: the deeds of one item together, its subject, and the names that only this run knows
// ($value, $changes, $record, $element). Reads where an item has to be found first; sends nothing that changes.

import { assert } from "../../../base/assert.ts";
import { Variant, type DBusValue } from "../../../host/dbus/dbus.ts";
import { isTable } from "../../doc.ts";
import { keyOfDoc } from "../../equal.ts";
import type { DocValue } from "../../plugin.ts";
import { splitText } from "../../value/text-form.ts";
import type { Deed } from "./deed.ts";
import { findItem } from "./items.ts";
import { isUnknown, type Reading } from "./reading.ts";
import { mergeRecord } from "./record.ts";
import type { Party } from "./step.ts";
import { Subject, withLocals, type Locals } from "./subject.ts";
import { wireOf } from "./term.ts";

/** The deeds of one run of a recipe for one item. */
export interface Run extends Party {
  readonly deeds: readonly Deed[];
}

/** One run per item: its deeds together. */
export async function runsOf(reading: Reading, deeds: readonly Deed[]): Promise<readonly Run[]> {
  const byItem = new Map<string, Deed[]>();
  for (const deed of deeds) {
    const group = byItem.get(deed.key ?? "");
    if (group === undefined) byItem.set(deed.key ?? "", [deed]);
    else group.push(deed);
  }
  const [first] = deeds;
  if (first !== undefined && byItem.size > 1)
    reading.ahead.set(first.resource.name ?? "", new Set(byItem.keys()));
  const runs: Run[] = [];
  for (const group of byItem.values()) runs.push(await runFor(reading, group));
  return runs;
}

async function runFor(reading: Reading, deeds: readonly Deed[]): Promise<Run> {
  const [deed] = deeds;
  assert(deed !== undefined, "a run has a deed");
  const { resource, key } = deed;
  const want = new Map(deeds.flatMap((each) => [...each.want]));
  for (const each of deeds) if (each.field !== null && each.after !== null) want.set(each.field, each.after);
  // The newest of something is not bound to what is there now: `$want` must not fall back to it.
  const isLatest = deed.verb === "update" && deed.field === null;
  const now = new Map(deeds.flatMap((each) => [...each.now]));
  const looked =
    deed.item === undefined && deed.verb !== "create" && key !== null
      ? await findItem(reading, resource, key)
      : null;
  const subject = new Subject(
    reading,
    resource,
    key,
    deed.item ?? looked?.item,
    { want, now, anew: isLatest },
    deed.sources,
  );
  return { subject, scope: withLocals(subject, await localsFor(subject, deeds)), deeds };
}

async function localsFor(subject: Subject, deeds: readonly Deed[]): Promise<Locals> {
  const [deed] = deeds;
  const { resource } = subject;
  if (deed === undefined) return {};
  if (resource.record !== null && (deed.verb === "create" || deed.way.kind === "recipe")) {
    const record = deed.verb === "create" ? undefined : await subject.record();
    const changed = new Map(
      deeds.flatMap((each) => (each.field === null ? [...each.want] : [[each.field, each.after] as const])),
    );
    const signature = record === undefined ? "a{sa{sv}}" : wireOf(record).signature;
    const merged = mergeRecord(resource, signature, record, changed);
    return { record: merged, changes: mergeRecord(resource, signature, undefined, changed) };
  }
  if (deed.field === null) return {};
  const single = deeds.length === 1 ? { value: subject.wish(deed.field, deed.after) } : {};
  if (deed.verb !== "update") return single;
  return { ...single, changes: pairsOf(subject, deeds) };
}

/** What changes, as pairs of property and value: `a(sv)`. */
function pairsOf(subject: Subject, deeds: readonly Deed[]): Locals["changes"] & object {
  const doc: DocValue = deeds.map((deed) => [deed.field ?? "", isTable(deed.after) ? null : deed.after]);
  return {
    doc,
    secret: false,
    wire: () => {
      const pairs = deeds.map((deed): DBusValue => {
        const read = subject.resource.fields.get(deed.field ?? "")?.read;
        const property = read?.kind === "property" ? read.property : (deed.field ?? "");
        return [property, subject.wish(deed.field ?? "", deed.after).wire(null)];
      });
      return new Variant("a(sv)", pairs);
    },
  };
}

// ---- sets

export function without(list: readonly DocValue[], others: readonly DocValue[]): readonly DocValue[] {
  const known = new Set(others.map(keyOfDoc));
  return list.filter((element) => !known.has(keyOfDoc(element)));
}

export function listOf(doc: DocValue): readonly DocValue[] {
  return Array.isArray(doc) ? (doc as readonly DocValue[]) : [];
}

/** `$element` in the element type of the field, and the parts of its text. */
export function elementLocals(subject: Subject, deed: Deed, element: DocValue): Locals {
  const name = deed.field ?? "";
  const now = deed.now.get(name);
  const type = now === undefined || isUnknown(now) ? "as" : now.signature;
  const shape = deed.resource.fields.get(name)?.text ?? null;
  const parts = shape === null || typeof element !== "string" ? null : splitText(shape, element);
  const list = subject.wish(name, [element]);
  const wish = {
    doc: element,
    secret: false,
    wire: (signature: string | null) => {
      const target = signature === null || signature === "v" ? type.slice(1) : signature;
      const made = list.wire(`a${target}`).value as readonly DBusValue[];
      return new Variant(target, made[0] ?? "");
    },
  };
  return parts === null ? { element: wish } : { element: wish, parts };
}
