// An interrupted apply that shall not be put back: a person has seen to it, or nobody can. It ends as it stands, and what is
// not as before is read, recorded and listed. Nothing is called that changes anything.

import type { Clock } from "../../base/clock.ts";
import { beforeOf, leftNow, startedIn, type PutBackInput } from "./put-back.ts";
import { recoveredBy, type Recovered } from "./recover.ts";
import { readsIn } from "../apply/rollback.ts";

export interface AbandonInput extends Omit<PutBackInput, "sameBoot" | "timeoutMs"> {
  readonly clock: Clock;
}

const WHY = "it was given up: nothing was put back";

/** Never rejects for what services do. `contextOf`: contexts on the reading connection. */
export async function abandonApply(input: AbandonInput): Promise<Recovered> {
  const { clock } = input;
  const startMs = clock.monotonicMs();
  const started = startedIn(input.begin, input.notes);
  const before = beforeOf(input, started);
  const left = await leftNow(input, started, before);
  const verification = {
    holds: left.length === 0,
    checked: readsIn(before, before.observed.keys()),
    mismatches: left,
    attempts: 1,
    elapsedMs: clock.monotonicMs() - startMs,
  };
  return recoveredBy(input, { results: [], verification, left }, "recovery", [WHY]);
}
