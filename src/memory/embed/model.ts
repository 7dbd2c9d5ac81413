// What makes vectors of texts, as seen by those who use them. Values and promises only.

export interface Embedded {
  /** One a text, in order; null = no vector. Finite numbers, the same count in all. A service is asked for vectors of length 1. */
  readonly vectors: readonly (Float32Array | null)[];
  /** Who made them; null = there is none among them. */
  readonly fingerprint: string | null;
}

export interface Embedder {
  /** Never throws: what cannot be had is null. `signal` gives up at once. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Embedded>;
  readonly counts: EmbedCounts;
  close(): void;
}

export interface EmbedCounts {
  /** Vectors made. */
  readonly vectors: number;
  /** Texts that were to have one and have none, because the service failed. */
  readonly failed: number;
  /** Why the last failed, in words for a person; null = none did. Nothing of a text is in it. */
  readonly lastFailure: string | null;
}
