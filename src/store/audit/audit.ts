// The audit log: what was done, so that nobody can change, remove or insert a line of it without notice. See model.ts for
// what it promises, docs/design/audit.md for the bytes, verify.ts for how it is checked.

export { exportAudit } from "./export.ts";
export { openAudit, type AuditOptions } from "./open.ts";
export { anchorOf, pinText, readAnchor, readPin, writePin, type Anchor, type Pin } from "./pin.ts";
export { verifyAudit, type VerifyOptions } from "./verify.ts";
export type { Audit, Checkpoint, EntryBody } from "./model.ts";
export type { AuditReport } from "./report.ts";
