// audit checkpoint: the newest signed head, made if entries are not signed yet, with cosignatures of witnesses merged in.

import type { CheckpointNote } from "../../api/api.ts";
import { OpError } from "../../base/error.ts";
import { pinText, type Audit, type Checkpoint } from "../../store/audit/audit.ts";
import type { Bound } from "../bound.ts";
import type { Records } from "../records/records.ts";

export const checkpoint: Bound<"audit.checkpoint"> = async (parts, request) => {
  const records = await parts.records();
  const { audit } = records;
  let head = await signed(records);
  for (const { text } of request.cosignatures)
    head = await audit.cosign(wholeNote(head, text), request.witnesses);
  return noteOf(audit, head);
};

/** The newest head, over everything that is in the log now. Throws OPD5120 for an empty log. */
export async function signed({ audit, pin }: Records): Promise<Checkpoint> {
  await audit.refresh();
  const latest = audit.latest();
  if (latest !== null && latest.size === audit.size) return latest;
  if (audit.size === 0) throw new OpError("OPD5120", "the audit log is empty: nothing was recorded yet");
  const { checkpoint: made } = await audit.append([], { group: false, checkpoint: true });
  pin(made!);
  return made!;
}

/** Witnesses answer with signature lines alone, or with the whole note. */
function wholeNote({ note }: Checkpoint, given: string): string {
  return given.startsWith("\u2014 ") ? note.slice(0, note.indexOf("\n\n") + 2) + given : given;
}

function noteOf(audit: Audit, { size, root, note }: Checkpoint): CheckpointNote {
  const { key, origin } = audit;
  return { size, root, note, key, pin: `${pinText({ origin, size, root, key })}\n` };
}
