// `op-dbus/client`: the memory for programs. A method a request, typed; many may be under way on one connection where the
// memory speaks version 2 of the protocol, else they go one after the other. Connects when it is first asked, and again
// after a connection broke; it never sends a request twice. Ids are hex digits, times seconds since 1970.

import { associationName, associationNumber, type AssociationName } from "../memory/association-type.ts";
import type {
  LearnOptions,
  RecentItem,
  SemanticConcept,
  SemanticFilter,
  SemanticPath,
} from "../memory/memory.ts";
import type { MemoryPlace } from "./memory/connect.ts";
import { Requests, type CallOptions } from "./memory/requests.ts";

export type {
  AssociationName,
  CallOptions,
  LearnOptions,
  MemoryPlace,
  RecentItem,
  SemanticConcept,
  SemanticFilter,
  SemanticPath,
};

export interface InNamespace extends CallOptions {
  /** The default one where it is not given. */
  readonly namespace?: string;
}
export interface StoredConcept {
  readonly id: string;
  readonly content: string;
  readonly strength: number;
  readonly confidence: number;
  readonly attributes: ReadonlyMap<string, string>;
}
export interface NewConcept {
  readonly id: string;
  readonly content: string;
  readonly embedding?: Float32Array;
  /** 0..10 and 0..1; 1 where not given. */
  readonly strength?: number;
  readonly confidence?: number;
}
export interface EmbeddedConcept {
  /** Made from the content where not given. */
  readonly id?: string;
  readonly content: string;
  readonly embedding: Float32Array;
  readonly attributes?: ReadonlyMap<string, string>;
}
export interface NewAssociation {
  readonly source: string;
  readonly target: string;
  readonly type: AssociationName;
  /** 0..1; 1 where not given. */
  readonly confidence?: number;
}
/** An id with its similarity or score: more is nearer. */
export type Hit = readonly [id: string, score: number];

const LEARN: LearnOptions = Object.freeze({
  generateEmbedding: true,
  embeddingModel: null,
  extractAssociations: true,
  minAssociationConfidence: 0.5,
  maxAssociationsPerConcept: 10,
  strength: 1,
  confidence: 1,
});
const ANY: SemanticFilter = Object.freeze({
  semanticType: null,
  domainContext: null,
  temporalAfter: null,
  temporalBefore: null,
  hasCausalRelation: false,
  minConfidence: 0,
  requiredTerms: [],
});

export interface LearnCall extends InNamespace, Partial<LearnOptions> {}

/**
 * A memory at `place`. Every method rejects with an OpError: OPD4510 (not reached or not answered; nothing changed), OPD4511
 * (a change whose outcome is not known: read, then decide), OPD4507 (too much at once), OPD4513 (given up), or what the memory
 * itself says. Deadlines: LIMITS.memoryClientDeadlineMs unless the call says otherwise.
 */
export class MemoryClient {
  readonly #requests: Requests;

  constructor(place: MemoryPlace) {
    this.#requests = new Requests(place);
  }

  /** Stores a text, its vector and what follows from it. Resolves with its id. */
  async learn(content: string, call: LearnCall = {}): Promise<string> {
    const request = {
      type: "LearnConceptV2",
      ...within(call),
      content,
      options: learnOptions(call),
    } as const;
    return (await this.#requests.ask(request, "LearnConceptV2Ok", call)).conceptId;
  }

  /** At most 1000 texts. Resolves with their ids, in order. */
  async learnBatch(contents: readonly string[], call: LearnCall = {}): Promise<readonly string[]> {
    const request = { type: "LearnBatch", ...within(call), contents, options: learnOptions(call) } as const;
    return (await this.#requests.ask(request, "LearnBatchOk", call)).conceptIds;
  }

  /** Stores a concept as it is given. Resolves with the number of the change. */
  async learnConcept(concept: NewConcept, call: InNamespace = {}): Promise<number> {
    const { id, content, embedding = new Float32Array(), strength = 1, confidence = 1 } = concept;
    const fields = { conceptId: id, content, embedding, strength, confidence };
    const reply = await this.#requests.ask(
      { type: "LearnConcept", ...within(call), ...fields },
      "LearnConceptOk",
      call,
    );
    return reply.sequence;
  }

  /** The same with attributes. Resolves with its id. */
  async learnWithEmbedding(concept: EmbeddedConcept, call: InNamespace = {}): Promise<string> {
    const { id = null, content, embedding, attributes = new Map<string, string>() } = concept;
    const fields = { id, content, embedding, metadata: attributes, timestamp: null };
    const request = { type: "LearnWithEmbedding", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "LearnConceptV2Ok", call)).conceptId;
  }

  /** Resolves with the number of the change. */
  async associate(association: NewAssociation, call: InNamespace = {}): Promise<number> {
    const { source, target, type, confidence = 1 } = association;
    const fields = { sourceId: source, targetId: target, assocType: associationNumber(type), confidence };
    const request = { type: "LearnAssociation", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "LearnAssociationOk", call)).sequence;
  }

  async forget(id: string, call: InNamespace = {}): Promise<void> {
    await this.#requests.ask({ type: "DeleteConcept", ...within(call), id }, "DeleteConceptOk", call);
  }

  /** Everything of the namespace. */
  async clear(call: InNamespace = {}): Promise<void> {
    await this.#requests.ask({ type: "ClearCollection", ...within(call) }, "ClearCollectionOk", call);
  }

  /** null = absent. */
  async concept(id: string, call: InNamespace = {}): Promise<StoredConcept | null> {
    const request = { type: "QueryConcept", ...within(call), conceptId: id } as const;
    const { found, conceptId, ...rest } = await this.#requests.ask(request, "QueryConceptOk", call);
    if (!found) return null;
    const { content, strength, confidence, attributes } = rest;
    return { id: conceptId, content, strength, confidence, attributes };
  }

  /** Ids on either end of its associations. */
  async neighbors(id: string, call: InNamespace = {}): Promise<readonly string[]> {
    const request = { type: "GetNeighbors", ...within(call), conceptId: id } as const;
    return (await this.#requests.ask(request, "GetNeighborsOk", call)).neighborIds;
  }

  /** null = there is none. */
  async association(
    source: string,
    target: string,
    call: InNamespace = {},
  ): Promise<{ readonly type: AssociationName; readonly confidence: number } | null> {
    const request = { type: "GetAssociation", ...within(call), sourceId: source, targetId: target } as const;
    const reply = await this.#requests.ask(request, "GetAssociationOk", call);
    return reply.found ? { type: associationName(reply.assocType), confidence: reply.confidence } : null;
  }

  async ids(call: InNamespace = {}): Promise<readonly string[]> {
    const request = { type: "GetAllConceptIds", ...within(call) } as const;
    return (await this.#requests.ask(request, "GetAllConceptIdsOk", call)).conceptIds;
  }

  /** A shortest path, ends included; null = none with at most `maxDepth` steps (20 at most). */
  async path(
    start: string,
    end: string,
    call: InNamespace & { readonly maxDepth?: number } = {},
  ): Promise<readonly string[] | null> {
    const fields = { startId: start, endId: end, maxDepth: call.maxDepth ?? 6 };
    const reply = await this.#requests.ask(
      { type: "FindPath", ...within(call), ...fields },
      "FindPathOk",
      call,
    );
    return reply.found ? reply.path : null;
  }

  /** Paths through concepts that pass `filter`. */
  async semanticPaths(
    start: string,
    end: string,
    call: InNamespace & {
      readonly filter?: Partial<SemanticFilter>;
      readonly maxDepth?: number;
      readonly maxPaths?: number;
    } = {},
  ): Promise<readonly SemanticPath[]> {
    const { maxDepth = 10, maxPaths = 100 } = call;
    const fields = { startId: start, endId: end, filter: { ...ANY, ...call.filter }, maxDepth, maxPaths };
    const request = { type: "FindPathSemantic", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "FindPathSemanticOk", call)).paths;
  }

  /** What happened between two times, in order. */
  async temporalChain(
    startTime: number,
    endTime: number,
    call: InNamespace & { readonly domain?: string } = {},
  ): Promise<readonly SemanticPath[]> {
    const fields = { domain: call.domain ?? null, startTime, endTime, maxDepth: 10, ...NO_ENDS };
    const request = { type: "FindTemporalChain", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "FindTemporalChainOk", call)).paths;
  }

  /** What `start` leads to. `causalType`: direct, indirect, enabling, preventing or correlation. */
  async causalChain(
    start: string,
    call: InNamespace & { readonly causalType?: string; readonly maxDepth?: number } = {},
  ): Promise<readonly SemanticPath[]> {
    const { causalType = null, maxDepth = 5 } = call;
    const fields = { startId: start, endId: null, causalType, maxDepth };
    const request = { type: "FindCausalChain", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "FindCausalChainOk", call)).paths;
  }

  /** Pairs of rules of a domain that contradict each other, and why. */
  async contradictions(
    domain: string,
    call: InNamespace = {},
  ): Promise<readonly (readonly [string, string, string])[]> {
    const fields = { domain, conceptId: null, maxDepth: 3 };
    const request = { type: "FindContradictions", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "FindContradictionsOk", call)).contradictions;
  }

  async querySemantic(
    filter: Partial<SemanticFilter>,
    call: InNamespace & { readonly limit?: number } = {},
  ): Promise<readonly SemanticConcept[]> {
    const fields = { filter: { ...ANY, ...filter }, limit: call.limit ?? 100 };
    const request = { type: "QueryBySemantic", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "QueryBySemanticOk", call)).concepts;
  }

  /** `k` at most 1000; `ef`: how widely an approximate index looks. */
  async searchVector(
    queryVector: Float32Array,
    call: InNamespace & { readonly k?: number; readonly ef?: number } = {},
  ): Promise<readonly Hit[]> {
    const fields = { queryVector, k: call.k ?? 10, efSearch: call.ef ?? 50 };
    const request = { type: "VectorSearch", ...within(call), ...fields } as const;
    return (await this.#requests.ask(request, "VectorSearchOk", call)).results;
  }

  async searchText(
    query: string,
    call: InNamespace & { readonly limit?: number } = {},
  ): Promise<readonly Hit[]> {
    const request = { type: "TextSearch", ...within(call), query, limit: call.limit ?? 10 } as const;
    return (await this.#requests.ask(request, "TextSearchOk", call)).results;
  }

  /** Newest first. */
  async recent(call: InNamespace & { readonly limit?: number } = {}): Promise<readonly RecentItem[]> {
    const request = { type: "ListRecent", ...within(call), limit: call.limit ?? 20 } as const;
    return (await this.#requests.ask(request, "ListRecentOk", call)).items;
  }

  async stats(call: InNamespace = {}): Promise<Readonly<Record<StatName, number>>> {
    const { type: _, ...stats } = await this.#requests.ask(
      { type: "GetStats", ...within(call) },
      "StatsOk",
      call,
    );
    return stats;
  }

  /** Everything learned so far is on disk, and the next start is short. */
  async flush(call: CallOptions = {}): Promise<void> {
    await this.#requests.ask({ type: "Flush" }, "FlushOk", call);
  }

  async health(
    call: CallOptions = {},
  ): Promise<{ readonly healthy: boolean; readonly status: string; readonly uptimeSeconds: number }> {
    const { healthy, status, uptimeSeconds } = await this.#requests.ask(
      { type: "HealthCheck" },
      "HealthCheckOk",
      call,
    );
    return { healthy, status, uptimeSeconds };
  }

  /** What still waits for an answer rejects. */
  close(): void {
    this.#requests.close();
  }
}

export type StatName =
  | "concepts"
  | "edges"
  | "vectors"
  | "written"
  | "dropped"
  | "pending"
  | "reconciliations"
  | "uptimeSeconds";

const NO_ENDS = Object.freeze({ startId: null, endId: null, after: null, before: null });

function within({ namespace }: InNamespace): { readonly namespace: string | null } {
  return { namespace: namespace ?? null };
}

function learnOptions(call: LearnCall): LearnOptions {
  const given = Object.entries(LEARN).map(([name, value]) => [
    name,
    call[name as keyof LearnOptions] ?? value,
  ]);
  return Object.fromEntries(given) as unknown as LearnOptions;
}
