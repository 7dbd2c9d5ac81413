// May this plan go ahead? What the flags demand of it, and who has to say yes. Throws unless it may.

import { OpError } from "../base/error.ts";
import { FIDELITIES, UNDOS, type Action } from "../plugin/plugin.ts";
import { confirmation, type Plan } from "../state/state.ts";
import type { RequestOf, Talk } from "../api/api.ts";
import { addressesOf } from "./addresses.ts";

type Request = RequestOf<"apply">;
const UNTOUCHED = { now: "nothing was changed" } as const;

/** --require-undo and --require-fidelity: one action that is weaker refuses the whole plan. */
export function refuseWeak(plan: Plan, { requireUndo, requireFidelity }: Request): void {
  const weak = plan.actions.filter(
    ({ undo, fidelity }: Action) =>
      (requireUndo !== null && UNDOS.indexOf(undo) > UNDOS.indexOf(requireUndo)) ||
      (requireFidelity !== null && FIDELITIES.indexOf(fidelity) > FIDELITIES.indexOf(requireFidelity)),
  );
  if (weak.length === 0) return;
  const addresses = addressesOf(plan);
  const faults = weak.map(({ id, undo, fidelity }) => ({
    code: "OPD9015" as const,
    message: `undo ${undo}, ${fidelity}`,
    address: addresses.get(id)!,
  }));
  throw new OpError("OPD9015", "the plan is weaker than was asked for", { ...UNTOUCHED, faults });
}

/** Where polkit would ask a person and none is here, the answer is no before it is asked. Throws OPD2108. */
export function refuseUnasked(plan: Plan, { terminal }: Request): void {
  const asking = terminal ? [] : plan.actions.filter(({ authorization }) => authorization === "ask");
  if (asking.length === 0) return;
  const addresses = addressesOf(plan);
  const faults = asking.map(({ id, polkit }) => ({
    code: "OPD2108" as const,
    message: `polkit would ask somebody about ${polkit.join(", ")}`,
    address: addresses.get(id)!,
  }));
  throw new OpError("OPD2108", "not authorised, and nobody can be asked", {
    ...UNTOUCHED,
    hint: "run op-dbus as root or at a terminal, or let a rule in /etc/polkit-1/rules.d allow it",
    faults,
  });
}

/** Throws OPD9003 (nobody to ask), OPD9004 (no), OPD2123 (interrupted). */
export async function confirm(
  plan: Plan,
  { approve, terminal }: Request,
  savedPlan: boolean,
  talk: Talk,
): Promise<void> {
  const how = confirmation(plan, { terminal, autoApprove: approve, savedPlan });
  if (how === "none") return;
  const worst = plan.summary.worstRisk;
  if (how === "refuse") {
    throw new OpError("OPD9003", `the plan holds changes of class ${worst}, and nobody can be asked`, {
      ...UNTOUCHED,
      hint: `--auto-approve=${worst} allows them`,
    });
  }
  const yes = await talk.ask(how, worst);
  if (talk.signal.aborted) throw new OpError("OPD2123", "interrupted", UNTOUCHED);
  if (!yes) throw new OpError("OPD9004", "not approved", UNTOUCHED);
}
