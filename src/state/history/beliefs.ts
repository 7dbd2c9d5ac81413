// What op-dbus believes of the machine at one generation: for every address it ever touched the value, learnt from the
// generations up to it; for what was touched only later, the value that was found there first. Grows with the number of
// addresses, not with the length of the log.

import type { Observed, Reading } from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import type { Past } from "../ports.ts";
import { factsAfter, factsBefore, type Fact } from "./facts.ts";
import { generations } from "./generation.ts";

/** A plugin itself, or one item. */
export interface Owner {
  /** `field` is null. */
  readonly place: Address;
  /** null = nobody could look: it is believed to be there while a field of it has a value. */
  readonly there: boolean | null;
  readonly fields: ReadonlyMap<string, Reading>;
}

export interface Beliefs {
  /** By the address of the owner. */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Owners whose presence or version generations after this one changed, and what fields they wrote, by owner. */
  readonly later: ReadonlyMap<string, Later>;
}
export interface Later {
  /** The item came, went or moved to another version; `moved`: the latter. */
  readonly whole: boolean;
  readonly moved: boolean;
  readonly fields: ReadonlySet<string>;
}

interface Touched extends Later {
  whole: boolean;
  moved: boolean;
  readonly fields: Set<string>;
}
interface Mutable extends Owner {
  there: boolean | null;
  readonly fields: Map<string, Reading>;
}

/** The machine after generation `number`; 0 = before the first, Infinity = after the last. */
export function stateAt(past: Past, number: number): Beliefs {
  const owners = new Map<string, Mutable>();
  const later = new Map<string, Touched>();
  for (const generation of generations(past)) {
    if (generation.number <= number) for (const fact of factsAfter(generation)) learn(owners, fact);
    else for (const fact of factsBefore(generation)) find(owners, later, fact);
  }
  return { owners, later };
}

/** A fact about now. */
function learn(owners: Map<string, Mutable>, fact: Fact): void {
  const owner = ownerOf(owners, fact.place);
  if (fact.kind === "item") {
    if (fact.fields !== null || fact.there !== true || owner.there === false) owner.fields.clear();
    owner.there = fact.there;
    for (const [field, value] of fact.fields ?? []) owner.fields.set(field, value);
  } else {
    owner.fields.set(fact.place.field, fact.value);
    // What was written is there; what has a value came back, whoever brought it.
    if (owner.there === null || !isAbsent(fact.value)) owner.there = true;
  }
}

/** A fact about a later moment: it holds for now where nothing is known of now, until the item itself is another one. */
function find(owners: Map<string, Mutable>, later: Map<string, Touched>, fact: Fact): void {
  const name = nameOf(fact.place);
  const isKnown = owners.has(name);
  const owner = ownerOf(owners, fact.place);
  const seen = later.get(name) ?? { whole: false, moved: false, fields: new Set() };
  later.set(name, seen);
  const isSame = !seen.whole && owner.there !== false;
  if (fact.kind === "field") {
    if (isSame) {
      owner.there = true;
      fill(owner, seen, fact.place.field, fact.value);
    }
    seen.fields.add(fact.place.field);
    return;
  }
  if (isSame && fact.there === true) {
    owner.there = true;
    for (const [field, value] of fact.fields ?? []) fill(owner, seen, field, value);
  } else if (!isKnown && !seen.whole) owner.there = fact.there;
  seen.whole = true;
  seen.moved ||= fact.verb === "update";
}

/** What was written since then says nothing of then. */
function fill(owner: Mutable, seen: Later, field: string, value: Reading): void {
  if (seen.fields.has(field)) return;
  const known = owner.fields.get(field);
  if (known === undefined || "unknown" in known) owner.fields.set(field, value);
}

function ownerOf(owners: Map<string, Mutable>, place: Address): Mutable {
  const name = nameOf(place);
  const there = owners.get(name);
  if (there !== undefined) return there;
  const owner: Mutable = { place: { ...place, field: null }, there: null, fields: new Map() };
  owners.set(name, owner);
  return owner;
}

/** Was there such an item? What has a value was there. */
export function isThere({ there, fields }: Owner): boolean {
  return there ?? [...fields.values()].some((value) => !isAbsent(value));
}

/** The owner's address. */
function nameOf(place: Address): string {
  return formatAddress({ ...place, field: null });
}

export function isAbsent(value: Reading): boolean {
  return "known" in value && value.known === null;
}

/** The same as if plugins had read it: what can be shown and compared like any other reading. */
export function observedOf({ owners }: Beliefs): ReadonlyMap<string, Observed> {
  const plugins = new Map<string, Observed>();
  for (const owner of owners.values()) {
    const { place, fields } = owner;
    if (place.key !== null && !isThere(owner)) continue;
    const { plugin, resource, key } = place;
    const item = { key: key ?? "", aliases: [], fields, pending: false, detail: null };
    const seen = plugins.get(plugin) ?? { plugin, self: null, resources: new Map(), owner: null };
    if (resource === null || key === null) plugins.set(plugin, { ...seen, self: item });
    else {
      const resources = seen.resources as Map<string, { complete: false; items: Map<string, typeof item> }>;
      const items = resources.get(resource)?.items ?? new Map<string, typeof item>();
      items.set(key, item);
      resources.set(resource, { complete: false, items });
      plugins.set(plugin, seen);
    }
  }
  return plugins;
}
