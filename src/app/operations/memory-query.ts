// memory query and path: what is remembered, by words or likeness, and how two things hang together.

import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { associationName } from "../../api/memory/memory.ts";
import {
  DEFAULT_NAMESPACE,
  hexOf,
  idOfContent,
  parseId,
  type OwnSpace,
  type SearchOptions,
} from "../../memory/memory.ts";
import type { Association, ConceptId } from "../../memory/model.ts";
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

export const path: Bound<"memory.path"> = async (parts, { from, to, namespace, depth, best }) => {
  const space = await parts.memory.read(namespace);
  const ends = { from: await named(space, from), to: await named(space, to), depthMax: depth, best };
  const { found, ended } = await space.questions.path(ends);
  const [way] = found;
  const steps = (way?.ids ?? []).map((id, n, ids) => {
    const by = n === 0 ? null : joining(space, ids[n - 1]!, id);
    const content = textOf(space.get(id)?.content ?? new Uint8Array());
    return { id: hexOf(id), content, by };
  });
  return { steps, confidence: way?.confidence ?? 0, ended };
};

/** An id, the whole content of a concept, or what words find first. */
async function named(space: OwnSpace, text: string): Promise<ConceptId> {
  if (/^[0-9a-f]{32}$/i.test(text)) return parseId(text);
  for (const content of [text, text.toLowerCase()]) {
    const id = idOfContent(Buffer.from(content));
    if (space.get(id) !== null) return id;
  }
  const [hit] = await space.searchText(text, { limit: 1, recall: false });
  if (hit === undefined) throw new OpError("OPD4002", `nothing in ${space.name} says ${visible(text)}`);
  return hit.id;
}

/** The surest association between two concepts, and which way it leads. */
function joining(space: OwnSpace, from: ConceptId, to: ConceptId) {
  const [there, back] = [hexOf(to), hexOf(from)];
  const all = space.neighbours(from, "out").filter(({ target }) => hexOf(target) === there);
  const turned = space.neighbours(to, "out").filter(({ target }) => hexOf(target) === back);
  const surest = (some: readonly Association[]) => some.toSorted((a, b) => b.confidence - a.confidence)[0];
  const [forwards, backwards] = [surest(all), surest(turned)];
  const chosen = forwards ?? backwards;
  if (chosen === undefined) return null;
  return {
    type: associationName(chosen.type),
    confidence: chosen.confidence,
    turned: forwards === undefined,
  };
}

/** The beginning of a content, for people. */
function textOf(content: Uint8Array): string {
  return Buffer.from(content).toString().slice(0, LIMITS.memoryShownCharsMax);
}
