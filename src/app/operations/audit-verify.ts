// audit verify: the files of the audit log against each other, against the pin that lies outside of its folder, and against
// what the person brings. It opens nothing for writing: a log that does not hold is left as it is.

import { join } from "node:path";
import { isThere } from "../../base/file.ts";
import { OpError } from "../../base/error.ts";
import type { PlainTable } from "../../base/text/text.ts";
import {
  anchorOf,
  readAnchor,
  readPin,
  verifyAudit,
  type Anchor,
  type AuditReport,
} from "../../store/audit/audit.ts";
import { checkPrivate, systemDisk } from "../../store/file/file.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";
import { auditDamage } from "../telemetry/record-meter.ts";

export const verify: Bound<"audit.verify"> = async (parts, { full, against, witnesses }) => {
  const { clock, configured, who } = parts;
  const directory = join(configured.config.stateDir, "@timing");
  // Read before the log is: it only grows.
  const own = ownPin(parts);
  const given = against.map(({ text, file }) => readAnchor(text, file));
  const anchors = [...(own === null || own instanceof OpError ? [] : [own]), ...given];
  // A log that was never begun and one that was removed are both empty: only an anchor knows which.
  if (isThere(directory)) checkPrivate(systemDisk, directory, who.uid);
  const options = { directory, disk: systemDisk, clock, full, anchors, witnesses, blobsOf: textsOf };
  const report = await verifyAudit(options);
  const names = [...anchors.map(({ name }) => name), ...witnesses];
  const told = own instanceof OpError ? spoiled(report, own, names) : { ...report, anchors: names };
  if (!told.holds) auditDamage((await parts.telemetry()).metrics).add();
  return told;
};

/** A pin that cannot be read vouches for nothing, and somebody has seen to that. */
function spoiled(report: AuditReport, { code, message, where = "" }: OpError, anchors: readonly string[]) {
  const finding = { code, severity: "alarm", message, where } as const;
  return { ...report, holds: false, findings: [finding, ...report.findings], anchors };
}

/** What op-dbus itself remembers of the newest head; null = nothing yet, or why it cannot be read. */
function ownPin({ configured, who }: Parts): Anchor | OpError | null {
  const folder = join(configured.config.stateDir, "@state");
  if (!isThere(folder)) return null;
  checkPrivate(systemDisk, folder, who.uid);
  const path = join(folder, "pin");
  try {
    const pin = readPin(systemDisk, path);
    return pin && anchorOf(pin, path);
  } catch (error) {
    if (error instanceof OpError) return error;
    throw error;
  }
}

/** Long texts of the documents that an apply was made from: blobs that its first entry binds. Of an entry that somebody
 * else wrote nothing may be taken for granted. */
function textsOf({ type, documents }: PlainTable): readonly string[] {
  if (type !== "begin" || !Array.isArray(documents)) return [];
  return (documents as readonly (PlainTable | null)[])
    .map((one) => (one?.["text"] === null ? one["digest"] : null))
    .filter((digest) => typeof digest === "string");
}
