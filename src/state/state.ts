// The face of state: documents, inventory, diff, plan, apply, verify, rollback. It decides; plugins read and change.
//
//   text -> document -> inventory -> diff -> plan -> apply -> verify -> report
//                                                     `-- differs, fails, interrupted --> rollback -> report

export type * from "./model.ts";
export type { HeldLock, Locker } from "./ports.ts";
export { formatAddress, matches, parseAddress, parsePattern, type Address, type Pattern } from "./address.ts";
export { needsOf, parseDocument, type RawDocument } from "./document.ts";
export { bindDocument } from "./bind.ts";
export { scopesOf, takeInventory, type ContextOf, type Inventory } from "./inventory.ts";
export { EVERYTHING, type Selection } from "./selection.ts";
export { diff, shown, type Diff } from "./diff.ts";
export { secretDigests } from "./secrets.ts";
export { makePlan, planError, planFrom, type PlanInput, type PlanResult } from "./plan.ts";
export { addressOf } from "./order.ts";
export { baseMoved } from "./base.ts";
export { actionValue, planToJson } from "./plan-json.ts";
export { claimDiffers, readSavedPlan, type SavedPlan, type SavedPlanResult } from "./saved.ts";
export { confirmation, worse, type Approval, type Confirmation } from "./confirm.ts";
export { applyPlan, type ApplyInput } from "./apply.ts";
export type { ApplyEvent, Step } from "./event.ts";
export { reportError } from "./report.ts";
export { verifyDocument, type VerifyInput, type VerifyResult } from "./verify.ts";
export { queryDocument } from "./query.ts";
export { revertDocument } from "./revert.ts";
export { revertClaim } from "./revert-claim.ts";
