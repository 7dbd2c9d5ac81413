// What the memory tells of itself: the six storage events, each as one sentence and a few named numbers. Pure.

export type StorageEvent =
  | {
      readonly kind: "metrics";
      readonly concepts: number;
      readonly associations: number;
      /** Changes a second. */
      readonly writesPerS: number;
      readonly readUs: number;
      readonly memoryBytes: number;
    }
  | {
      readonly kind: "query";
      /** Of the operation: "text", "vector", "semantic" … */
      readonly query: string;
      readonly depth: number;
      readonly results: number;
      readonly tookMs: number;
      readonly confidence: number;
    }
  | {
      readonly kind: "vectors-built";
      readonly vectors: number;
      readonly dimensions: number;
      readonly tookMs: number;
    }
  | {
      readonly kind: "vectors-loaded";
      readonly vectors: number;
      readonly tookMs: number;
      /** Read from a file, not made again. */
      readonly persisted: boolean;
    }
  | {
      readonly kind: "path";
      /** Ids as 32 hex digits. */
      readonly source: string;
      readonly target: string;
      readonly steps: number;
      readonly visited: number;
      readonly tookMs: number;
      /** "shortest", "best", "causal" … */
      readonly strategy: string;
    }
  | {
      readonly kind: "reconciled";
      readonly changes: number;
      readonly tookMs: number;
      /** A checkpoint went with it. */
      readonly checkpoint: boolean;
    };
export type EventKind = StorageEvent["kind"];

export const EVENT_KINDS = Object.freeze([
  "metrics",
  "query",
  "vectors-built",
  "vectors-loaded",
  "path",
  "reconciled",
] as const satisfies readonly EventKind[]);

/** How long what it tells of took, in milliseconds. */
export function tookMsOf(event: StorageEvent): number {
  return event.kind === "metrics" ? event.readUs / 1000 : event.tookMs;
}

/** For people, and for searches in text. */
export function sentence(event: StorageEvent): string {
  switch (event.kind) {
    case "metrics":
      return `The memory holds ${event.concepts} concepts and ${event.associations} associations in ${event.memoryBytes} bytes; it takes ${event.writesPerS} changes a second, and a read takes ${event.readUs} us.`;
    case "query":
      return `A ${event.query} query found ${event.results} results in ${event.tookMs} ms.`;
    case "vectors-built":
      return `The index of ${event.vectors} vectors with ${event.dimensions} dimensions was made in ${event.tookMs} ms.`;
    case "vectors-loaded":
      return `The index of ${event.vectors} vectors was ${event.persisted ? "read" : "made again"} in ${event.tookMs} ms.`;
    case "path":
      return `The ${event.strategy} path from ${event.source} to ${event.target} has ${event.steps} steps; ${event.visited} associations were looked at in ${event.tookMs} ms.`;
    case "reconciled":
      return `${event.changes} changes were brought into the indexes in ${event.tookMs} ms${event.checkpoint ? ", with a checkpoint" : ""}.`;
  }
}

/** All of it as text by name, `event` being the kind. */
export function attributesOf(event: StorageEvent): ReadonlyMap<string, string> {
  const { kind, ...rest } = event;
  return new Map([
    ["event", kind],
    ...Object.entries(rest).map(([name, value]) => [name, String(value)] as const),
  ]);
}
