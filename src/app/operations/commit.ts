// commit: keep what an apply with --no-commit did, if its time is not over.

import { OpError } from "../../base/error.ts";
import type { Bound } from "../bound.ts";
import { keep } from "../records/settled.ts";
import { snapshotAfterApply } from "../records/snapshots.ts";
import { withWaiting } from "../guard/with-waiting.ts";

export const commit: Bound<"commit"> = async (parts, request, talk) => {
  const settled = await withWaiting(parts, request, talk, async (settling, waiting) => {
    const { id, state } = waiting;
    if (state === "held") return await keep(settling, waiting, "commit");
    const why =
      state === "running"
        ? `checkpoint ${id} was interrupted before its work was done`
        : `the time for a commit of ${id} is over`;
    throw new OpError("OPD2131", why, { now: "it is put back", hint: "op-dbus checkpoint list" });
  });
  await snapshotAfterApply(parts, talk);
  return settled;
};
