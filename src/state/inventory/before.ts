// Is everything as it was? The inventory from before an apply against the one after its rollback, for the services
// that were touched: the list of what is left is what a person is told, so it is made from readings alone. Pure.

import {
  equalDoc,
  tableOf,
  type DocValue,
  type Item,
  type Reading as Value,
  type Scope,
} from "../../plugin/plugin.ts";
import type { Observed, ObservedResource, Schema, SideEffect } from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import { shown, wholeItem } from "../plan/diff.ts";
import { scopesOf } from "./inventory.ts";
import type { ActionResult, Document, Mismatch, Reading } from "../model.ts";
import { addressOf } from "../plan/order.ts";
import type { RecordedAction } from "../record/recorded.ts";

/** An action that was started, with what is known of its outcome: from its plan, or from a journal. */
export interface Tried {
  readonly action: Pick<RecordedAction, "plugin" | "resource" | "key" | "field" | "before" | "also">;
  readonly outcome: { readonly outcome: "done" | "failed" | "unknown" };
}

/** What to read to see whether the services of `results` are as before: what was read before, and side effects. */
export function scopesTouched(
  document: Document,
  results: readonly ActionResult[],
): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const [plugin, scope] of scopesOf(document)) {
    const own = results.filter(({ action }) => action.plugin === plugin);
    if (own.length === 0) continue;
    const resources = new Map(scope.resources ?? []);
    for (const { resource, key } of own.flatMap(({ action }) => action.also)) {
      const now = resources.get(resource) ?? { keys: [], fields: [] };
      if (now.keys !== "all") resources.set(resource, { ...now, keys: [...now.keys, key] });
    }
    scopes.set(plugin, resources.size === 0 ? scope : { ...scope, resources });
  }
  return scopes;
}

/** Every address that is not as before, or cannot be shown to be. `wanted` is what was there. Items that no action
 * touched count by their presence, and by the fields that the document names. */
export function leftFrom(
  before: Reading,
  now: Reading,
  results: readonly Tried[],
  scopes: ReadonlyMap<string, Scope>,
): readonly Mismatch[] {
  const left = new Map<string, Mismatch>();
  const add = (place: Address, wanted: DocValue, found: Mismatch["found"]): void => {
    const address = formatAddress(place);
    if (!left.has(address)) left.set(address, { address, wanted, found });
  };
  // Also what was refused may be half done. Only where nobody can look is a refusal believed.
  const tried = results.map(({ action }) => action);
  const written = results.filter(({ outcome }) => outcome.outcome !== "failed").map(({ action }) => action);
  const touched = new Set(
    tried.flatMap((action) => [addressOf(action), formatAddress({ ...action, field: null })]),
  );
  const changed = new Set(written.map(addressOf));

  for (const [plugin, scope] of scopes) {
    const [was, is] = [before.observed.get(plugin), now.observed.get(plugin)];
    const schema = now.schemas.get(plugin) ?? before.schemas.get(plugin);
    if (was === undefined) continue;
    if (is === undefined) {
      for (const action of tried) {
        if (action.plugin === plugin)
          add(action, valueOf(action.before), { unknown: `${plugin} cannot be read` });
      }
    } else comparePlugin(plugin, scope, was, is, schema);
  }
  for (const action of written) {
    if (action.field !== null && !readable(before, action) && now.observed.has(action.plugin)) {
      add(action, valueOf(action.before), { unknown: "cannot be read" });
    }
  }
  return [...left.values()];

  function comparePlugin(
    plugin: string,
    scope: Scope,
    was: Observed,
    is: Observed,
    schema: Schema | undefined,
  ): void {
    const self: Address = { plugin, resource: null, key: null, field: null };
    if (was.self !== null) fields(self, was.self, is.self, schema?.self);
    const also = new Map(
      tried
        .flatMap((action) => (action.plugin === plugin ? action.also : []))
        .map((e) => [`${e.resource}\n${e.key}`, e]),
    );
    for (const [resource, { fields: asked }] of scope.resources ?? []) {
      const [old, current] = [was.resources.get(resource), is.resources.get(resource)];
      const narrow = asked !== "all";
      for (const key of new Set([...keysOf(old), ...keysOf(current)])) {
        const place = { plugin, resource, key, field: null };
        const effect = also.get(`${resource}\n${key}`);
        const [then, here] = [old?.items.get(key), current?.items.get(key)];
        if (then === undefined) appeared(place, here!, effect);
        else if (here === undefined) add(place, wholeItem(then), undefined);
        else if (here.pending && touched.has(formatAddress(place)))
          add(place, wholeItem(then), { unknown: "still changing" });
        else if (narrow || touched.has(formatAddress(place)))
          fields(place, then, here, schema?.resources.get(resource)?.fields);
      }
      for (const { verb, resource: where, key } of also.values()) {
        const gone = verb === "delete" && where === resource && current?.items.has(key) !== true;
        if (gone && old?.items.has(key) !== true)
          add({ plugin, resource, key, field: null }, tableOf([]), undefined);
      }
    }
  }

  /** Of items that were not read before only those are new that the service announced as new. */
  function appeared(place: Address, here: Item, effect: SideEffect | undefined): void {
    if (effect === undefined || effect.verb === "create") add(place, null, wholeItem(here));
  }

  function fields(owner: Address, then: Item, here: Item | null, schema: Schema["self"] | undefined): void {
    for (const [field, value] of then.fields) {
      const place = { ...owner, field };
      const current = here?.fields.get(field) ?? { known: null };
      const kind = schema?.get(field)?.kind === "set" ? "set" : "value";
      if (!same(value, current, kind, changed.has(formatAddress(place)))) {
        add(place, valueOf(shown(value)), "known" in current ? current.known : shown(current));
      }
    }
    for (const [field, current] of here?.fields ?? []) {
      if (!then.fields.has(field) && "known" in current && current.known !== null)
        add({ ...owner, field }, null, current.known);
    }
  }
}

/** What could not be read before says nothing, unless it was written since. */
function same(was: Value, is: Value, kind: "set" | "value", written: boolean): boolean {
  if ("unknown" in was) return !written;
  if ("digest" in was) return "digest" in is && was.digest === is.digest;
  return "known" in is && equalDoc(was.known, is.known, kind);
}

function keysOf(resource: ObservedResource | undefined): Iterable<string> {
  return resource?.items.keys() ?? [];
}

function readable(reading: Reading, { plugin, resource, key, field }: Address): boolean {
  const observed = reading.observed.get(plugin);
  const item = resource === null ? observed?.self : observed?.resources.get(resource)?.items.get(key ?? "");
  const value = item?.fields.get(field ?? "");
  const schema = reading.schemas.get(plugin);
  const known = resource === null ? schema?.self : schema?.resources.get(resource)?.fields;
  return value === undefined ? known?.get(field ?? "")?.readable !== false : !("unknown" in value);
}

/** `{unknown}` stands for no value. */
function valueOf(value: DocValue | { readonly unknown: string } | null): DocValue {
  const unknown = typeof value === "object" && value !== null && "unknown" in value;
  return unknown ? null : value;
}
