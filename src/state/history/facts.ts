// What a generation tells of addresses: the values it found before, and those it left behind. Items are there or not;
// of an item that came or moved to another version only the named fields are known, and of a secret only its digest. Pure.

import { isTable, type DocValue, type Reading, type SideEffect } from "../../plugin/plugin.ts";
import { parseAddress, type Address } from "../address.ts";
import type { ActionEntry } from "../record/recorded.ts";
import type { Generation } from "./generation.ts";

export type Fact =
  | { readonly kind: "field"; readonly place: Address & { readonly field: string }; readonly value: Reading }
  | {
      readonly kind: "item";
      readonly place: Address;
      /** What is done to it; null = it was merely found so. */
      readonly verb: SideEffect["verb"] | null;
      /** null = nobody could look. */
      readonly there: boolean | null;
      /** All that is known of it; what it had before counts no more. null = only its presence was seen. */
      readonly fields: ReadonlyMap<string, Reading> | null;
    };

export const ABSENT: Reading = Object.freeze({ known: null });
const NOTHING: ReadonlyMap<string, Reading> = new Map();

/** What was there just before a generation, in the order of its actions. Whatever came of it, this was read. */
export function* factsBefore({ actions }: Pick<Generation, "actions">): Generator<Fact> {
  for (const action of actions) {
    const { verb, field, before } = action;
    if (verb === "update" && field !== null)
      yield { kind: "field", place: fieldOf(action, field), value: readingOf(before, action.secret) };
    else if (verb === "create") yield item(action, verb, false);
    else yield item(action, verb, true, fieldsOf(before));
    for (const effect of action.also)
      yield item(sidePlace(action, effect), effect.verb, effect.verb !== "create", null);
  }
}

/** What a generation left behind: as wished, as before, or as its list of what is left says. */
export function* factsAfter(generation: Pick<Generation, "actions" | "end">): Generator<Fact> {
  const { actions, end } = generation;
  if (end.end === "done") {
    for (const action of actions)
      if (action.outcome === "done" || action.outcome === "unknown") yield* factsDone(action);
    return;
  }
  // Backwards: where several actions touch one item, the first one saw it untouched.
  yield* [...factsBefore(generation)].reverse();
  for (const left of end.left) yield* factLeft(left.address, left.found, secretsOf(actions));
}

function* factsDone(action: ActionEntry): Generator<Fact> {
  const { verb, field, after } = action;
  if (verb === "update" && field !== null)
    yield { kind: "field", place: fieldOf(action, field), value: readingOf(after, action.secret) };
  else if (verb === "delete") yield item(action, verb, false);
  else yield item(action, verb, true, fieldsOf(after));
  for (const effect of action.also)
    yield item(sidePlace(action, effect), effect.verb, effect.verb !== "delete");
}

/** A place that is not as before: a field, or an item as a whole. */
function* factLeft(address: string, found: DocValue, secrets: ReadonlySet<string>): Generator<Fact> {
  const place = parseAddress(address);
  const { key, field } = place;
  const value = secrets.has(JSON.stringify(fieldOf(place, field ?? "")))
    ? ({ unknown: "a secret" } as const)
    : readingOf(found, false);
  if (field !== null) yield { kind: "field", place: { ...place, field }, value };
  else if (key !== null) {
    const there = "unknown" in value ? null : found !== null;
    yield item(place, null, there, there === true ? fieldsOf(found) : NOTHING);
  }
}

function secretsOf(actions: readonly ActionEntry[]): ReadonlySet<string> {
  return new Set(
    actions
      .filter(({ secret }) => secret)
      .map((action) => JSON.stringify(fieldOf(action, action.field ?? ""))),
  );
}

function item(
  { plugin, resource, key }: Omit<Address, "field">,
  verb: SideEffect["verb"] | null,
  there: boolean | null,
  fields: ReadonlyMap<string, Reading> | null = NOTHING,
): Fact {
  return { kind: "item", place: { plugin, resource, key, field: null }, verb, there, fields };
}

function fieldOf({ plugin, resource, key }: Omit<Address, "field">, field: string) {
  return { plugin, resource, key, field };
}

function sidePlace({ plugin }: ActionEntry, { resource, key }: SideEffect): Omit<Address, "field"> {
  return { plugin, resource, key };
}

/** The fields of a whole item. Empty where it is none: "latest" names no value. */
function fieldsOf(whole: DocValue): ReadonlyMap<string, Reading> {
  if (!isTable(whole) || isUnknown(whole)) return NOTHING;
  return new Map(Object.entries(whole).map(([field, value]) => [field, readingOf(value, isSecret(value))]));
}

/** As recorded.ts writes it: `{"unknown": why}`, and of a secret its digest, with its reference or alone. */
function readingOf(value: DocValue, secret: boolean): Reading {
  if (isUnknown(value)) return { unknown: value.unknown };
  if (!secret) return { known: value };
  if (value === null) return ABSENT;
  const digest = isTable(value) ? value["digest"] : null;
  return typeof digest === "string" ? { digest } : { unknown: "a secret" };
}

function isUnknown(value: DocValue): value is { readonly unknown: string } {
  return isTable(value) && Object.keys(value).length === 1 && typeof value["unknown"] === "string";
}

/** In a whole item no flag says it: a reference, which documents refuse for anything else. */
function isSecret(value: DocValue): boolean {
  return isTable(value) && typeof value["secret"] === "string";
}
