// The columns of a source as far as the mapping itself names them: rows of a flow, `columns`, `parts`, or the items of
// another resource.

import type { Mapping, Source } from "../model.ts";

/** Names of the columns, or null when only the service knows (a dict, numbered members, objects). */
export function columnsOf(mapping: Mapping, source: Source): ReadonlySet<string> | null {
  const { fetch, flow } = source;
  if (fetch.kind === "of") {
    const other = mapping.resources.get(fetch.resource);
    const list = other?.list?.root === "source" ? other.sources.get(other.list.name ?? "") : undefined;
    // a list that is itself "of" another resource is a fault of its own (cycles.ts)
    return list === undefined || list.fetch.kind === "of" ? null : columnsOf(mapping, list);
  }
  const parts = [...source.parts.values()].flatMap((form) => form.parts);
  if (flow !== null) {
    const rows = mapping.flows.get(flow)?.rows;
    return rows === undefined || rows.size === 0 ? null : new Set([...rows.values()].flat().concat(parts));
  }
  return source.columns === null ? null : new Set([...source.columns, ...parts]);
}
