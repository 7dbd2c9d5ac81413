// rollback: go back now from an apply that waits for its commit.

import type { Bound } from "../bound.ts";
import { goBack } from "../records/settled.ts";
import { snapshotAfterApply } from "../records/snapshots.ts";
import { withWaiting } from "../guard/with-waiting.ts";

export const rollback: Bound<"rollback"> = async (parts, request, talk) => {
  const settled = await withWaiting(parts, request, talk, (settling, waiting) =>
    goBack(settling, waiting, "rollback", "it was asked for"),
  );
  await snapshotAfterApply(parts, talk);
  return settled;
};
