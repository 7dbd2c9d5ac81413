// Every request of the memory's protocol, as one tagged union: fields in the order of the wire. Lists of generations that
// had no namespace are understood too; fields behind `mapOnly` are those that the Python client sends where the servers
// ask for others. What is not offered is known by name.

import {
  f32,
  flag,
  list,
  named,
  optional,
  otherwise,
  record,
  text,
  timeS,
  u32,
  u64,
  vector,
  type Fields,
  type Of,
  type RecordOptions,
  type Shape,
} from "./shape.ts";

const learnOptions = record({
  generateEmbedding: otherwise(flag, true),
  embeddingModel: optional(text),
  extractAssociations: otherwise(flag, true),
  minAssociationConfidence: otherwise(f32, 0.5),
  maxAssociationsPerConcept: otherwise(u64, 10),
  strength: otherwise(f32, 1),
  confidence: otherwise(f32, 1),
});
export type LearnOptions = Of<typeof learnOptions>;

const filter = record({
  semanticType: optional(text),
  domainContext: optional(text),
  temporalAfter: optional(timeS),
  temporalBefore: optional(timeS),
  hasCausalRelation: otherwise(flag, false),
  minConfidence: otherwise(f32, 0),
  requiredTerms: otherwise(list(text), []),
});
export type SemanticFilter = Of<typeof filter>;

const namespace = optional(text);
/** A request whose namespace came with a later generation. */
function inNamespace<const F extends Fields>(
  fields: F,
  options: RecordOptions = {},
): Shape<{ readonly namespace: string | null } & { readonly [N in keyof F]: Of<F[N]> }> {
  return record({ namespace, ...fields }, { ...options, firstIsNewer: true }) as ReturnType<
    typeof inNamespace<F>
  >;
}
const nothing = record({});

/** By name. Ids are hex digits, times seconds since 1970; a namespace of null is the default one. */
export const REQUESTS = {
  LearnConceptV2: inNamespace({ content: text, options: learnOptions }),
  LearnBatch: inNamespace({ contents: list(text), options: learnOptions }),
  LearnConcept: inNamespace({
    conceptId: text,
    content: text,
    embedding: otherwise(vector, new Float32Array()),
    strength: otherwise(f32, 1),
    confidence: otherwise(f32, 1),
  }),
  LearnWithEmbedding: record({
    id: optional(text),
    namespace,
    content: text,
    embedding: vector,
    metadata: otherwise(named(text), new Map()),
    timestamp: optional(timeS),
  }),
  LearnAssociation: inNamespace({
    sourceId: text,
    targetId: text,
    assocType: otherwise(u32, 0),
    confidence: otherwise(f32, 1),
  }),
  DeleteConcept: record({ namespace, id: text }),
  ClearCollection: record({ namespace }),
  QueryConcept: inNamespace({ conceptId: text }),
  GetNeighbors: inNamespace({ conceptId: text }),
  GetAssociation: inNamespace({ sourceId: text, targetId: text }),
  GetAllConceptIds: inNamespace({}),
  FindPath: inNamespace({ startId: text, endId: text, maxDepth: otherwise(u32, 6) }),
  FindPathSemantic: inNamespace({
    startId: text,
    endId: text,
    filter,
    maxDepth: otherwise(u32, 10),
    maxPaths: otherwise(u32, 100),
  }),
  FindTemporalChain: inNamespace(
    {
      domain: optional(text),
      startTime: optional(timeS),
      endTime: optional(timeS),
      startId: optional(text),
      endId: optional(text),
      maxDepth: otherwise(u32, 10),
      after: optional(timeS),
      before: optional(timeS),
    },
    { mapOnly: 5 },
  ),
  FindCausalChain: inNamespace(
    {
      startId: text,
      causalType: optional(text),
      maxDepth: otherwise(u32, 5),
      endId: optional(text),
    },
    { mapOnly: 1 },
  ),
  FindContradictions: inNamespace(
    { domain: optional(text), conceptId: optional(text), maxDepth: otherwise(u32, 3) },
    { mapOnly: 2 },
  ),
  QueryBySemantic: inNamespace({ filter, limit: otherwise(u64, 100) }),
  VectorSearch: inNamespace({ queryVector: vector, k: otherwise(u32, 10), efSearch: otherwise(u32, 50) }),
  TextSearch: inNamespace({ query: text, limit: otherwise(u32, 10) }),
  ListRecent: record({ namespace, limit: otherwise(u32, 20) }),
  GetStats: inNamespace({}),
  Flush: nothing,
  HealthCheck: nothing,
} as const;

/** Opens a later version of the protocol; the door answers it itself. */
export const HELLO = record({ version: u32 });

type Requests = typeof REQUESTS;
export type RequestName = keyof Requests;
export type RequestOf<N extends RequestName> = { readonly type: N } & Of<Requests[N]>;
export type MemoryRequest = { [N in RequestName]: RequestOf<N> }[RequestName];

/** Sent as its name alone where no field is given. */
export const UNITS: ReadonlySet<string> = new Set(["GetStats", "GetAllConceptIds", "Flush", "HealthCheck"]);

const CALLS_BACK = "it would connect to an address that a client chose";
const ACTS = "the memory answers, it does not act by itself";
export const NOT_OFFERED: ReadonlyMap<string, string> = new Map([
  ["Subscribe", CALLS_BACK],
  ["Unsubscribe", CALLS_BACK],
  ["ListSubscriptions", CALLS_BACK],
  ["CreateGoal", ACTS],
  ["ListGoals", ACTS],
  ["CancelGoal", ACTS],
  ["ProvideFeedback", ACTS],
  ["GetAutonomyStats", ACTS],
]);
