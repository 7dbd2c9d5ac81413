// Reading a graph from another thread. What `share` returned is posted there; `attachGraph` makes a reader of it that takes
// snapshots: what was published last is in the next one. A snapshot holds its seq in the control block (control.ts), so
// nothing that it can reach is used again while it is held; there are no locks, and the writer never waits. Release it soon:
// while it is held, what is replaced stays.

import type { Snapshot } from "../ports.ts";
import { pin, repin } from "./control.ts";
import { HeldReader } from "./reader.ts";
import { Tables, type TableBuffers } from "./tables.ts";

/** Can be posted to one thread. */
export interface SharedGraph {
  readonly buffers: TableBuffers;
  /** Its place in the control block: no two threads use the same. */
  readonly cell: number;
}

export interface AttachedGraph {
  /** The graph as it is now. Some hundred nanoseconds. */
  snapshot(): Snapshot;
}

export function attachGraph({ buffers, cell }: SharedGraph): AttachedGraph {
  const tables = new Tables(buffers);
  /** Seqs that are held here, ascending. */
  const held: number[] = [];
  return {
    snapshot() {
      const totals = pin(tables, cell, held[0] ?? null);
      held.push(totals.seq);
      tables.refresh();
      return new HeldReader(tables, totals, () => {
        held.splice(held.indexOf(totals.seq), 1);
        repin(tables, cell, held[0] ?? null);
      });
    },
  };
}
