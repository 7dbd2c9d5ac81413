// The memory watches itself: events about its work become concepts of a namespace kept for them, and histograms give the
// percentiles that alerts are made of. Bounded twice: of each kind the slowest of a second is kept, and LIMITS.memoryEventsMax
// events in all, the oldest forgotten in the change that brings a new one. What happens in that namespace is no event.

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import type { Change, ConceptId, NewConcept } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { Space } from "../space.ts";
import { alerts, type Percentiles, type QueueState } from "./alert.ts";
import { attributesOf, EVENT_KINDS, sentence, tookMsOf, type EventKind, type StorageEvent } from "./event.ts";

/** No namespace that people make may begin with an underscore. */
export const MONITOR_NAMESPACE = "_events";
/** Of each kind one event in this time. */
const PERIOD_MS = 1000;
/** An event's id: this, then its number as u64, big-endian. */
const ID_BEGIN = Buffer.from("opdevent", "latin1");

export interface Monitor {
  /** Something happened in `namespace`. It is counted at once, and becomes a concept when it was the slowest of its second. */
  record(namespace: string, event: StorageEvent): void;
  /** Writes what is still held back; resolves when that, and what was before, is taken or lost. */
  flush(): Promise<void>;
  percentiles(): ReadonlyMap<EventKind, Percentiles>;
  /** What is not as it should be, a sentence each. */
  alerts(queue: Omit<QueueState, "eventsLost">): readonly string[];
}

/** `space` is MONITOR_NAMESPACE; nobody else writes it. Events that it does not take are lost, and counted. */
export function newMonitor(space: Pick<Space, "apply" | "reader">, metrics: Metrics, clock: Clock): Monitor {
  const histogramOf = (kind: EventKind) =>
    metrics.histogram("memory_event_ms", "Milliseconds of what the memory did, by kind of event", {
      event: kind,
    });
  const histograms = new Map(EVENT_KINDS.map((kind) => [kind, histogramOf(kind)]));
  const held = new Map<EventKind, StorageEvent>();
  let { first, next } = numbersIn(space.reader);
  let lost = 0;
  let periodEndsMs = clock.monotonicMs() + PERIOD_MS;

  let writing = Promise.resolve();

  const write = async (changes: readonly Change[]): Promise<void> => {
    try {
      await space.apply(changes, "buffered");
    } catch {
      // What the memory tells of itself must not fail what it tells of; that space says by itself what is wrong with it.
      lost += changes.filter(({ kind }) => kind === "learn").length;
    }
  };
  const flush = (): Promise<void> => {
    const changes: Change[] = [];
    for (const event of held.values()) {
      changes.push({ kind: "learn", concept: conceptOf(next++, event) });
      if (next - first > LIMITS.memoryEventsMax) changes.push({ kind: "forget", id: idOf(first++) });
    }
    held.clear();
    periodEndsMs = clock.monotonicMs() + PERIOD_MS;
    if (changes.length > 0) writing = Promise.all([writing, write(changes)]).then(() => undefined);
    return writing;
  };
  const percentiles = (): ReadonlyMap<EventKind, Percentiles> => {
    const found = new Map<EventKind, Percentiles>();
    for (const reading of metrics.read()) {
      const kind = EVENT_KINDS.find((one) => one === reading.labels["event"]);
      if (reading.name !== "memory_event_ms" || reading.kind !== "histogram" || kind === undefined) continue;
      const { count, quantile } = reading.value;
      if (count === 0) continue;
      found.set(kind, {
        count,
        p50: quantile(0.5),
        p95: quantile(0.95),
        p99: quantile(0.99),
        p999: quantile(0.999),
      });
    }
    return found;
  };

  return Object.freeze({
    record(namespace, event) {
      if (namespace === MONITOR_NAMESPACE) return;
      histograms.get(event.kind)!.record(tookMsOf(event));
      const slowest = held.get(event.kind);
      if (slowest === undefined || tookMsOf(event) >= tookMsOf(slowest)) held.set(event.kind, event);
      if (clock.monotonicMs() >= periodEndsMs) void flush();
    },
    flush,
    percentiles,
    alerts: (queue) => alerts(percentiles(), { ...queue, eventsLost: lost }),
  } satisfies Monitor);
}

function conceptOf(number: number, event: StorageEvent): NewConcept {
  return {
    id: idOf(number),
    content: Buffer.from(sentence(event)),
    vector: null,
    strength: 1,
    confidence: 1,
    attributes: attributesOf(event),
    semantic: null,
  };
}

function idOf(number: number): ConceptId {
  const id = Buffer.alloc(16);
  ID_BEGIN.copy(id);
  id.writeBigUInt64BE(BigInt(number), ID_BEGIN.length);
  return id;
}

/** The numbers of the oldest event that is kept, and of the next one. */
function numbersIn(graph: GraphReader): { first: number; next: number } {
  let first = Infinity;
  let next = 0;
  for (let slot = 0; slot < graph.slotEnd; slot++) {
    if (!graph.has(slot)) continue;
    const id = Buffer.from(graph.idOf(slot));
    if (id.compare(ID_BEGIN, 0, ID_BEGIN.length, 0, ID_BEGIN.length) !== 0) continue;
    const number = Number(id.readBigUInt64BE(ID_BEGIN.length));
    first = Math.min(first, number);
    next = Math.max(next, number + 1);
  }
  return { first: Math.min(first, next), next };
}
