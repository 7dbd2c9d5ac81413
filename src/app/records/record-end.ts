// The end of an apply whose machine is settled already. When it cannot be recorded, the machine is told all the same: what
// is not as before before anything else. The apply stays open, and the next command looks at the machine and records it.

import { asOpError, OpError } from "../../base/error.ts";
import { leftError, type Ending, type Mismatch, type RecordedOutcome } from "../../state/state.ts";
import type { Talk } from "../../api/api.ts";
import type { Pending } from "./pending.ts";
import { writeEnd } from "./recorder.ts";
import type { Records } from "./records.ts";

export interface Settled {
  readonly ending: Ending;
  /** By action id. */
  readonly outcomes: ReadonlyMap<string, RecordedOutcome>;
  /** What is not as before, with both values. */
  readonly left: readonly Mismatch[];
}

/** Throws OPD2121 (not recorded, and not as before), OPD2124 (not recorded, as before), what `writeEnd` does (it is kept). */
export async function recordEnd(
  records: Records,
  pending: Pick<Pending, "id" | "begin">,
  { ending, outcomes, left }: Settled,
  talk: Pick<Talk, "tell">,
): Promise<void> {
  try {
    await writeEnd(records, pending, outcomes, ending, talk);
  } catch (cause) {
    const { code, message, hint } = asOpError(cause);
    if (left.length > 0) throw leftError(message, left, [{ code, message }]);
    const kept = ending.end === "done";
    const now = kept ? "all of it is done and kept" : "as before, verified by reading again";
    throw new OpError(kept ? code : "OPD2124", message, {
      now: `${now}; the next command records it`,
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
