// From a document to a plan: read, compare, let each plugin say what it would do, put that in order. Sends only reads.
// All faults of all parts come back together; with one there is no plan.

import { OpError, type Fault } from "../../base/error.ts";
import { CODES, type Kind } from "../../base/codes.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  UNDOS,
  type Action,
  type Change,
  type Plugin,
  type PluginPlan,
  type Schema,
} from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { baseOf } from "../inventory/base.ts";
import { worse } from "./confirm.ts";
import { diff, type Diff } from "./diff.ts";
import { inParallel, scopesOf, takeInventory, type ContextOf } from "../inventory/inventory.ts";
import type { Document, Plan, PlanSummary, Reading } from "../model.ts";
import { withNearest } from "../document/near.ts";
import { addressOf, ordered } from "./order.ts";
import { secretDigests } from "../document/secrets.ts";
import { EVERYTHING, type Selection } from "../inventory/selection.ts";

export interface PlanInput {
  readonly document: Document;
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly contextOf: ContextOf;
  readonly selection?: Selection;
  /** Read already, to bind the document. */
  readonly schemas?: ReadonlyMap<string, Schema>;
}
export interface PlanResult {
  /** null = there are faults. */
  readonly plan: Plan | null;
  readonly reading: Reading;
  readonly faults: readonly Fault[];
}

export async function makePlan(input: PlanInput): Promise<PlanResult> {
  const { document, plugins, contextOf, selection = EVERYTHING } = input;
  const options = input.schemas === undefined ? {} : { schemas: input.schemas };
  const inventory = await takeInventory(plugins, scopesOf(document), contextOf, options);
  return planFrom({ document, plugins, contextOf, selection }, inventory.reading, inventory.faults);
}

/** The same from what was read before. */
export async function planFrom(
  input: Omit<PlanInput, "schemas">,
  reading: Reading,
  earlier: readonly Fault[] = [],
): Promise<PlanResult> {
  const { document, plugins, contextOf, selection = EVERYTHING } = input;
  const secrets = secretDigests(plugins, contextOf);
  const found = diff(document, reading, selection, secrets.digestOf);

  const planned = await planEach(found.changes, reading, plugins, contextOf);
  const order = ordered([...planned.values()].map(({ actions }) => actions));
  const faults = [
    ...earlier,
    ...secrets.faults,
    ...(await withNearest(found.faults, plugins, contextOf, reading.schemas)),
    ...[...planned].flatMap(([name, plan]) => plan.faults.map((fault) => placed(name, fault))),
    ...order.faults,
    ...order.actions.filter(({ authorization }) => authorization === "denied").map(denied),
  ];
  if (faults.length > 0) return { plan: null, reading, faults };

  const { actions } = order;
  const base = baseOf(reading, actions, secrets.digests);
  const plan: Plan = {
    document,
    base,
    actions,
    drift: found.drift,
    also: actions.flatMap(({ also }) => also),
    summary: summaryOf(actions, found, document, base.values, reading.observed.size),
    targets: { target: selection.targets, exclude: selection.excludes },
    warnings: [...partial(selection), ...whyReadOnly(found.drift, reading)],
  };
  return { plan: Object.freeze(plan), reading, faults };
}

/** Every plugin plans at the same time; what one throws is its fault. In document order. */
async function planEach(
  changes: ReadonlyMap<string, readonly Change[]>,
  reading: Reading,
  plugins: ReadonlyMap<string, Plugin>,
  contextOf: ContextOf,
): Promise<ReadonlyMap<string, PluginPlan>> {
  const plans = new Map<string, PluginPlan>(
    [...changes.keys()].map((name) => [name, { actions: [], faults: [] }]),
  );
  await inParallel([...changes], LIMITS.inventoryParallelMax, async ([name, wishes]) => {
    const plugin = plugins.get(name)!;
    try {
      plans.set(name, await plugin.plan(contextOf(plugin), reading.observed.get(name)!, wishes));
    } catch (error) {
      if (!(error instanceof OpError)) throw error;
      plans.set(name, { actions: [], faults: [{ code: error.code, message: error.message, address: name }] });
    }
  });
  return plans;
}

function placed(plugin: string, { change, ...fault }: PluginPlan["faults"][number]): Fault {
  if (change === undefined) return { address: plugin, ...fault };
  const { resource, key, field, at } = change;
  const address = formatAddress({ plugin, resource, key, field });
  return { address, ...(at === undefined ? {} : { at }), ...fault };
}

function denied(action: Action): Fault {
  const ids = action.polkit.length > 0 ? action.polkit.join(", ") : "the bus";
  return {
    code: "OPD2108",
    message: `not authorised: ${ids} would refuse it`,
    address: addressOf(action),
    hint: "a rule in /etc/polkit-1/rules.d can allow it, or run op-dbus as a user who may",
  };
}

function partial({ targets, excludes }: Selection): readonly string[] {
  if (targets.length === 0 && excludes.length === 0) return [];
  const flags = [
    ...targets.map((text) => `--target ${text}`),
    ...excludes.map((text) => `--exclude ${text}`),
  ];
  return [`only part of the document is planned: ${flags.join(" ")}`];
}

/** A mapping that does not fit this service, or that is not approved, makes what it concerns read-only or unreadable:
 * said where a wish meets it. */
function whyReadOnly(drift: Diff["drift"], { schemas }: Reading): readonly string[] {
  return [...schemas].flatMap(([name, { notes }]) => {
    const met = drift.some(
      ({ address, why }) => (why === "read-only" || why === "unknown") && address.startsWith(`${name}:`),
    );
    const named = (note: string): string => (note.startsWith(`${name}:`) ? note : `${name}: ${note}`);
    return met ? notes.map(named) : [];
  });
}

function summaryOf(
  actions: readonly Action[],
  { unchanged }: Diff,
  { probes }: Document,
  reads: number,
  services: number,
): PlanSummary {
  const count = <K extends "verb" | "fidelity" | "authorization">(member: K, value: Action[K]): number =>
    actions.filter((action) => action[member] === value).length;
  const undo = Math.max(-1, ...new Set(actions.map((action) => UNDOS.indexOf(action.undo))));
  return {
    create: count("verb", "create"),
    update: count("verb", "update"),
    delete: count("verb", "delete"),
    unchanged,
    worstRisk: [...actions, ...probes.filter(({ kind }) => kind === "command").map(runsProgram)].reduce(
      (worst, { risk }) => (worse(risk, worst) ? risk : worst),
      "read" as Action["risk"],
    ),
    weakestUndo: UNDOS[undo] ?? null,
    fidelity: {
      simulated: count("fidelity", "simulated"),
      computed: count("fidelity", "computed"),
      opaque: count("fidelity", "opaque"),
    },
    authorization: {
      allowed: count("authorization", "allowed"),
      ask: count("authorization", "ask"),
      denied: count("authorization", "denied"),
      unchecked: count("authorization", "unchecked"),
    },
    reads,
    services,
  };
}

/** A probe that starts a program does what that program does: a person sees it first. */
function runsProgram(): { readonly risk: Action["risk"] } {
  return { risk: "needs-confirm" };
}

/** The error that says all `faults` (at least one) of a plan; the document's own come first, because waiting or asking
 * for rights does not mend them. */
export function planError(faults: readonly Fault[]): OpError {
  const kinds: readonly Kind[] = ["bug", "input", "limit", "refused", "unavailable"];
  const rank = ({ code }: Fault): number =>
    (kinds.indexOf(CODES[code].kind) + kinds.length + 1) % (kinds.length + 1);
  const first = faults.toSorted((a, b) => rank(a) - rank(b))[0]!;
  const more = faults.length === 1 ? "" : ` (and ${faults.length - 1} more)`;
  return new OpError(first.code, `${first.message}${more}`, {
    ...(first.address === undefined ? {} : { where: first.address }),
    now: "nothing was changed",
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    faults,
  });
}
