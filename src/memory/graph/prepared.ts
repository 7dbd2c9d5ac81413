// What a graph has promised, by the name of the transaction: one part each of a transaction that several graphs take part in
// (shard/). It lies in the log whole (promise.ts has its bytes) and outlives crashes and checkpoints; it is kept, or dropped, by
// what the log says later. Nothing of it is seen before.

import { inkOf } from "./ink.ts";

interface Promised {
  readonly bytes: Uint8Array;
  readonly changes: number;
  /** No record of the log before this one has it. */
  readonly frame: number;
}

/** What a graph has promised, by the name of the transaction. Room is kept for all of it: keeping a promise cannot fail. */
export class Prepared {
  changes = 0;
  bytes = 0;
  readonly #promises = new Map<string, Promised>();

  get names(): readonly string[] {
    return [...this.#promises.keys()];
  }

  /** The first record of the log that is still needed for a promise; Infinity = none is. */
  get oldestFrame(): number {
    return Math.min(Infinity, ...[...this.#promises.values()].map(({ frame }) => frame));
  }

  get(transaction: string): Uint8Array | null {
    return this.#promises.get(transaction)?.bytes ?? null;
  }

  put(transaction: string, bytes: Uint8Array, frame: number): void {
    this.drop(transaction);
    const changes = countOf(bytes);
    this.#promises.set(transaction, { bytes, changes, frame });
    this.changes += changes;
    this.bytes += bytes.length;
  }

  drop(transaction: string): void {
    const promised = this.#promises.get(transaction);
    if (promised === undefined) return;
    this.#promises.delete(transaction);
    this.changes -= promised.changes;
    this.bytes -= promised.bytes.length;
  }
}

function countOf(bytes: Uint8Array): number {
  let count = 0;
  const { words } = inkOf(bytes);
  for (let at = 8 + words[0]! * 16; at < bytes.length; at += words[(at >>> 2) + 1]!) count++;
  return count;
}
