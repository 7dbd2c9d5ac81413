// Every reply of the memory's protocol, as one tagged union: fields in the order of the wire, those behind `mapOnly` of a
// later generation, aliases where its clients read other names than its servers wrote.

import {
  f32,
  flag,
  list,
  named,
  optional,
  otherwise,
  record,
  text,
  tuple,
  u32,
  u64,
  type Of,
} from "./shape.ts";

const semanticPath = record({
  concepts: list(text),
  confidence: f32,
  typeDistribution: named(u64),
  domains: list(text),
  isTemporallyOrdered: flag,
});
export type SemanticPath = Of<typeof semanticPath>;

const semanticConcept = record({
  conceptId: text,
  content: text,
  semanticType: text,
  domain: text,
  confidence: f32,
});
export type SemanticConcept = Of<typeof semanticConcept>;

const recentItem = record({
  id: text,
  contentPreview: text,
  created: u64,
  attributes: otherwise(named(text), new Map()),
});
export type RecentItem = Of<typeof recentItem>;

const paths = { paths: list(semanticPath) };
const chains = record(paths, { alias: { paths: "chains" } });
const scored = list(tuple(text, f32));
const sequence = record({ sequence: u64 });

/** By name. Similarities and scores: more is nearer. `created`: microseconds since 1970. */
export const REPLIES = {
  LearnConceptV2Ok: record({ conceptId: text }),
  LearnBatchOk: record({ conceptIds: list(text) }),
  LearnConceptOk: sequence,
  LearnAssociationOk: sequence,
  DeleteConceptOk: record({ id: text }),
  ClearCollectionOk: record({ namespace: text }),
  /** Absent: found false, texts empty, numbers 0. */
  QueryConceptOk: record(
    {
      found: flag,
      conceptId: text,
      content: text,
      strength: f32,
      confidence: f32,
      attributes: otherwise(named(text), new Map()),
    },
    { mapOnly: 1 },
  ),
  GetNeighborsOk: record({ neighborIds: list(text) }),
  GetAssociationOk: record({ found: flag, sourceId: text, targetId: text, assocType: u32, confidence: f32 }),
  GetAllConceptIdsOk: record({ conceptIds: list(text) }),
  FindPathOk: record({ found: flag, path: list(text) }),
  FindPathSemanticOk: record(paths),
  FindTemporalChainOk: chains,
  FindCausalChainOk: chains,
  /** Two ids and why they contradict each other. */
  FindContradictionsOk: record({ contradictions: list(tuple(text, text, text)) }),
  QueryBySemanticOk: record({ concepts: list(semanticConcept) }),
  VectorSearchOk: record({ results: scored }),
  TextSearchOk: record({ results: scored }),
  ListRecentOk: record({ items: list(recentItem) }),
  StatsOk: record(
    {
      concepts: u64,
      edges: u64,
      vectors: u64,
      written: u64,
      dropped: u64,
      pending: u64,
      reconciliations: u64,
      uptimeSeconds: u64,
    },
    { alias: { concepts: "total_concepts", edges: "total_edges", written: "writes", dropped: "drops" } },
  ),
  FlushOk: record({}),
  HealthCheckOk: record({ healthy: flag, status: text, uptimeSeconds: u64 }),
  HelloOk: record({ version: u32 }),
  /** `code`: of op-dbus, for programs; its clients before that read the message alone. */
  Error: record({ message: text, code: optional(text) }, { mapOnly: 1 }),
} as const;

type Replies = typeof REPLIES;
export type ReplyName = keyof Replies;
export type ReplyOf<N extends ReplyName> = { readonly type: N } & Of<Replies[N]>;
export type MemoryReply = { [N in ReplyName]: ReplyOf<N> }[ReplyName];
