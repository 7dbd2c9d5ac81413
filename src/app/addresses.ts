// The addresses of a plan's actions by id, as people read and type them.

import { formatAddress, type Plan } from "../state/state.ts";

export function addressesOf(plan: Plan): ReadonlyMap<string, string> {
  return new Map(plan.actions.map((action) => [action.id, formatAddress(action)]));
}
