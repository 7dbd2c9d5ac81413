// memory query: what is remembered, by words or by likeness.

import { LIMITS } from "../../base/limits.ts";
import { DEFAULT_NAMESPACE, hexOf, type OwnSpace, type SearchOptions } from "../../memory/memory.ts";
import { APPLIES, AUDIT_NAMESPACE } from "../memory/feed.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";

export const query: Bound<"memory.query"> = async (parts, { text, namespace, limit, by, recall }) => {
  const options = { limit, ...(recall === undefined ? {} : { recall }) };
  const found = [];
  for (const space of await asked(parts, namespace)) {
    // Of what was applied, the applies: not each thing that one of them touched.
    const own = namespace === null && space.name === AUDIT_NAMESPACE;
    const hits = await searched(space, text, by, own ? { ...options, filter: APPLIES } : options);
    for (const [rank, { id, score }] of hits.entries()) {
      const concept = space.get(id);
      if (concept === null) continue;
      const { createdUs, attributes, content } = concept;
      const shown = textOf(content);
      found.push({
        rank,
        namespace: space.name,
        id: hexOf(id),
        score,
        createdUs,
        attributes,
        content: shown,
      });
    }
  }
  // Scores of two namespaces cannot be compared; ranks can.
  const best = found.toSorted((a, b) => a.rank - b.rank).slice(0, limit);
  return { found: best.map(({ rank: _rank, ...hit }) => hit) };
};

/** What people asked for, or what programs and the audit log left where nobody said where. */
async function asked(parts: Parts, namespace: string | null): Promise<readonly OwnSpace[]> {
  if (namespace !== null) return [await parts.memory.read(namespace)];
  const memory = await parts.memory.all();
  const both = await Promise.all([DEFAULT_NAMESPACE, AUDIT_NAMESPACE].map((name) => memory.find(name)));
  return both.filter((space) => space !== null);
}

async function searched(
  space: OwnSpace,
  text: string,
  by: "both" | "text" | "vector",
  options: SearchOptions,
) {
  if (by === "both") return await space.search(text, options);
  if (by === "text") return await space.searchText(text, options);
  const vector = await space.questionVector(text);
  return vector !== null ? await space.searchVector(vector, options) : [];
}

/** The beginning of a content, for people. */
function textOf(content: Uint8Array): string {
  return Buffer.from(content).toString().slice(0, LIMITS.memoryShownCharsMax);
}
