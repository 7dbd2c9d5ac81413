// What a transaction takes, before anything of it is done: every change in its range, and all of them within what one takes.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Change } from "../model.ts";
import { attributesBytesOf, bodyBytes } from "./body.ts";
import { LEARN_BYTES, SMALL_BYTES_MAX } from "./change.ts";
import { checkChange } from "./check.ts";

interface Measured {
  /** Of the changes in a frame of the log, at most. */
  readonly sizeBytes: number;
  /** Of the bodies in them. */
  readonly bodiesBytes: number;
}

/** Throws OPD4001. */
export function measureChanges(changes: readonly Change[]): Measured {
  if (changes.length > LIMITS.memoryPendingMax)
    throw new OpError(
      "OPD4001",
      `transaction: ${changes.length} changes, at most ${LIMITS.memoryPendingMax}`,
    );
  let sizeBytes = 0;
  let bodiesBytes = 0;
  for (const change of changes) {
    checkChange(change);
    if (change.kind === "learn") {
      const bytes = bodyBytes(change.concept, attributesBytesOf(change.concept.attributes));
      bodiesBytes += bytes;
      sizeBytes += LEARN_BYTES + bytes;
    } else sizeBytes += SMALL_BYTES_MAX;
  }
  if (sizeBytes > LIMITS.memoryTransactionBytesMax)
    throw new OpError(
      "OPD4001",
      `transaction: ${sizeBytes} bytes, at most ${LIMITS.memoryTransactionBytesMax}`,
    );
  return { sizeBytes, bodiesBytes };
}
