// What has to hold before anything is signed: a new head vouches for every entry before it, and whoever may write the folder
// could have put them there. So the log must be the one that was pinned, its newest head signed by its key, and what
// stands behind that head what this program writes. All throw OPD5101.

import { OpError } from "../../base/error.ts";
import type { Disk } from "../file/file.ts";
import { blobFault } from "./blobs.ts";
import type { Checkpoint, Entry } from "./model.ts";
import { parseNote, parseVkey, verifyNote } from "./note.ts";
import type { Pin } from "./pin.ts";
import { Findings } from "./report.ts";
import { EntryCheck } from "./verify-entries.ts";

/** A log's folder. */
interface Where {
  readonly directory: string;
  readonly disk: Disk;
}

/** The newest head is signed by `key`. Those before it need not be looked at: it is over the same entries. */
export function needSignature({ size, note }: Checkpoint, key: string, { directory }: Where): void {
  const [parsed, verifier] = [parseNote(note), parseVkey(key)];
  if (parsed === null || verifier === null || verifyNote(parsed, [verifier]).good.length === 0)
    throw disagrees(directory, `the head of ${size} entries is not signed by the key of the audit log`);
}

/** Entries that begin an append, and end one, are whole groups of whole entries. `before`: the newest head before them. */
export function needEntries(
  entries: Iterable<Omit<Entry, "value">>,
  before: Pick<Checkpoint, "size" | "root">,
  { directory, disk }: Where,
): void {
  const findings = new Findings();
  const check = new EntryCheck(findings, {
    blobsOf: () => [],
    blobFault: (digest) => blobFault(disk, directory, digest),
  });
  for (const { index, bytes } of entries) check.entry(index, Buffer.from(bytes), before);
  check.boundary();
  const alarm = findings.list.find(({ severity }) => severity === "alarm");
  if (alarm !== undefined)
    throw disagrees(directory, `${alarm.where} of the audit log is not signed yet, and ${alarm.message}`);
}

/** The log begins with what was pinned. `rootOf`: the root of its first entries, base64. */
export function needPinned(
  { size, root }: Pin,
  log: { readonly size: number; readonly rootOf: (size: number) => string },
  { directory }: Where,
): void {
  if (size > log.size)
    throw disagrees(directory, `the audit log has ${log.size} entries, and a head of ${size} was pinned`);
  if (log.rootOf(size) !== root)
    throw disagrees(directory, `the first ${size} entries of the audit log are others than were pinned`);
}

function disagrees(directory: string, message: string): OpError {
  return new OpError("OPD5101", message, { where: directory, hint: "op-dbus audit verify" });
}
