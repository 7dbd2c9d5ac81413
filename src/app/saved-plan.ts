// A plan file given to apply, or to plan --revert: found by its first member, refused where strangers could have written it.

import { OpError } from "../base/error.ts";
import { readSavedPlan, type SavedPlan } from "../state/state.ts";
import type { RequestOf } from "../api/api.ts";
import { documentError } from "./wishes.ts";

/** null when the sources are documents. Throws OPD1202, OPD2140. */
export function savedPlanOf({ sources }: Pick<RequestOf<"apply">, "sources">): SavedPlan | null {
  const [source] = sources;
  if (sources.length !== 1 || source!.format !== "json" || !/^\s*\{\s*"format_version"/.test(source!.text))
    return null;
  if (source!.untrusted !== null) {
    throw new OpError("OPD1202", `${source!.file} is not trusted: ${source!.untrusted}`, {
      where: source!.file,
      now: "nothing was changed",
    });
  }
  const { saved, faults } = readSavedPlan(source!.file, source!.text);
  if (saved === null) throw documentError(sources, faults);
  return saved;
}
