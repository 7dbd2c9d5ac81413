// A memory that answers every request of the protocol with something fixed and notes what it was asked: what is tested with
// it is the wire. Content or text "fail" is refused as a memory refuses, "bug" breaks, "wait" waits to be released.

import { OpError } from "../../src/base/error.ts";
import type {
  MemoryCaller,
  MemoryDoor,
  MemoryReply,
  MemoryRequest,
  SemanticPath,
} from "../../src/api/memory/memory.ts";

export const ID = "00112233445566778899aabbccddeeff";
export const OTHER = "ffeeddccbbaa99887766554433221100";

const path: SemanticPath = {
  concepts: [ID, OTHER],
  confidence: 0.75,
  typeDistribution: new Map([["event", 2]]),
  domains: ["medical"],
  isTemporallyOrdered: true,
};

export interface FakeMemory extends MemoryDoor {
  readonly asked: MemoryRequest[];
  readonly callers: MemoryCaller[];
  /** Who waits goes on. */
  release(): void;
  /** How many wait, and how many of those that waited are gone: their client left. */
  readonly waiting: number;
  readonly aborted: number;
}

export function fakeMemory(): FakeMemory {
  const asked: MemoryRequest[] = [];
  const callers: MemoryCaller[] = [];
  const releases = new Set<() => void>();
  let aborted = 0;
  return {
    asked,
    callers,
    release() {
      for (const release of releases) release();
      releases.clear();
    },
    get waiting() {
      return releases.size;
    },
    get aborted() {
      return aborted;
    },
    async answer(request, who, signal) {
      asked.push(request);
      callers.push(who);
      const said = "content" in request ? request.content : "query" in request ? request.query : "";
      if (said === "fail") throw new OpError("OPD4003", "the memory takes no more changes for now");
      if (said === "bug") throw new TypeError("secret detail of a bug");
      if (said === "wait") {
        signal.addEventListener("abort", () => aborted++);
        await new Promise<void>((resolve) => releases.add(resolve));
      }
      return replyTo(request);
    },
  };
}

function replyTo(request: MemoryRequest): MemoryReply {
  switch (request.type) {
    case "LearnConceptV2":
    case "LearnWithEmbedding":
      return { type: "LearnConceptV2Ok", conceptId: ID };
    case "LearnBatch":
      return { type: "LearnBatchOk", conceptIds: request.contents.map(() => ID) };
    case "LearnConcept":
      return { type: "LearnConceptOk", sequence: 7 };
    case "LearnAssociation":
      return { type: "LearnAssociationOk", sequence: 300 };
    case "DeleteConcept":
      return { type: "DeleteConceptOk", id: request.id };
    case "ClearCollection":
      return { type: "ClearCollectionOk", namespace: request.namespace ?? "default" };
    case "QueryConcept":
      return request.conceptId === ID
        ? {
            type: "QueryConceptOk",
            found: true,
            conceptId: ID,
            content: "aspirin",
            strength: 1,
            confidence: 0.5,
            attributes: new Map([["source", "label"]]),
          }
        : {
            type: "QueryConceptOk",
            found: false,
            conceptId: "",
            content: "",
            strength: 0,
            confidence: 0,
            attributes: new Map(),
          };
    case "GetNeighbors":
      return { type: "GetNeighborsOk", neighborIds: [OTHER] };
    case "GetAssociation":
      return {
        type: "GetAssociationOk",
        found: true,
        sourceId: request.sourceId,
        targetId: request.targetId,
        assocType: 1,
        confidence: 0.5,
      };
    case "GetAllConceptIds":
      return { type: "GetAllConceptIdsOk", conceptIds: [ID, OTHER] };
    case "FindPath":
      return { type: "FindPathOk", found: true, path: [request.startId, request.endId] };
    case "FindPathSemantic":
      return { type: "FindPathSemanticOk", paths: [path] };
    case "FindTemporalChain":
      return { type: "FindTemporalChainOk", paths: [path] };
    case "FindCausalChain":
      return { type: "FindCausalChainOk", paths: [path] };
    case "FindContradictions":
      return { type: "FindContradictionsOk", contradictions: [[ID, OTHER, "must and must not"]] };
    case "QueryBySemantic":
      return {
        type: "QueryBySemanticOk",
        concepts: [
          { conceptId: ID, content: "aspirin", semanticType: "rule", domain: "medical", confidence: 0.5 },
        ],
      };
    case "VectorSearch":
      return { type: "VectorSearchOk", results: [[ID, 1]] };
    case "TextSearch":
      return { type: "TextSearchOk", results: [[ID, 2.5]] };
    case "ListRecent":
      return {
        type: "ListRecentOk",
        items: [{ id: ID, contentPreview: "aspirin", created: 1_700_000_000_000_000, attributes: new Map() }],
      };
    case "GetStats":
      return {
        type: "StatsOk",
        concepts: 2,
        edges: 1,
        vectors: 2,
        written: 3,
        dropped: 0,
        pending: 0,
        reconciliations: 4,
        uptimeSeconds: 5,
      };
    case "Flush":
      return { type: "FlushOk" };
    case "HealthCheck":
      return { type: "HealthCheckOk", healthy: true, status: "ok", uptimeSeconds: 5 };
  }
}
