// Requests of the protocol about how concepts hang together, and about what their texts say. Names of kinds and domains are the
// protocol's, in any case; one that is none is refused, not taken for another.

import type {
  MemoryReply,
  MemoryRequest,
  SemanticConcept,
  SemanticFilter,
  SemanticPath,
} from "../../api/memory/memory.ts";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import {
  hexOf,
  legacyId,
  type OwnSpace,
  type SpaceFilter,
  type SpaceSemanticPath,
} from "../../memory/memory.ts";
import { CAUSAL_TYPES, DOMAINS, SEMANTIC_TYPES } from "../../memory/model.ts";

type Question = Extract<
  MemoryRequest,
  {
    readonly type:
      | "FindPath"
      | "FindPathSemantic"
      | "FindTemporalChain"
      | "FindCausalChain"
      | "FindContradictions"
      | "QueryBySemantic";
  }
>;

export async function answerQuestion(
  space: OwnSpace,
  request: Question,
  signal: AbortSignal,
): Promise<MemoryReply> {
  const { questions } = space;
  switch (request.type) {
    case "FindPath": {
      const ends = endsOf(request.startId, request.endId, request.maxDepth);
      const [path] = (await questions.path(ends, signal)).found;
      return { type: "FindPathOk", found: path !== undefined, path: (path?.ids ?? []).map(hexOf) };
    }
    case "FindPathSemantic": {
      const { startId, endId, maxDepth, maxPaths: pathsMax, filter } = request;
      const ends = { ...endsOf(startId, endId, maxDepth), pathsMax };
      const { found } = await questions.semanticPaths(ends, filterOf(filter), signal);
      return { type: "FindPathSemanticOk", paths: found.map(pathReply) };
    }
    case "FindTemporalChain": {
      const { domain, startTime, endTime, after, before, startId, endId, maxDepth } = request;
      const interval = {
        fromS: startTime ?? after ?? -Infinity,
        toS: endTime ?? before ?? Infinity,
        ...(domain === null ? {} : { domain: oneOf("domain", domain, DOMAINS) }),
      };
      const ends = startId === null || endId === null ? null : endsOf(startId, endId, maxDepth);
      const { found } = await questions.chainsInTime(interval, ends, signal);
      return { type: "FindTemporalChainOk", paths: found.map(pathReply) };
    }
    case "FindCausalChain": {
      const { startId, endId, maxDepth: depthMax, causalType } = request;
      const causal = causalType === null ? {} : { causal: oneOf("causal_type", causalType, CAUSAL_TYPES) };
      const to = endId === null ? null : legacyId(endId);
      const { found } = await questions.causes({ from: legacyId(startId), to, depthMax, ...causal }, signal);
      return { type: "FindCausalChainOk", paths: found.map(pathReply) };
    }
    case "FindContradictions": {
      const { domain, conceptId } = request;
      const about = {
        ...(domain === null ? {} : { domain: oneOf("domain", domain, DOMAINS) }),
        ...(conceptId === null ? {} : { id: legacyId(conceptId) }),
      };
      const { found } = await questions.contradictions(about, signal);
      const contradictions = found.map(({ a, b, reason }) => [hexOf(a), hexOf(b), reason] as const);
      return { type: "FindContradictionsOk", contradictions };
    }
    case "QueryBySemantic": {
      await space.reached();
      const ids = space.select(filterOf(request.filter), request.limit);
      return { type: "QueryBySemanticOk", concepts: ids.flatMap((id) => semanticConcept(space, id)) };
    }
  }
}

function endsOf(from: string, to: string, depthMax: number) {
  return { from: legacyId(from), to: legacyId(to), depthMax };
}

/** `has_causal_relation` false asks for nothing: its clients send it always. */
function filterOf(filter: SemanticFilter): SpaceFilter {
  const { semanticType, domainContext, temporalAfter, temporalBefore } = filter;
  const { hasCausalRelation, minConfidence, requiredTerms } = filter;
  return {
    ...(semanticType === null ? {} : { type: oneOf("semantic_type", semanticType, SEMANTIC_TYPES) }),
    ...(domainContext === null ? {} : { domain: oneOf("domain_context", domainContext, DOMAINS) }),
    ...(temporalAfter === null ? {} : { aboutFromS: temporalAfter }),
    ...(temporalBefore === null ? {} : { aboutToS: temporalBefore }),
    ...(hasCausalRelation ? { hasCausal: true } : {}),
    ...(minConfidence > 0 ? { minConfidence } : {}),
    ...(requiredTerms.length > 0 ? { terms: requiredTerms } : {}),
  };
}

/** Throws OPD4001. */
function oneOf<const W extends string>(field: string, text: string, words: readonly W[]): W {
  const found = words.find((word) => word === text.toLowerCase());
  if (found === undefined)
    throw new OpError("OPD4001", `${field}: ${visible(text.slice(0, 64))} is none of ${words.join(", ")}`);
  return found;
}

function pathReply({ ids, certainty, types, domains, inTimeOrder }: SpaceSemanticPath): SemanticPath {
  return {
    concepts: ids.map(hexOf),
    confidence: certainty,
    typeDistribution: types,
    domains,
    isTemporallyOrdered: inTimeOrder,
  };
}

/** What was never analysed is an entity of no domain, of which nothing is sure. */
function semanticConcept(space: OwnSpace, id: Uint8Array): SemanticConcept[] {
  const concept = space.get(id);
  if (concept === null) return [];
  const { type = "entity", domain = "general", confidence = 0 } = concept.semantic ?? {};
  const content = Buffer.from(concept.content).toString();
  return [{ conceptId: hexOf(id), content, semanticType: type, domain, confidence }];
}
