// The order of actions: plugins as in the document, and within a plugin as its plan gives them, moved only as far as
// `depends_on` asks. Afterwards every action has its id. Pure.

import type { Fault } from "../../base/error.ts";
import type { Action } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";

/** The address of what an action changes. */
export function addressOf(action: Pick<Action, "plugin" | "resource" | "key" | "field">): string {
  const { plugin, resource, key, field } = action;
  return formatAddress({ plugin, resource, key, field });
}

export interface Ordered {
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
}

/** `actions` of one plugin after the other, with names in `depends_on`; a name of nothing that is planned holds already
 * and is dropped. Ids are a1, a2, ... A circle is a fault that names it. */
export function ordered(perPlugin: Iterable<readonly Action[]>): Ordered {
  const sorted: { readonly action: Action; readonly after: readonly Action[] }[] = [];
  const faults: Fault[] = [];
  for (const actions of perPlugin) {
    const after = dependencies(actions);
    const { order, circle } = topological(actions, after);
    if (circle.length > 0) faults.push(circular(circle));
    for (const action of order) sorted.push({ action, after: after.get(action) ?? [] });
  }
  const ids = new Map(sorted.map(({ action }, index) => [action, `a${index + 1}`]));
  const named = sorted.map(({ action, after }) =>
    Object.freeze({ ...action, id: ids.get(action)!, depends_on: after.map((other) => ids.get(other)!) }),
  );
  return { actions: named, faults };
}

/** Names are addresses without the plugin: `resource/key.field`, or `resource/key` for all actions of an item; of an
 * action's own item it is only what creates or removes it, for its fields do not wait for each other. */
function dependencies(actions: readonly Action[]): ReadonlyMap<Action, readonly Action[]> {
  const after = new Map<Action, readonly Action[]>();
  if (!actions.some(({ depends_on }) => depends_on.length > 0)) return after;
  const byName = new Map<string, Action[]>();
  for (const action of actions) {
    const whole = formatAddress({ ...action, field: null });
    for (const address of new Set([addressOf(action), whole])) {
      const name = address.slice(action.plugin.length + 1);
      byName.set(name, [...(byName.get(name) ?? []), action]);
    }
  }
  for (const action of actions) {
    const own = formatAddress({ ...action, field: null }).slice(action.plugin.length + 1);
    const others = action.depends_on
      .flatMap((name) => (byName.get(name) ?? []).filter((other) => name !== own || other.field === null))
      .filter((other) => other !== action);
    after.set(action, [...new Set(others)]);
  }
  return after;
}

/** Each action as early as it may, so an order that is right already stays. Depth first, without recursion. */
function topological(
  actions: readonly Action[],
  after: ReadonlyMap<Action, readonly Action[]>,
): { readonly order: readonly Action[]; readonly circle: readonly Action[] } {
  const order = new Set<Action>();
  for (const start of actions) {
    const open = new Set<Action>();
    const stack = [start];
    while (stack.length > 0) {
      const action = stack.at(-1)!;
      const waiting = order.has(action) ? [] : (after.get(action) ?? []).filter((other) => !order.has(other));
      if (waiting.length === 0) {
        order.add(action);
        open.delete(action);
        stack.pop();
        continue;
      }
      open.add(action);
      const next = waiting[0]!;
      if (open.has(next)) return { order: actions, circle: [...open].slice([...open].indexOf(next)) };
      stack.push(next);
    }
  }
  return { order: [...order], circle: [] };
}

function circular(circle: readonly Action[]): Fault {
  const names = [...circle, circle[0]!].map(addressOf);
  return { code: "OPD2109", message: `each waits for the other: ${names.join(" -> ")}`, address: names[0]! };
}
