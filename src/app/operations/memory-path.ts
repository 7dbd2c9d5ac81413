// memory path: how two things that are remembered hang together, and through what most of several paths lead.

import type { Agreement } from "../../api/api.ts";
import { associationName } from "../../api/memory/memory.ts";
import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { hexOf, idOfContent, parseId, type OwnSpace } from "../../memory/memory.ts";
import type { Association, ConceptId } from "../../memory/model.ts";
import type { Bound } from "../bound.ts";

export const path: Bound<"memory.path"> = async (parts, { from, to, namespace, depth, best, paths }) => {
  const space = await parts.memory.read(namespace);
  const ends = { from: await named(space, from), to: await named(space, to), depthMax: depth, best };
  const { found, ended } = await space.questions.path(ends);
  const [way] = found;
  const steps = (way?.ids ?? []).map((id, n, ids) => {
    const by = n === 0 ? null : joining(space, ids[n - 1]!, id);
    const content = textOf(space.get(id)?.content ?? new Uint8Array());
    return { id: hexOf(id), content, by };
  });
  return { steps, confidence: way?.confidence ?? 0, ended, agreed: await agreed(space, ends, paths) };
};

/** Through what most of up to `paths` ways come to the end; null = only one was asked for. */
type Ends = Parameters<OwnSpace["questions"]["path"]>[0];

async function agreed(space: OwnSpace, ends: Ends, paths: number): Promise<Agreement | null> {
  if (paths === 1) return null;
  const { primary, alternatives, robustness } = await space.questions.agreement({ ...ends, pathsMax: paths });
  const each = [...(primary === null ? [] : [primary]), ...alternatives];
  const through = each.map(({ answer, support, confidence, proposals }) => ({
    content: answer.slice(0, LIMITS.memoryShownCharsMax),
    support,
    confidence,
    paths: proposals.length,
  }));
  return { through, robustness };
}

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
