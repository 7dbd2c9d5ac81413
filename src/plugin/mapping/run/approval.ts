// Calls that a mapping makes to read and whose names do not promise a read: until somebody approved the mapping (by its
// digest) they are not made, and what depends on them is read-only. Other resources of the mapping are not concerned.

import type { Probe } from "../../plugin.ts";
import { flowsOf } from "../format/check-static.ts";
import type { Field, Mapping, Resource } from "../model.ts";
import { needsApproval } from "../format/probes.ts";

/** Resource (null: self) -> its calls that need a yes; resources without such calls are absent. */
export function doubtsOf(mapping: Mapping): ReadonlyMap<string | null, readonly Probe[]> {
  const doubts = new Map<string | null, readonly Probe[]>();
  for (const resource of [mapping.self, ...mapping.resources.values()]) {
    const used = new Set(flowsOf(mapping, resource));
    const flows = new Map([...mapping.flows].filter(([name]) => used.has(name)));
    const alone: Mapping = { ...mapping, self: resource, resources: new Map(), flows, checkpoint: null };
    const found = needsApproval(alone);
    if (found.length > 0) doubts.set(resource.name, found);
  }
  return doubts;
}

/** The mapping with these resources read-only. The digest stays: it is that of the file. */
export function withoutWrites(mapping: Mapping, names: ReadonlySet<string | null>): Mapping {
  const closed = (resource: Resource): Resource => (names.has(resource.name) ? readOnly(resource) : resource);
  const resources = new Map([...mapping.resources].map(([name, resource]) => [name, closed(resource)]));
  return { ...mapping, self: closed(mapping.self), resources };
}

function readOnly(resource: Resource): Resource {
  const fields = [...resource.fields].map(([name, field]): [string, Field] => [
    name,
    { ...field, write: { kind: "read-only" } },
  ]);
  const none = { create: null, delete: null, write: null, refresh: null, repair: null, effects: null };
  return { ...resource, ...none, recipes: new Map(), fields: new Map(fields) };
}
