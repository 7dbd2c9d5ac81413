// Whether the associations of a transaction will have their ends when their turn comes: concepts that are there, or learned
// before them in it, and not forgotten. Looked at before anything is done, so that a transaction is done whole or not at all.

import type { Change, ConceptId } from "../model.ts";
import { hexOf } from "./id.ts";

/** The first end that will be missing; null = none. `isThere` tells about concepts before the transaction. */
export function findMissingEnd(
  changes: readonly Change[],
  isThere: (id: ConceptId) => boolean,
): ConceptId | null {
  if (!changes.some(({ kind }) => kind === "associate")) return null;
  const within = new Map<string, boolean>();
  let isCleared = false;
  for (const change of changes)
    if (change.kind === "learn") within.set(hexOf(change.concept.id), true);
    else if (change.kind === "forget") within.set(hexOf(change.id), false);
    else if (change.kind === "clear") {
      within.clear();
      isCleared = true;
    } else if (change.kind === "associate")
      for (const id of [change.association.source, change.association.target])
        if (!(within.get(hexOf(id)) ?? (!isCleared && isThere(id)))) return id;
  return null;
}
