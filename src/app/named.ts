// Addresses that a person wrote out and that match nothing: a slip of the pen must not look like an empty answer, and an
// item that is simply not there is one. Patterns with stars may well match nothing. Pure.

import type { Fault } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import type { Observed, Schema } from "../plugin/plugin.ts";
import { formatAddress, matches, type Address, type Pattern } from "../state/state.ts";

export interface NamesNothing {
  /** Fields and resources that do not exist (OPD9020). */
  readonly faults: readonly Fault[];
  /** Addresses of items, or of members of their records, that could be there and are not. */
  readonly absent: readonly string[];
}

/** `observed`: what was read for these patterns; plugins that could not be read are not in it and are not judged. */
export function namesNothing(
  patterns: readonly Pattern[],
  schemas: ReadonlyMap<string, Schema>,
  observed: ReadonlyMap<string, Observed>,
): NamesNothing {
  const open = new Set(patterns.filter(({ text, globs }) => !text.includes("*") && globs.length > 1));
  const known = new Set<string>();
  for (const place of placesOf(schemas, observed)) {
    for (const pattern of open) if (matches(pattern, place)) open.delete(pattern);
    if (open.size === 0) break;
    known.add(formatAddress(place));
  }
  const faults: Fault[] = [];
  const absent: string[] = [];
  for (const { text } of open) {
    const plugin = text.slice(0, text.indexOf(":"));
    if (!observed.has(plugin)) continue;
    if (mayBeThere(text, plugin, schemas.get(plugin), known)) absent.push(text);
    else {
      const near = nearest(text, known);
      const hint = near === null ? `op-dbus query ${plugin}` : `did you mean ${near}?`;
      faults.push({ code: "OPD9020", message: `${text} names nothing here`, address: text, hint });
    }
  }
  return { faults, absent };
}

/** Does it stand for an item that is not there, or for a member of a record, which may have any? */
function mayBeThere(
  text: string,
  plugin: string,
  schema: Schema | undefined,
  known: ReadonlySet<string>,
): boolean {
  for (const [name, { openFields }] of schema?.resources ?? []) {
    if (!text.startsWith(`${plugin}:${name}/`)) continue;
    return openFields || ![...known].some((address) => text.startsWith(`${address}.`));
  }
  return false;
}

function* placesOf(
  schemas: ReadonlyMap<string, Schema>,
  observed: ReadonlyMap<string, Observed>,
): Generator<Address> {
  for (const [plugin, schema] of schemas) {
    for (const field of schema.self.keys()) yield { plugin, resource: null, key: null, field };
    for (const resource of schema.resources.keys()) yield { plugin, resource, key: null, field: null };
  }
  for (const [plugin, { self, resources }] of observed) {
    for (const field of self?.fields.keys() ?? []) yield { plugin, resource: null, key: null, field };
    for (const [resource, { items }] of resources) {
      for (const item of items.values()) {
        for (const key of [item.key, ...item.aliases]) {
          yield { plugin, resource, key, field: null };
          for (const field of item.fields.keys()) yield { plugin, resource, key, field };
        }
      }
    }
  }
}
