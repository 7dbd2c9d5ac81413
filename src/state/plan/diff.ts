// Document against observation: what has to change, and what differs and is left alone. Pure. It never plans to write
// over what could not be read, never removes more than the document allows, and reports all faults at once.

import type { Fault } from "../../base/error.ts";
import {
  tableOf,
  type Change,
  type DocValue,
  type Item,
  type Reading as Value,
} from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import { compare, type DigestOf, type Difference } from "./compare.ts";
import type { Document, Drift, Reading, WantedItem } from "../model.ts";
import { selector, type LeftOut, type Selection, type Selector } from "../inventory/selection.ts";

export interface Diff {
  /** Per plugin, in document order; a plugin without changes is absent. */
  readonly changes: ReadonlyMap<string, readonly Change[]>;
  readonly drift: readonly Drift[];
  /** Wishes that hold already. */
  readonly unchanged: number;
  readonly faults: readonly Fault[];
}

type Of<K extends Difference["kind"]> = Extract<Difference, { kind: K }>;

export function diff(document: Document, reading: Reading, selection: Selection, digestOf: DigestOf): Diff {
  const { differences, held, faults: found } = compare(document, reading, digestOf);
  const select = selector(selection);
  const changes = new Map<string, Change[]>();
  const drift: Drift[] = [];
  const faults: Fault[] = [...found];
  const wants = new Map<WantedItem, ReadonlyMap<string, DocValue>>();
  const removals = new Map<string, Of<"extra">[]>();

  for (const difference of differences) {
    const leftOut = select.leftOut(difference.place);
    if (difference.kind === "field") field(difference, leftOut);
    else if (difference.kind === "missing") missing(difference, leftOut);
    else if (difference.kind === "extra") extra(difference, leftOut);
    else if (difference.kind === "latest") latest(difference, leftOut);
  }
  for (const [place, extras] of removals) {
    const refused = tooMany(document, place, extras);
    faults.push(...refused);
    // What is refused here needs no opinion of the service.
    if (refused.length === 0) extras.forEach(remove);
  }
  faults.push(...select.unused(document).map(matchesNothing));
  return { changes, drift, unchanged: held, faults };

  function field(difference: Of<"field">, leftOut: LeftOut): void {
    const { place, field: schema, found: before, after, wanted, blind, item } = difference;
    const unknown = before !== null && "unknown" in before && !blind;
    const readOnly = schema !== null && !schema.writable && !schema.createOnly;
    const why = unknown ? "unknown" : readOnly ? "read-only" : leftOut;
    if (why !== null) {
      drift.push({ address: formatAddress(place), wanted: wanted.value, found: shown(before), why });
    } else if (schema !== null && !schema.writable && schema.createOnly) {
      faults.push({
        code: "OPD2105",
        message: `${place.field} is ${text(shown(before))} and can be chosen only when the item is created`,
        at: wanted.at,
        address: formatAddress(place),
        hint: "remove the item and create it again, or leave the field out",
      });
    } else {
      const want = item === null ? NOTHING : wantOf(item);
      add(place, {
        verb: "update",
        field: place.field,
        before: blind ? { unknown: "cannot be read" } : before,
        after,
        want,
        reset: wanted.reset,
        at: wanted.at,
      });
    }
  }

  function missing({ place, schema, item }: Of<"missing">, leftOut: LeftOut): void {
    const want = select.all ? wantOf(item) : selectedFields(place, item, select);
    if (leftOut !== null && want.size === 0) {
      drift.push({ address: formatAddress(place), wanted: tableOf(wantOf(item)), found: null, why: leftOut });
    } else if (schema?.canCreate === true) {
      const after = tableOf(want);
      add(place, { verb: "create", field: null, before: null, after, want, reset: false, at: item.at });
    } else {
      faults.push({
        code: "OPD2103",
        message: `there is no ${JSON.stringify(item.key)} among ${place.resource}`,
        at: item.at,
        address: formatAddress(place),
        ...whyClosed(place),
      });
    }
  }

  function extra(difference: Of<"extra">, leftOut: LeftOut): void {
    const { place, schema, found: item, at, implied } = difference;
    if (leftOut !== null) {
      drift.push({ address: formatAddress(place), wanted: null, found: wholeItem(item), why: leftOut });
    } else if (schema?.canDelete === true) {
      if (implied) gather(removals, `${place.plugin}\n${place.resource}`, difference);
      else remove(difference);
    } else {
      faults.push({
        code: "OPD2104",
        message: `${JSON.stringify(place.key)} is there, and ${place.plugin} has no way to remove it`,
        at,
        address: formatAddress(place),
        ...whyClosed(place),
      });
    }
  }

  /** What the plugin says of a resource that is read-only here. */
  function whyClosed({ plugin, resource }: Address): { readonly hint?: string } {
    const notes = reading.schemas.get(plugin)?.notes ?? [];
    const note = notes.find((text) => text.startsWith(`${plugin}:${resource}: `));
    return note === undefined ? {} : { hint: note };
  }

  function remove({ place, found: item, at }: Of<"extra">): void {
    const before = { known: wholeItem(item) };
    add(place, { verb: "delete", field: null, before, after: null, want: NOTHING, reset: false, at });
  }

  function latest({ place, schema, item, found: now }: Of<"latest">, leftOut: LeftOut): void {
    if (leftOut !== null) {
      drift.push({ address: formatAddress(place), wanted: "latest", found: wholeItem(now), why: leftOut });
    } else if (schema?.canUpdate === true) {
      const want = wantOf(item);
      const before = { known: wholeItem(now) };
      add(place, { verb: "latest", field: null, before, after: "latest", want, reset: false, at: item.at });
    } else {
      faults.push({
        code: "OPD2112",
        message: `${place.plugin} cannot tell which ${place.resource} are the newest`,
        at: item.at,
        address: formatAddress(place),
        hint: 'write ensure = "installed"',
      });
    }
  }

  function add(place: Address, change: Omit<Change, "resource" | "key">): void {
    gather(changes, place.plugin, { resource: place.resource, key: place.key, ...change });
  }

  function wantOf(item: WantedItem): ReadonlyMap<string, DocValue> {
    let want = wants.get(item);
    if (want === undefined) wants.set(item, (want = valuesOf(item)));
    return want;
  }
}

const NOTHING: ReadonlyMap<string, DocValue> = new Map();

function gather<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function valuesOf(item: WantedItem): ReadonlyMap<string, DocValue> {
  return new Map([...item.fields].map(([name, wanted]) => [name, wanted.value]));
}

function selectedFields(place: Address, item: WantedItem, select: Selector): ReadonlyMap<string, DocValue> {
  return new Map([...valuesOf(item)].filter(([field]) => select.leftOut({ ...place, field }) === null));
}

/** What is there now, as a document would say it; a secret is never said. */
export function shown(found: Value | null): Drift["found"] {
  if (found === null || "digest" in found) return null;
  return "unknown" in found ? { unknown: found.unknown } : found.known;
}

/** The known fields of an item, without secrets. */
export function wholeItem(item: Item): DocValue {
  const known: [string, DocValue][] = [];
  for (const [name, value] of item.fields)
    if ("known" in value && value.known !== null) known.push([name, value.known]);
  return tableOf(known);
}

function tooMany(document: Document, place: string, extras: readonly Of<"extra">[]): Fault[] {
  const [plugin, resource] = place.split("\n") as [string, string];
  const { maxRemovals, at } = document.plugins.get(plugin)!.resources.get(resource)!.exclusive!;
  if (extras.length <= maxRemovals) return [];
  const names = extras.slice(0, 5).map(({ place: { key } }) => JSON.stringify(key));
  const more = extras.length > names.length ? ` and ${extras.length - names.length} more` : "";
  return [
    {
      code: "OPD2106",
      message: `${extras.length} ${resource} would be removed, max_removals is ${maxRemovals}: ${names.join(", ")}${more}`,
      at,
      address: formatAddress({ plugin, resource, key: null, field: null }),
      hint: `name what shall stay, or raise max_removals to ${extras.length}`,
    },
  ];
}

function matchesNothing(pattern: string): Fault {
  return {
    code: "OPD2110",
    message: `${pattern} matches nothing in the document`,
    address: pattern,
    hint: "op-dbus plan without --target and --exclude shows the addresses",
  };
}

function text(value: Drift["found"]): string {
  return value === null
    ? "not set"
    : JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}
