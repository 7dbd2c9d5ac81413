// What the memory answers to programs: every request of the protocol, by calling a namespace. Ids are read as the original engine
// read them, so that its clients find what they named; what is absent is an answer and no error; a change is durable when its
// reply goes out. Reading a namespace that nobody wrote to finds nothing, and makes none.

import type { MemoryDoor, MemoryReply, MemoryRequest, LearnOptions } from "../../api/memory/memory.ts";
import { systemClock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import {
  analyze,
  DEFAULT_NAMESPACE,
  hexOf,
  idOfContent,
  learnTexts,
  legacyId,
  type Memory,
  type OwnSpace,
} from "../../memory/memory.ts";
import { ASSOCIATION_TYPES, type AssociationType, type Concept, type ConceptId } from "../../memory/model.ts";
import { answerQuestion } from "./answer-question.ts";

/** Opened with the first request. */
export function memoryDoor(open: () => Promise<Memory>): MemoryDoor {
  const startedMs = systemClock.monotonicMs();
  return Object.freeze({
    async answer(request: MemoryRequest, _who: unknown, signal: AbortSignal): Promise<MemoryReply> {
      const memory = await open();
      if (request.type === "Flush") {
        await memory.flush();
        return { type: "FlushOk" };
      }
      if (request.type === "HealthCheck") {
        const [alert] = memory.alerts();
        const uptimeSeconds = Math.floor((systemClock.monotonicMs() - startedMs) / 1000);
        return { type: "HealthCheckOk", healthy: alert === undefined, status: alert ?? "ok", uptimeSeconds };
      }
      const name = request.namespace ?? DEFAULT_NAMESPACE;
      if (isChange(request)) return await change(await memory.space(name), request, signal);
      // Where nothing was written everything is absent, as in an empty one.
      const space = (await memory.find(name)) ?? (await memory.space(DEFAULT_NAMESPACE));
      if (space.name !== name) return ABSENT[request.type];
      return await read(space, request, signal);
    },
  });
}

type Named = Exclude<MemoryRequest, { readonly type: "Flush" | "HealthCheck" }>;
type ChangeType =
  | "LearnConceptV2"
  | "LearnBatch"
  | "LearnConcept"
  | "LearnWithEmbedding"
  | "LearnAssociation"
  | "DeleteConcept"
  | "ClearCollection";
type ChangeRequest = Extract<Named, { readonly type: ChangeType }>;
type ReadRequest = Exclude<Named, { readonly type: ChangeType }>;

const CHANGES: ReadonlySet<string> = new Set<ChangeType>([
  "LearnConceptV2",
  "LearnBatch",
  "LearnConcept",
  "LearnWithEmbedding",
  "LearnAssociation",
  "DeleteConcept",
  "ClearCollection",
]);
function isChange(request: Named): request is ChangeRequest {
  return CHANGES.has(request.type);
}

async function change(space: OwnSpace, request: ChangeRequest, signal: AbortSignal): Promise<MemoryReply> {
  switch (request.type) {
    case "LearnConceptV2": {
      const [id] = await learnTexts(space, [request.content], optionsOf(request.options), signal);
      return { type: "LearnConceptV2Ok", conceptId: hexOf(id!) };
    }
    case "LearnBatch": {
      const ids = await learnTexts(space, request.contents, optionsOf(request.options), signal);
      return { type: "LearnBatchOk", conceptIds: ids.map(hexOf) };
    }
    case "LearnConcept": {
      const { conceptId, content, embedding, strength, confidence } = request;
      const id = legacyId(conceptId);
      // What it does not say stays as it was.
      const { attributes = NONE } = space.get(id) ?? {};
      const own = { id, content: Buffer.from(content), vector: vectorOf(embedding), strength, confidence };
      return {
        type: "LearnConceptOk",
        sequence: await space.learn({ ...own, attributes, semantic: analyze(content) }),
      };
    }
    case "LearnWithEmbedding": {
      const { content, embedding, metadata } = request;
      const bytes = Buffer.from(content);
      const id = request.id === null ? idOfContent(bytes) : legacyId(request.id);
      const own = { id, content: bytes, vector: vectorOf(embedding), attributes: metadata };
      await space.learn({ ...own, strength: 1, confidence: 1, semantic: analyze(content) });
      return { type: "LearnConceptV2Ok", conceptId: hexOf(id) };
    }
    case "LearnAssociation": {
      const { sourceId, targetId, assocType, confidence } = request;
      const association = {
        source: legacyId(sourceId),
        target: legacyId(targetId),
        type: typeOf(assocType),
        confidence,
        weight: 1,
      };
      return { type: "LearnAssociationOk", sequence: await space.associate(association) };
    }
    case "DeleteConcept":
      await space.forget(legacyId(request.id));
      return { type: "DeleteConceptOk", id: request.id };
    case "ClearCollection":
      await space.clear();
      return { type: "ClearCollectionOk", namespace: space.name };
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

function optionsOf(options: LearnOptions) {
  const { generateEmbedding, extractAssociations, strength, confidence } = options;
  const associations = {
    confidenceMin: options.minAssociationConfidence,
    associationsMax: options.maxAssociationsPerConcept,
  };
  return {
    strength,
    confidence,
    embed: generateEmbedding,
    associations: extractAssociations ? associations : null,
  };
}

/** A vector without numbers is none. */
function vectorOf(embedding: Float32Array): Float32Array | null {
  return embedding.length === 0 ? null : embedding;
}

/** Throws OPD4001. */
function typeOf(number: number): AssociationType {
  const known = Object.values(ASSOCIATION_TYPES).find((one) => one === number);
  if (known === undefined) throw new OpError("OPD4001", `assoc_type: ${number} is none of the protocol`);
  return known;
}

async function read(space: OwnSpace, request: ReadRequest, signal: AbortSignal): Promise<MemoryReply> {
  switch (request.type) {
    case "QueryConcept":
      return conceptReply(space.get(legacyId(request.conceptId)));
    case "GetNeighbors": {
      const id = legacyId(request.conceptId);
      const own = hexOf(id);
      const ids = space.neighbours(id, "both").map(({ source, target }) => {
        const from = hexOf(source);
        return from === own ? hexOf(target) : from;
      });
      return { type: "GetNeighborsOk", neighborIds: ids };
    }
    case "GetAssociation": {
      const { sourceId, targetId } = request;
      const found = space.association(legacyId(sourceId), legacyId(targetId));
      const { type: assocType = 0, confidence = 0 } = found ?? {};
      return { type: "GetAssociationOk", found: found !== null, sourceId, targetId, assocType, confidence };
    }
    case "GetAllConceptIds":
      return { type: "GetAllConceptIdsOk", conceptIds: space.list(null, Infinity).map(hexOf) };
    case "VectorSearch": {
      const { queryVector, k, efSearch } = request;
      const hits =
        k === 0 ? [] : await space.searchVector(queryVector, { limit: k, ef: Math.max(1, efSearch) });
      return { type: "VectorSearchOk", results: hits.map(({ id, score }) => [hexOf(id), score]) };
    }
    case "TextSearch": {
      const { query, limit } = request;
      const hits = limit === 0 ? [] : await space.search(query, { limit });
      return { type: "TextSearchOk", results: hits.map(({ id, score }) => [hexOf(id), score]) };
    }
    case "ListRecent":
      await space.reached();
      return {
        type: "ListRecentOk",
        items: space.recent(request.limit).flatMap((id) => recentItem(space, id)),
      };
    case "GetStats": {
      const { concepts, associations, vectors, written, refused, pending, uptimeS, reconciler } =
        space.stats();
      const counts = { concepts, edges: associations, vectors, written, dropped: refused, pending };
      const reconciliations = Number(reconciler["reconciliations"] ?? 0);
      return { type: "StatsOk", ...counts, reconciliations, uptimeSeconds: uptimeS };
    }
    case "FindPath":
    case "FindPathSemantic":
    case "FindTemporalChain":
    case "FindCausalChain":
    case "FindContradictions":
    case "QueryBySemantic":
      return await answerQuestion(space, request, signal);
  }
}

function conceptReply(concept: Concept | null): MemoryReply {
  if (concept === null) return ABSENT.QueryConcept;
  const { id, content, strength, confidence, attributes } = concept;
  const text = Buffer.from(content).toString();
  return {
    type: "QueryConceptOk",
    found: true,
    conceptId: hexOf(id),
    content: text,
    strength,
    confidence,
    attributes,
  };
}

/** As many characters of a content as the protocol shows of it. */
const PREVIEW_CHARS = 200;

function recentItem(space: OwnSpace, id: ConceptId) {
  const concept = space.get(id);
  if (concept === null) return [];
  const contentPreview = Array.from(Buffer.from(concept.content.subarray(0, 4 * PREVIEW_CHARS)).toString())
    .slice(0, PREVIEW_CHARS)
    .join("");
  return [{ id: hexOf(id), contentPreview, created: concept.createdUs, attributes: concept.attributes }];
}

/** What a namespace without anything answers. */
const ABSENT: { readonly [N in ReadRequest["type"]]: MemoryReply } = {
  QueryConcept: {
    type: "QueryConceptOk",
    found: false,
    conceptId: "",
    content: "",
    strength: 0,
    confidence: 0,
    attributes: NONE,
  },
  GetNeighbors: { type: "GetNeighborsOk", neighborIds: [] },
  GetAssociation: {
    type: "GetAssociationOk",
    found: false,
    sourceId: "",
    targetId: "",
    assocType: 0,
    confidence: 0,
  },
  GetAllConceptIds: { type: "GetAllConceptIdsOk", conceptIds: [] },
  FindPath: { type: "FindPathOk", found: false, path: [] },
  FindPathSemantic: { type: "FindPathSemanticOk", paths: [] },
  FindTemporalChain: { type: "FindTemporalChainOk", paths: [] },
  FindCausalChain: { type: "FindCausalChainOk", paths: [] },
  FindContradictions: { type: "FindContradictionsOk", contradictions: [] },
  QueryBySemantic: { type: "QueryBySemanticOk", concepts: [] },
  VectorSearch: { type: "VectorSearchOk", results: [] },
  TextSearch: { type: "TextSearchOk", results: [] },
  ListRecent: { type: "ListRecentOk", items: [] },
  GetStats: {
    type: "StatsOk",
    concepts: 0,
    edges: 0,
    vectors: 0,
    written: 0,
    dropped: 0,
    pending: 0,
    reconciliations: 0,
    uptimeSeconds: 0,
  },
};
