// A plan file given to apply, or to plan --revert: found by members that no document has, so that an edit of one of them
// does not make it pass for a document; refused where strangers could have written it.

import { OpError } from "../base/error.ts";
import { readSavedPlan, type SavedPlan } from "../state/state.ts";
import type { RequestOf } from "../api/api.ts";

/** At the top of the text as op-dbus writes it, or first in it. */
const IS_PLAN = /^\s*\{\s*"format_version"|\n {2}"(?:base|actions)": [[{]/;

/** null when the sources are documents. Throws OPD1202, OPD2140. */
export function savedPlanOf({ sources }: Pick<RequestOf<"apply">, "sources">): SavedPlan | null {
  const [source] = sources;
  if (sources.length !== 1 || source!.format !== "json" || !IS_PLAN.test(source!.text)) return null;
  if (source!.untrusted !== null) {
    throw new OpError("OPD1202", `${source!.file} is not trusted: ${source!.untrusted}`, {
      where: source!.file,
      now: "nothing was changed",
    });
  }
  const { saved, faults } = readSavedPlan(source!.file, source!.text);
  if (saved === null) {
    throw new OpError("OPD2140", `${source!.file} is not as it was saved: ${faults[0]!.message}`, {
      now: "nothing was sent",
      hint: "op-dbus plan FILE --out plan.json makes a new one",
      faults,
    });
  }
  return saved;
}

/** What was asked for a saved plan: a fault of its document now is a plan that no longer fits, whether the file was edited
 * or the service has changed. Throws OPD2141 for those, everything else as it is. */
export async function fitting<T>(saved: SavedPlan | null, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (saved === null || !(error instanceof OpError) || error.kind !== "input") throw error;
    throw new OpError("OPD2141", `the saved plan no longer fits: ${error.message}`, {
      now: "nothing was changed",
      hint: "op-dbus plan FILE --out plan.json makes a new one",
      faults: error.faults,
      cause: error,
    });
  }
}
