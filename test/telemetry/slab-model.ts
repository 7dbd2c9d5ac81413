// The snapshot of a slab as programs for the model checker: what `answer`, `publish`, `ask` and `snapshot` do to shared
// memory, and ways to do it wrong; and the snapshot that was not built, an epoch around each record. Two numbers belong
// together: each state of the slab has its number (from 1) in both.

import {
  add,
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

export interface SlabCase {
  /** Readers that ask, each so often. */
  readonly readers: number;
  readonly questions: number;
  /** Turns of the writer's event loop; it records something before each. */
  readonly turns: number;
  readonly wrong?: SlabFault;
}
export type SlabFault =
  | "writer stores the epoch"
  | "writer answers first"
  | "reader checks with a load"
  | "reader does not check";

export interface SlabSeen {
  snapshots: number;
  /** That showed everything recorded before the question. */
  fresh: number;
}

export function slabModel({ readers, questions, turns, wrong }: SlabCase, seen: SlabSeen): Model {
  const claims: Claim[] = [];
  let [snapshots, fresh] = [0, 0];

  function* move(by: 1, to: number): Generator<Step, void, number> {
    if (wrong === "writer stores the epoch") yield store("epoch", to);
    else yield add("epoch", by);
  }

  function* writer(): Agent {
    let answered = 0;
    let epoch = 0;
    for (let state = 1; state <= turns; state++) {
      const asked = yield load("asked");
      if (asked === answered) continue;
      answered = asked;
      if (wrong === "writer answers first") yield store("answered", asked);
      yield* move(1, ++epoch);
      yield write("x", state);
      yield write("y", state);
      yield* move(1, ++epoch);
      if (wrong !== "writer answers first") yield store("answered", asked);
    }
  }

  function* reader(): Agent {
    for (let n = 0; n < questions; n++) {
      const mine = (yield add("asked", 1)) + 1;
      const inTime = (yield load("answered")) >= mine;
      const before = yield load("epoch");
      if (before % 2 === 1) continue;
      const [x, y] = [yield read("x"), yield read("y")];
      let after = before;
      if (wrong === "reader checks with a load") after = yield load("epoch");
      else if (wrong !== "reader does not check") after = yield add("epoch", 0);
      if (after !== before) continue;
      snapshots++;
      claims.push({ reads: [x, y], holds: ([a, b]) => a === b, text: "a snapshot is of one moment" });
      if (!inTime) continue;
      fresh++;
      claims.push({ reads: [x], holds: ([a]) => a! > 0, text: "an answer shows what was recorded before" });
    }
  }

  return {
    agents: [writer(), ...Array.from({ length: readers }, reader)],
    claims() {
      seen.snapshots += snapshots;
      seen.fresh += fresh;
      return claims;
    },
  };
}

/** How an epoch around each record could be kept. */
export type Epoch = "plain stores" | "Atomics.store" | "Atomics.store, reader adds 0" | "both add";

/** An epoch around each of `records` records, and one look at the two numbers. */
export function recordEpochModel(epoch: Epoch, records: number): Model {
  const claims: Claim[] = [];
  const plainly = epoch === "plain stores";
  const values = Array.from({ length: 2 * records + 1 }, (_, n) => n);

  function* move(to: number): Generator<Step, void, number> {
    if (plainly) yield write("epoch", to);
    else if (epoch === "both add") yield add("epoch", 1);
    else yield store("epoch", to);
  }
  function* look(): Generator<Step, number, number> {
    return plainly ? yield guess("epoch", values) : yield load("epoch");
  }

  function* writer(): Agent {
    for (let record = 1; record <= records; record++) {
      yield* move(2 * record - 1);
      yield write("x", record);
      yield write("y", record);
      yield* move(2 * record);
    }
  }
  function* reader(): Agent {
    const before = yield* look();
    if (before % 2 === 1) return;
    const [x, y] = [yield read("x"), yield read("y")];
    const last = epoch === "both add" || epoch === "Atomics.store, reader adds 0";
    const after = last ? yield add("epoch", 0) : yield* look();
    if (after !== before) return;
    claims.push({ reads: [x, y], holds: ([a, b]) => a === b, text: "a snapshot is of one moment" });
  }
  return { agents: [writer(), reader()], claims: () => claims };
}

/** Texts that only grow: what is below the length was written before it. */
export function linesModel(texts: number, lengthIsPlain: boolean): Model {
  const claims: Claim[] = [];
  function* writer(): Agent {
    for (let n = 1; n <= texts; n++) {
      yield write(`text ${n}`, n);
      yield lengthIsPlain ? write("used", n) : store("used", n);
    }
  }
  function* reader(): Agent {
    for (let look = 0; look < 2; look++) {
      const counts = Array.from({ length: texts + 1 }, (_, n) => n);
      const used = yield lengthIsPlain ? guess("used", counts) : load("used");
      for (let n = 1; n <= used; n++) {
        const text = yield read(`text ${n}`);
        claims.push({ reads: [text], holds: ([value]) => value === n, text: `text ${n} is there` });
      }
    }
  }
  return { agents: [writer(), reader()], claims: () => claims };
}
