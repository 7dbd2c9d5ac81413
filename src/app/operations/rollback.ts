// rollback: go back now from an apply that waits for its commit.

import type { Bound } from "../bound.ts";
import { goBack } from "../settled.ts";
import { snapshotAfterApply } from "../snapshots.ts";
import { withWaiting } from "../with-waiting.ts";

export const rollback: Bound<"rollback"> = async (parts, request, talk) => {
  const settled = await withWaiting(parts, request, talk, (settling, waiting) =>
    goBack(settling, waiting, "rollback", "it was asked for"),
  );
  await snapshotAfterApply(parts, talk);
  return settled;
};
