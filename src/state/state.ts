// The face of state: documents, inventory, diff, plan, apply, verify, rollback. It decides; plugins read and change.
//
//   text -> document -> inventory -> diff -> plan -> apply -> verify -> report
//                                                     `-- differs, fails, interrupted --> rollback -> report

export type * from "./model.ts";
export type { HeldLock } from "./ports.ts";
export { formatAddress, matches, parsePattern, type Address, type Pattern } from "./address.ts";
export { needsOf, parseDocument } from "./document.ts";
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
export { reportError } from "./report.ts";
export { verifyDocument } from "./verify.ts";
export { queryDocument } from "./query.ts";
export { draftDocument } from "./draft.ts";
export { revertDocument } from "./revert.ts";
export { revertClaim } from "./revert-claim.ts";
