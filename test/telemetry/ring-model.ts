// The ring as programs for the model checker: what openWriter and ringReader do to shared memory, step by step, and ways to
// do it wrong. A slot has two words, so that a torn event shows; an event writes its number (from 1) into both.

import {
  add,
  choose,
  guess,
  load,
  read,
  store,
  write,
  type Agent,
  type Claim,
  type Model,
  type Step,
} from "./memory-model.ts";

export interface RingCase {
  readonly capacity: number;
  /** Events between two publications, at most. */
  readonly chunk: number;
  readonly events: number;
  /** Times the reader looks. */
  readonly drains: number;
  readonly wrong?: RingFault;
}
export type RingFault =
  | "writer stores"
  | "writer publishes plainly"
  | "reader checks with a load"
  | "reader does not check"
  | "reader believes all";

/** What was seen over all executions: a proof about nothing would be none. */
export interface Seen {
  delivered: number;
  dropped: number;
}

export function ringModel({ capacity, chunk, events, drains, wrong }: RingCase, seen: Seen): Model {
  const claims: Claim[] = [];
  const accounts = { delivered: 0, dropped: 0, tail: 0 };
  const plainly = wrong === "writer publishes plainly";

  function* writer(): Agent {
    let head = 0;
    let unpublished = 0;
    while (head < events) {
      const slot = head % capacity;
      yield write(`${slot}a`, head + 1);
      yield write(`${slot}b`, head + 1);
      head++;
      unpublished++;
      // Full, or the event loop turns and the reader has asked; in the end it always turns.
      const turns = unpublished === chunk || head === events || (yield choose(2)) === 1;
      if (!turns) continue;
      if (plainly) yield write("published", head);
      else if (wrong === "writer stores") yield store("published", head);
      else yield add("published", unpublished);
      unpublished = 0;
    }
  }

  function* look(): Generator<Step, number, number> {
    return plainly ? yield guess("published", range(events)) : yield load("published");
  }

  function* reader(): Agent {
    const believed = wrong === "reader believes all" ? capacity : capacity - chunk;
    let tail = 0;
    for (let n = 0; n < drains; n++) {
      // A plain look may go back in time; nobody would move backwards.
      const waiting = Math.max(0, (yield* look()) - tail);
      const skipped = Math.max(0, waiting - believed);
      const end = tail + waiting;
      const copies: [number, number][] = [];
      for (let at = tail + skipped; at < end; at++)
        copies.push([yield read(`${at % capacity}a`), yield read(`${at % capacity}b`)]);
      let published = end;
      if (plainly || wrong === "reader checks with a load") published = yield* look();
      else if (wrong !== "reader does not check") published = yield add("published", 0);
      const oldest = published - tail - believed;
      const dropped = Math.min(Math.max(skipped, oldest), waiting);
      for (let at = dropped; at < waiting; at++) {
        const number = tail + at + 1;
        claims.push({
          reads: copies[at - skipped]!,
          holds: ([a, b]) => a === number && b === number,
          text: `event ${number} is whole`,
        });
      }
      accounts.delivered += waiting - dropped;
      accounts.dropped += dropped;
      accounts.tail = tail = end;
    }
  }

  return {
    agents: [writer(), reader()],
    claims() {
      seen.delivered += accounts.delivered;
      seen.dropped += accounts.dropped;
      const exact = accounts.delivered + accounts.dropped === accounts.tail;
      return exact
        ? claims
        : [{ reads: [], holds: () => false, text: "delivered and dropped are all events" }];
    },
  };
}

/** The ring of the first generation, all of its words Atomics: a full writer moves the reader's index. */
export function originalModel(capacity: number, events: number, pops: number): Model {
  const claims: Claim[] = [];

  function* writer(): Agent {
    for (let n = 1; n <= events; n++) {
      const head = yield load("head");
      const next = (head + 1) % capacity;
      const tail = yield load("tail");
      if (next === tail) yield store("tail", (tail + 1) % capacity);
      yield write(`${head}a`, n);
      yield write(`${head}b`, n);
      yield store("head", next);
    }
  }

  function* reader(): Agent {
    let last: number | null = null;
    for (let n = 0; n < pops; n++) {
      const tail = yield load("tail");
      if (tail === (yield load("head"))) continue;
      const [a, b] = [yield read(`${tail}a`), yield read(`${tail}b`)];
      yield store("tail", (tail + 1) % capacity);
      claims.push({ reads: [a, b], holds: ([x, y]) => x === y, text: "an event is whole" });
      if (last !== null)
        claims.push({ reads: [last, a], holds: ([x, y]) => x! < y!, text: "events are in order" });
      last = a;
    }
  }

  return { agents: [writer(), reader()], claims: () => claims };
}

function range(max: number): readonly number[] {
  return Array.from({ length: max + 1 }, (_, n) => n);
}
