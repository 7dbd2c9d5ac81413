// Was an action done? Only the machine knows, after its process died: what is there now against what was there before
// and what was wanted. Pure.

import { equalDoc, isTable, type DocValue, type Item, type Schema } from "../../plugin/plugin.ts";
import { leftFrom } from "./before.ts";
import type { Reading } from "../model.ts";
import type { RecordedAction } from "../record/recorded.ts";
import { scopesOfActions, touchedIn } from "./touched.ts";

/** not-done: as before. unknown: neither, or nobody can see it. */
export type Standing = "done" | "not-done" | "unknown";

/** `before` and `now`: readings of what the action touches. */
export function standingOf(action: RecordedAction, before: Reading, now: Reading): Standing {
  const then = touchedIn(before, [action]);
  const here = touchedIn(now, [action]);
  if (!here.observed.has(action.plugin)) return "unknown";
  const tried = [{ action, outcome: { outcome: "unknown" } }] as const;
  if (leftFrom(then, here, tried, scopesOfActions([action])).length === 0) return "not-done";
  return isAsWanted(action, here) ? "done" : "unknown";
}

function isAsWanted({ plugin, resource, key, field, verb, after }: RecordedAction, now: Reading): boolean {
  const observed = now.observed.get(plugin);
  const item = resource === null ? observed?.self : itemIn(observed?.resources.get(resource)?.items, key!);
  if (verb === "delete") return item === undefined;
  if (item === undefined || item === null || item.pending) return false;
  const schema = now.schemas.get(plugin);
  const kinds = resource === null ? schema?.self : schema?.resources.get(resource)?.fields;
  if (field !== null) return isValue(item, field, after, kinds, false);
  // Something newer is there: which one was the newest only the service knew.
  if (verb === "update") return true;
  return (
    !isTable(after) || Object.entries(after).every(([name, value]) => isValue(item, name, value, kinds, true))
  );
}

/** A key is the item's own or one of its aliases. */
function itemIn(items: ReadonlyMap<string, Item> | undefined, key: string): Item | undefined {
  return items?.get(key) ?? [...(items?.values() ?? [])].find(({ aliases }) => aliases.includes(key));
}

/** `partly`: a record is a wish, which leaves other keys alone; else it is the whole value. */
function isValue(
  { fields }: Item,
  field: string,
  after: DocValue,
  schemas: Schema["self"] | undefined,
  partly: boolean,
): boolean {
  const schema = schemas?.get(field);
  const value = fields.get(field);
  if (value === undefined) return after === null || (partly && schema?.readable === false);
  if ("digest" in value) return isTable(after) && after["digest"] === value.digest;
  if ("unknown" in value) return false;
  const kind = schema?.kind ?? "value";
  return equalDoc(after, value.known, kind === "record" && !partly ? "value" : kind);
}
