// audit verify: the files of the audit log against each other, against the pin that lies outside of its folder, and against
// what the person brings. It opens nothing for writing: a log that does not hold is left as it is.

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import type { PlainTable } from "../../base/text/text.ts";
import { anchorOf, readAnchor, readPin, verifyAudit, type Anchor } from "../../store/audit/audit.ts";
import { checkPrivate, systemDisk } from "../../store/file/file.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";

export const verify: Bound<"audit.verify"> = async (parts, { full, against, witnesses }) => {
  const { clock, configured, who } = parts;
  const directory = join(configured.config.stateDir, "@timing");
  // Read before the log is: it only grows.
  const anchors = [...ownPin(parts), ...against.map(({ text, file }) => readAnchor(text, file))];
  // A log that was never begun and one that was removed are both empty: only an anchor knows which.
  if (isThere(directory)) checkPrivate(systemDisk, directory, who.uid);
  const options = { directory, disk: systemDisk, clock, full, anchors, witnesses, blobsOf: textsOf };
  const report = await verifyAudit(options);
  return { ...report, anchors: [...anchors.map(({ name }) => name), ...witnesses] };
};

/** What op-dbus itself remembers of the newest head. */
function ownPin({ configured, who }: Parts): readonly Anchor[] {
  const folder = join(configured.config.stateDir, "@state");
  if (!isThere(folder)) return [];
  checkPrivate(systemDisk, folder, who.uid);
  const path = join(folder, "pin");
  const pin = readPin(systemDisk, path);
  return pin === null ? [] : [anchorOf(pin, path)];
}

/** Long texts of the documents that an apply was made from: blobs that its first entry binds. */
function textsOf({ type, documents }: PlainTable): readonly string[] {
  if (type !== "begin" || !Array.isArray(documents)) return [];
  return (documents as readonly PlainTable[])
    .map(({ digest, text }) => (text === null ? digest : null))
    .filter((digest) => typeof digest === "string");
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}
