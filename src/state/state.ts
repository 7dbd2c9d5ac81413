// The face of state: documents, inventory, diff, plan, apply, verify, rollback. It decides; plugins read and change.
//
//   text -> document -> inventory -> diff -> plan -> apply -> verify -> report
//                                                     `-- differs, fails, interrupted --> rollback -> report

export type * from "./model.ts";
export type * from "./recorded.ts";
export type { AskProbe, HeldLock, Recorder } from "./ports.ts";
export { formatAddress, matches, parseAddress, parsePattern, type Address, type Pattern } from "./address.ts";
export { needsOf, parseDocument, pluginsIn } from "./document.ts";
export { bindDocument } from "./bind.ts";
export { scopesOf, takeInventory, type ContextOf } from "./inventory.ts";
export { diff } from "./diff.ts";
export { secretDigests } from "./secrets.ts";
export { makePlan, planError, planFrom } from "./plan.ts";
export { planToJson } from "./plan-json.ts";
export { claimDiffers, readSavedPlan, type SavedPlan } from "./saved.ts";
export { confirmation } from "./confirm.ts";
export { applyPlan } from "./apply.ts";
export type { ApplyEvent, Step } from "./event.ts";
export { leftError, reportError } from "./report.ts";
export { verifyDocument } from "./verify.ts";
export { queryDocument } from "./query.ts";
export { draftDocument } from "./draft.ts";
export { revertDocument } from "./revert.ts";
export { revertClaim } from "./revert-claim.ts";
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
} from "./recording.ts";
export { nativesIn, putBack, type WayBack } from "./put-back.ts";
export { abandonApply } from "./abandon.ts";
export { recoverApply, recoveredBy, wasPutBack } from "./recover.ts";
export { scopesOfActions } from "./touched.ts";
export { armedState, type Armed } from "./armed.ts";
export { journaled } from "./journaled.ts";
export type { Probe, ProbeOutcome } from "./probe.ts";
export { probeFault, runProbes } from "./probes.ts";
export { probeRecords, probesFrom, probeValue } from "./probe-plain.ts";
export { fieldAt } from "./bind-probes.ts";
