// What a thread that exports is given, and what it leaves to the next one should it die: how far it came, in memory that
// outlives it. Its counts do, too: they are in a slab that the next one goes on with.
//
//   | events taken out of the ring i64 | of these, handed to the exporters i64 | log lines received i64 |
//   0                                  8                                       16

import type { LogRecord } from "../../base/log.ts";
import type { Labels } from "../metrics/metrics.ts";
import type { SenderState } from "./sender.ts";
import type { Target } from "./sinks.ts";

/** Plain: it is copied into the thread. */
export interface ThreadData {
  readonly targets: readonly Target[];
  readonly resource: Labels;
  readonly startNs: bigint;
  readonly intervalMs: number;
  readonly batchMax: number;
  /** Events and metrics of the thread that works. */
  readonly ring: SharedArrayBuffer;
  readonly slab: SharedArrayBuffer;
  /** As of `newControl`. */
  readonly control: SharedArrayBuffer;
  /** Metrics of the thread that exports. */
  readonly own: SharedArrayBuffer;
  /** As of `newHandover`. */
  readonly handover: SharedArrayBuffer;
}

export type ToThread = { readonly line: LogRecord } | { readonly ask: number };
export interface FromThread {
  /** Number of the question. */
  readonly ask: number;
  readonly state: readonly SenderState[];
}

export interface Handover {
  /** Events so far: written by the thread that exports, before and after it hands on a batch. */
  taken: number;
  handed: number;
  /** Log lines so far, written by the same; `lines` = those that were posted and not received are on their way. */
  lines: number;
}

export function newHandover(): SharedArrayBuffer {
  return new SharedArrayBuffer(24);
}

export function handover(buffer: SharedArrayBuffer): Handover {
  const words = new BigInt64Array(buffer);
  const load = (at: number): number => Number(Atomics.load(words, at));
  const store = (at: number, value: number): void => void Atomics.store(words, at, BigInt(value));
  return Object.freeze({
    get taken() {
      return load(0);
    },
    set taken(value: number) {
      store(0, value);
    },
    get handed() {
      return load(1);
    },
    set handed(value: number) {
      store(1, value);
    },
    get lines() {
      return load(2);
    },
    set lines(value: number) {
      store(2, value);
    },
  });
}
