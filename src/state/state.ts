// The face of state: documents, inventory, diff, plan, apply, verify, rollback. It decides; plugins read and change.
//
//   text -> document -> inventory -> diff -> plan -> apply -> verify -> report
//                                                     `-- differs, fails, interrupted --> rollback -> report

export type * from "./model.ts";
export type * from "./record/recorded.ts";
export type { AskProbe, HeldLock, Recorder } from "./ports.ts";
export { formatAddress, matches, parseAddress, parsePattern, type Address, type Pattern } from "./address.ts";
export { needsOf, parseDocument, pluginsIn } from "./document/document.ts";
export { bindDocument } from "./document/bind.ts";
export { scopesOf, takeInventory, type ContextOf } from "./inventory/inventory.ts";
export { diff } from "./plan/diff.ts";
export { secretDigests } from "./document/secrets.ts";
export { makePlan, planError, planFrom } from "./plan/plan.ts";
export { planToJson } from "./plan/plan-json.ts";
export { claimDiffers, readSavedPlan, type SavedPlan } from "./plan/saved.ts";
export { confirmation } from "./plan/confirm.ts";
export { applyPlan } from "./apply/apply.ts";
export type { ApplyEvent, Step } from "./apply/event.ts";
export { leftError, reportError } from "./apply/report.ts";
export { verifyDocument } from "./apply/verify.ts";
export { queryDocument } from "./document/query.ts";
export { draftDocument } from "./document/draft.ts";
export { revertDocument } from "./plan/revert.ts";
export { revertClaim } from "./plan/revert-claim.ts";
export {
  applyEntries,
  endingOf,
  journalBegin,
  notedOutcomes,
  plainRecord,
  recordedOutcome,
  verificationRecord,
  type Ending,
  type RecordedOutcome,
} from "./record/recording.ts";
export { nativesIn, putBack, type WayBack } from "./record/put-back.ts";
export { abandonApply } from "./record/abandon.ts";
export { recoverApply, recoveredBy, wasPutBack } from "./record/recover.ts";
export { scopesOfActions } from "./inventory/touched.ts";
export { armedState, type Armed } from "./record/armed.ts";
export { journaled } from "./record/journaled.ts";
export type { Probe, ProbeOutcome } from "./probe.ts";
export { probeFault, runProbes } from "./apply/probes.ts";
export { probeRecords, probesFrom, probeValue } from "./document/probe-plain.ts";
export { fieldAt } from "./document/bind-probes.ts";
