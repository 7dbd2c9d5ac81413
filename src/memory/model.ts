// What the memory remembers, as values: concepts, associations, and the changes that make them. Ranges are checked where a
// change enters (graph/check.ts); everything behind takes them as they stand here. No behaviour.

/** 16 bytes. Text form: 32 lower-case hex digits. */
export type ConceptId = Uint8Array;
/** Row of a concept in its graph: 0, 1, 2 … It is the concept's as long as that lives, across restarts too, and is given
 * away again only when every derived index has let go of it. What indexes hold are slots, never ids. */
export type Slot = number;
/** Counts the changes of a graph from 1; 0 is the empty graph. */
export type Seq = number;

/** Values as they go over the wire (u32) and lie in records (u8). Any other number is refused. */
export const ASSOCIATION_TYPES = {
  semantic: 0,
  causal: 1,
  temporal: 2,
  hierarchical: 3,
  compositional: 4,
  "has-session": 10,
  "belongs-to-organization": 11,
  "has-role": 12,
  "has-permission": 13,
  "owns-conversation": 20,
  "has-message": 21,
  "authored-by": 22,
  "in-space": 23,
  "uses-knowledge-base": 30,
  "triggered-by": 40,
  "relates-to": 41,
} as const;
export type AssociationType = (typeof ASSOCIATION_TYPES)[keyof typeof ASSOCIATION_TYPES];

export const SEMANTIC_TYPES = [
  "entity",
  "event",
  "rule",
  "temporal",
  "negation",
  "condition",
  "causal",
  "quantitative",
  "definitional",
  "goal",
] as const;
export type SemanticType = (typeof SEMANTIC_TYPES)[number];
export const DOMAINS = [
  "medical",
  "legal",
  "financial",
  "technical",
  "scientific",
  "business",
  "general",
] as const;
export type Domain = (typeof DOMAINS)[number];
export const TEMPORAL_RELATIONS = ["at", "after", "before", "during", "between"] as const;
export const CAUSAL_TYPES = ["direct", "indirect", "enabling", "preventing", "correlation"] as const;
export type CausalType = (typeof CAUSAL_TYPES)[number];
export const NEGATION_TYPES = ["explicit", "exception", "contradiction"] as const;

/** What the analyzer says of a content (memory/reason/analyze.ts). Seconds since 1970; null = open. */
export interface Semantic {
  readonly type: SemanticType;
  readonly domain: Domain;
  /** 0..1 */
  readonly confidence: number;
  readonly bounds: {
    readonly startS: number | null;
    readonly endS: number | null;
    readonly relation: (typeof TEMPORAL_RELATIONS)[number];
  } | null;
  readonly causal: readonly {
    readonly type: CausalType;
    readonly confidence: number;
    readonly strength: number;
  }[];
  readonly negation: { readonly type: (typeof NEGATION_TYPES)[number]; readonly confidence: number } | null;
}

/** A concept to be learned. Learned again with the same id it replaces content, vector, attributes and semantic; its
 * associations, its creation time and its access statistics stay. */
export interface NewConcept {
  readonly id: ConceptId;
  /** Any bytes; text is UTF-8. At most LIMITS.memoryContentBytesMax. */
  readonly content: Uint8Array;
  /** Finite numbers, 1..LIMITS.memoryDimensionsMax of them; null = no vector, a normal answer. */
  readonly vector: Float32Array | null;
  /** 0..10; 1 where nothing is said. */
  readonly strength: number;
  /** 0..1 */
  readonly confidence: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly semantic: Semantic | null;
}

/** A concept as it is read: a copy, nobody changes it. Times in microseconds since 1970. */
export interface Concept extends NewConcept {
  readonly createdUs: number;
  readonly lastAccessedUs: number;
  readonly accessCount: number;
}

/** Directed, at most one a (source, target, type): learned again it replaces confidence and weight. Both ends exist. */
export interface NewAssociation {
  readonly source: ConceptId;
  readonly target: ConceptId;
  readonly type: AssociationType;
  /** 0..1 */
  readonly confidence: number;
  /** 0..10; 1 where nothing is said. */
  readonly weight: number;
}

export interface Association extends NewAssociation {
  readonly createdUs: number;
}

/** One change, as it is written ahead and applied; a transaction is several that count whole or not at all. Its time, in
 * microseconds since 1970, is that of the clock unless it is said: what is imported has one. */
export type Change =
  | { readonly kind: "learn"; readonly concept: NewConcept; readonly createdUs?: number }
  | { readonly kind: "associate"; readonly association: NewAssociation; readonly createdUs?: number }
  | {
      readonly kind: "strengthen";
      readonly id: ConceptId;
      readonly strength: number;
      readonly confidence: number;
    }
  | { readonly kind: "access"; readonly id: ConceptId; readonly count: number; readonly accessedUs?: number }
  | { readonly kind: "forget"; readonly id: ConceptId }
  | {
      readonly kind: "dissociate";
      readonly source: ConceptId;
      readonly target: ConceptId;
      readonly type: AssociationType;
    }
  | { readonly kind: "clear" };

/**
 * What a derived index is told of one change, in the order of seq: the slot was put (new or replaced: what it holds now is read
 * from the graph), or removed, or everything was. A slot that was put and removed meanwhile reads as absent.
 */
export interface Applied {
  readonly seq: Seq;
  readonly kind: "put" | "remove" | "clear";
  /** -1 with "clear". */
  readonly slot: Slot;
}
