// A mapping against a machine: every interface, member, argument, type, access, signal, column and polkit action that it
// names. Pure over a `LiveView`; only `viewOf` asks, and it asks nothing but introspection. What has no object yet is
// unproven: objects of items are checked where the schema is made (run/schema.ts), and a call whose member is missing or
// whose arguments do not fit is refused before it is sent (OPD6050). `checkSight` is the check of one such object.

import type { Fault, Position } from "../../../base/error.ts";
import { checkFlow, checkRecipe, checkStep } from "./live-call.ts";
import { checkResource } from "./live-resource.ts";
import { flowTarget, targetOf, type Interfaces, type Live, type LiveCheck, type LiveView } from "./live.ts";
import { flowsOf, sourcesOf } from "../format/check-static.ts";
import type { Mapping } from "../model.ts";

/** Introspection of one object; null when there is none (or the service cannot be reached). */
export type Introspect = (name: string, path: string) => Promise<Interfaces | null>;

/** Asks for every object whose path the mapping spells out, one after the other. */
export async function viewOf(
  mapping: Mapping,
  introspect: Introspect,
  actions: ReadonlySet<string> | null,
): Promise<LiveView> {
  const paths = new Set<string>();
  for (const name of mapping.places.keys()) paths.add(targetOf(mapping, name).spot);
  for (const source of sourcesOf(mapping)) paths.add(targetOf(mapping, source.place, source.path).spot);
  const spots = new Map<string, Interfaces | null>();
  for (const path of paths)
    if (path.startsWith("/")) spots.set(path, await introspect(mapping.service, path));
  return { spots, actions };
}

/** The whole check. `polkitActions` null: they are not checked. */
export async function checkLive(
  mapping: Mapping,
  introspect: Introspect,
  polkitActions: ReadonlySet<string> | null,
): Promise<LiveCheck> {
  return checkView(mapping, await viewOf(mapping, introspect, polkitActions));
}

/** The same over a view that is there already. Pure. */
export function checkView(mapping: Mapping, view: LiveView): LiveCheck {
  const unproven = new Set<string>();
  const lacking = new Set<string>();
  const perResource = new Map<string | null, readonly Fault[]>();

  const collect = (address: string, run: (live: Live) => void): readonly Fault[] => {
    const found = new Map<string, Fault>();
    run({
      mapping,
      view,
      fault(at: Position, message: string, hint?: string): void {
        const fault: Fault = {
          code: "OPD6101",
          message,
          at,
          address,
          ...(hint === undefined ? {} : { hint }),
        };
        found.set(`${at.line}:${at.column} ${message}`, fault);
      },
      unproven: (spot) =>
        void unproven.add(`${spot} of ${mapping.service}: no such object has been seen yet`),
      lacking: (what) => void lacking.add(what),
    });
    return [...found.values()];
  };

  const flows = new Map<string, readonly Fault[]>();
  for (const flow of mapping.flows.values()) {
    flows.set(
      flow.name,
      collect(mapping.plugin, (live) => checkFlow(live, flow)),
    );
  }
  for (const resource of [mapping.self, ...mapping.resources.values()]) {
    const address = resource.name === null ? mapping.plugin : `${mapping.plugin}:${resource.name}`;
    const own = collect(address, (live) => checkResource(live, resource));
    const faults = [...own, ...flowsOf(mapping, resource).flatMap((flow) => flows.get(flow) ?? [])];
    if (faults.length > 0) perResource.set(resource.name, faults);
  }
  const checkpoint = collect(mapping.plugin, (live) => checkCheckpoint(live, mapping));
  const all = new Set([...flows.values(), ...perResource.values(), checkpoint].flat());
  return { faults: [...all], unproven: [...unproven], lacking: [...lacking], perResource, checkpoint };
}

/** An object has appeared at a place that depends on an item (`place`), or was opened by a flow (`flow`): what is wrong
 * with it beyond what `view` showed already. `view` in the result contains it. */
export function checkSight(
  mapping: Mapping,
  view: LiveView,
  seen: { readonly place: string } | { readonly flow: string },
  interfaces: Interfaces,
): LiveCheck & { readonly view: LiveView } {
  const { spot } = "place" in seen ? targetOf(mapping, seen.place) : flowTarget(mapping, seen.flow);
  const wider: LiveView = { ...view, spots: new Map([...view.spots, [spot, interfaces]]) };
  const known = new Set(checkView(mapping, view).faults.map(identityOf));
  const isNew = (fault: Fault): boolean => !known.has(identityOf(fault));
  const found = checkView(mapping, wider);
  const perResource = [...found.perResource].map(([name, faults]) => [name, faults.filter(isNew)] as const);
  return {
    ...found,
    faults: found.faults.filter(isNew),
    perResource: new Map(perResource.filter(([, faults]) => faults.length > 0)),
    checkpoint: found.checkpoint.filter(isNew),
    view: wider,
  };
}

function checkCheckpoint(live: Live, mapping: Mapping): void {
  const { checkpoint } = mapping;
  if (checkpoint === null) return;
  const replies = checkpoint.create.steps.map((step) => checkStep(live, step, { resource: null }));
  const reply = replies.at(-1);
  const around = reply === undefined ? { resource: null } : { resource: null, reply };
  for (const recipe of [checkpoint.commit, checkpoint.rollback, checkpoint.extend])
    checkRecipe(live, recipe, around);
}

function identityOf(fault: Fault): string {
  return `${fault.at?.line}:${fault.at?.column} ${fault.message}`;
}
