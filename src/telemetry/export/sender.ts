// One way out: a bounded queue, and one request at a time from it. What cannot be taken now is tried again, with pauses
// that double and jitter, for a minute; what waits meanwhile is bounded in bytes and requests, and beyond that the oldest
// goes and is counted. Nothing here throws, and nothing waits but `flush` and `close`, each with its deadline.
//
// Telemetry is sent again although the first try may have arrived: spans have identities and sums are cumulative, so a
// receiver may see one twice, which is what the OTLP specification asks of clients ("OTLP/HTTP Request", "Retry").

import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Counter, Metrics } from "../metrics/metrics.ts";

export interface Payload {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Events, records or series in it. */
  readonly items: number;
}

export type Outcome =
  /** `refusedItems`: of a partial success; `why` is "" where all is well. */
  | { readonly end: "taken"; readonly refusedItems: number; readonly why: string }
  | { readonly end: "refused"; readonly why: string }
  /** `afterMs`: as the receiver wishes; null = it said nothing. */
  | { readonly end: "later"; readonly why: string; readonly afterMs: number | null };

/** Sends once. May reject: that counts as "later". `signal` fires at the deadline of this try. */
export interface Transport {
  send(payload: Payload, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

export interface SenderState {
  readonly name: string;
  readonly exportedItems: number;
  readonly droppedItems: number;
  readonly retries: number;
  readonly waitingBatches: number;
  readonly waitingBytes: number;
  /** When something was taken last, milliseconds since 1970; null = never. */
  readonly lastTakenMs: number | null;
  /** Why something was dropped or is late, in one line without hidden characters; null = all was well so far. */
  readonly lastError: { readonly atMs: number; readonly why: string } | null;
}

export interface Sender {
  offer(payload: Payload): void;
  /** Until nothing waits, or `deadlineMs` milliseconds passed. True: nothing waits. */
  flush(deadlineMs: number): Promise<boolean>;
  /** Sends what it can within `deadlineMs` milliseconds, drops and counts the rest, ends. */
  close(deadlineMs: number): Promise<void>;
  state(): SenderState;
}

export interface SenderOptions {
  /** Names the way in metrics and messages: `otlp-traces`. */
  readonly name: string;
  readonly transport: Transport;
  /** Milliseconds one try may take. */
  readonly timeoutMs: number;
  /** Values that no message may show; none is empty. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  /** 0 <= n < 1. */
  readonly random: () => number;
  /** What an earlier sender of this name counted there, one whose thread died, this one goes on with. */
  readonly metrics: Pick<Metrics, "counter" | "read">;
}

export function createSender(options: SenderOptions): Sender {
  const { name, transport, timeoutMs, clock, random } = options;
  const counted = counters(options);
  const queue: Payload[] = [];
  let queuedBytes = 0;
  let inFlight: Payload | null = null;
  let running: Promise<void> | null = null;
  let lastTakenMs: SenderState["lastTakenMs"] = null;
  let lastError: SenderState["lastError"] = null;
  /** From `close` on: when to be done, on the monotonic clock. */
  let endMs = Infinity;
  /** Fires when the end was announced: pauses are cut short. */
  const closing = new AbortController();
  /** Fires when the end is here. */
  const over = new AbortController();

  const trouble = (why: string): void => {
    // A receiver may repeat in its words what it was sent.
    const shown = options.secrets.reduce((text, secret) => text.replaceAll(secret, "(secret)"), why);
    lastError = { atMs: clock.wallMs(), why: visible(shown).slice(0, LIMITS.exportWhyCharsMax) };
  };
  const drop = (payload: Payload, why: string): void => {
    counted.dropped(payload.items);
    trouble(why);
  };
  const take = (): Payload => {
    const payload = queue.shift()!;
    queuedBytes -= payload.bytes.length;
    return payload;
  };

  async function run(): Promise<void> {
    while (queue.length > 0) {
      inFlight = take();
      await deliver(inFlight);
      inFlight = null;
    }
    running = null;
  }

  async function deliver(payload: Payload): Promise<void> {
    const giveUpMs = clock.monotonicMs() + LIMITS.exportRetryMs;
    for (let attempt = 0; !over.signal.aborted && clock.monotonicMs() < endMs; attempt++) {
      const outcome = await once(payload);
      if (outcome.end === "refused") return drop(payload, outcome.why);
      if (outcome.end === "taken") {
        const refused = Math.min(Math.max(outcome.refusedItems, 0), payload.items);
        counted.exported(payload.items - refused);
        if (refused > 0) counted.dropped(refused);
        if (refused < payload.items) lastTakenMs = clock.wallMs();
        if (outcome.why !== "") trouble(outcome.why);
        return;
      }
      trouble(outcome.why);
      const pauseMs = outcome.afterMs ?? pause(attempt, random());
      if (clock.monotonicMs() + pauseMs >= Math.min(giveUpMs, endMs)) break;
      counted.retried();
      // A pause that began before the end was announced may be a long one: then it is one try more, at once.
      await clock.sleep(pauseMs, closing.signal.aborted ? over.signal : closing.signal);
    }
    drop(payload, lastError?.why ?? "there was no time to send it");
  }

  /** One try; never rejects, and ends at its deadline whatever the transport does. */
  async function once(payload: Payload): Promise<Outcome> {
    const settled = new AbortController();
    const expired = new AbortController();
    const leftMs = Math.min(timeoutMs, endMs - clock.monotonicMs());
    const waiting = clock.sleep(leftMs, AbortSignal.any([settled.signal, over.signal])).then((): Outcome => {
      // Not once it is settled: the connection lives on for the next payload.
      if (!settled.signal.aborted) expired.abort();
      return { end: "later", why: `no answer within ${Math.round(leftMs)} ms`, afterMs: null };
    });
    try {
      return await Promise.race([transport.send(payload, expired.signal), waiting]);
    } catch (error) {
      return { end: "later", why: reasonOf(error), afterMs: null };
    } finally {
      settled.abort();
    }
  }

  return Object.freeze({
    offer(payload: Payload): void {
      counted.offered(payload.items);
      if (closing.signal.aborted) return drop(payload, "it came after the end");
      if (payload.bytes.length > LIMITS.exportQueueBytesMax)
        return drop(payload, `a request of ${payload.bytes.length} bytes is beyond the limit`);
      queue.push(payload);
      queuedBytes += payload.bytes.length;
      while (queuedBytes > LIMITS.exportQueueBytesMax || queue.length > LIMITS.exportQueueBatchesMax)
        drop(take(), lastError?.why ?? "more came than could be sent");
      running ??= run();
    },
    async flush(deadlineMs: number): Promise<boolean> {
      const settled = new AbortController();
      await Promise.race([running, clock.sleep(deadlineMs, settled.signal)]);
      settled.abort();
      return running === null;
    },
    async close(deadlineMs: number): Promise<void> {
      endMs = Math.min(endMs, clock.monotonicMs() + deadlineMs);
      closing.abort();
      const settled = new AbortController();
      await Promise.race([running, clock.sleep(deadlineMs, settled.signal)]);
      settled.abort();
      over.abort();
      while (queue.length > 0) drop(take(), lastError?.why ?? "there was no time to send it");
      await running;
      transport.close();
    },
    state(): SenderState {
      return {
        name,
        ...counted.read(),
        waitingBatches: queue.length + (inFlight === null ? 0 : 1),
        waitingBytes: queuedBytes + (inFlight?.bytes.length ?? 0),
        lastTakenMs,
        lastError,
      };
    },
  });
}

/** Doubled from exportPauseFirstMs to exportPauseLastMs, and of that a random half to the whole. */
export function pause(attempt: number, random: number): number {
  const whole = Math.min(LIMITS.exportPauseFirstMs * 2 ** Math.min(attempt, 16), LIMITS.exportPauseLastMs);
  return whole * (0.5 + random / 2);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An attempt at several addresses fails with an error for each and no words of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return inner instanceof Error ? inner.message : error.message;
}

function counters({ name, metrics }: SenderOptions) {
  const labels = { exporter: name };
  const make = (metric: string, help: string): Counter => metrics.counter(metric, help, labels);
  const offered = make("export_offered", "Events, records and series that were to be exported");
  const exported = make("export_items", "Events, records and series that a receiver took");
  const dropped = make(
    "export_dropped",
    "Events, records and series that were dropped on their way to a receiver",
  );
  const retried = make("export_retries", "Requests that were sent again");
  const before = metrics.read().filter((one) => one.labels["exporter"] === name);
  const counted = (metric: string): number => {
    const one = before.find((reading) => reading.name === metric);
    return one === undefined || one.kind === "histogram" ? 0 : one.value;
  };
  const sum = {
    exportedItems: counted("export_items"),
    droppedItems: counted("export_dropped"),
    retries: counted("export_retries"),
  };
  const drop = (items: number): void => {
    sum.droppedItems += items;
    dropped.add(items);
  };
  // What waited in a thread that died is gone with it.
  drop(counted("export_offered") - sum.exportedItems - sum.droppedItems);
  return {
    offered: (items: number): void => offered.add(items),
    exported(items: number): void {
      sum.exportedItems += items;
      exported.add(items);
    },
    dropped: drop,
    retried(): void {
      sum.retries += 1;
      retried.add();
    },
    read: () => ({ ...sum }),
  };
}
