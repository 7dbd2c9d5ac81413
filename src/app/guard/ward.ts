// The apply that a guard looks after, as the journal has it from one look to the next. A journal that cannot be read any more
// (its folder was removed or moved, its disk fails) does not free the guard of its duty: what it knew last counts, and time
// goes on.

import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { bootId } from "../../base/process.ts";
import { armedState } from "../../state/state.ts";
import type { Journal } from "../../store/journal/journal.ts";
import { waiting, type Waiting } from "./checkpoints.ts";

export interface Ward extends Waiting {
  /** Why the journal cannot be read any more: nothing can be recorded, so nothing but going back is left. null = it can. */
  readonly fault: OpError | null;
}

/** Looks again each time it is called; null = it has ended, or there is none. Throws only at its first call. */
export function wardOf(journal: Journal, clock: Clock, id: string): () => Promise<Ward | null> {
  let known: Waiting | undefined;
  return async () => {
    try {
      await journal.refresh();
      known = waiting(journal, clock).find((each) => each.id === id);
      return known === undefined ? null : { ...known, fault: null };
    } catch (error) {
      if (known === undefined || !(error instanceof OpError)) throw error;
      // A file without a name can be read to its end: where the folder was moved, what is said there still arrives here.
      const open = journal.pending().find((each) => each.id === id);
      if (open === undefined) return null;
      const { begin } = known;
      // What this product of this version began, and goes on with.
      const notes = open.notes as unknown as Ward["notes"];
      const state = armedState(begin, notes, clock.monotonicMs(), bootId());
      known = { ...known, notes, state };
      return { ...known, fault: error };
    }
  };
}
