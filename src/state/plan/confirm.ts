// Who has to say yes before a plan is applied: the rule of the product, as one pure decision. What a flag allows is
// never more than its class, and a saved plan was approved by the saving.

import { RISKS, type Risk } from "../../plugin/plugin.ts";
import type { Plan } from "../model.ts";

export interface Approval {
  /** A person can be asked. */
  readonly terminal: boolean;
  /** --auto-approve: null = not given, "default" = without a class, which reaches needs-confirm. */
  readonly autoApprove: Risk | "default" | null;
  /** The plan was read from a file and still fits. */
  readonly savedPlan: boolean;
}

/** none: go on. ask-yN: any yes will do. ask-yes: the word itself. refuse: nobody to ask (exit 10). */
export type Confirmation = "none" | "ask-yN" | "ask-yes" | "refuse";

export function confirmation(plan: Plan, approval: Approval): Confirmation {
  if (plan.actions.length === 0 || approval.savedPlan) return "none";
  const worst = plan.summary.worstRisk;
  const { terminal, autoApprove } = approval;
  if (autoApprove !== null && !worse(worst, autoApprove === "default" ? "needs-confirm" : autoApprove))
    return "none";
  const serious = worse(worst, "reversible");
  if (terminal) return serious ? "ask-yes" : "ask-yN";
  return serious ? "refuse" : "none";
}

/** Is `a` more serious than `b`? */
export function worse(a: Risk, b: Risk): boolean {
  return RISKS.indexOf(a) > RISKS.indexOf(b);
}
