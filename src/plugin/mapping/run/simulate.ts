// Rehearsals: the service is asked what a call would do, with the whole batch, and its answer is compared with the
// document. What it adds is told beside the actions; a change or removal of something the document does not name
// stops the plan (PackageKit removes dependants although it was asked not to).

import { OpError } from "../../../base/error.ts";
import type { Change, DocTable, DocValue, Outcome, PlanFault, SideEffect } from "../../plugin.ts";
import { tableOf } from "../../doc.ts";
import { nameOf } from "./action.ts";
import type { Deed } from "./deed.ts";
import { isOneOf } from "./answer.ts";
import type { Effects, Resource, Step } from "../model.ts";
import { runsOf } from "./runs.ts";
import type { Reading } from "./reading.ts";
import type { Runtime } from "./runtime.ts";
import { sendStep } from "./step.ts";
import { Subject } from "./subject.ts";
import { splitColumns, textOf, walk, type Row, type Term } from "./term.ts";

/** Something a rehearsal announces. */
export interface Announced {
  readonly verb: "create" | "update" | "delete";
  readonly key: string;
  readonly about: string;
}

/** Rehearses one group, where its recipe can be. `note` is told each deed with what comes besides (on the first). */
export async function rehearse(
  runtime: Runtime,
  reading: Reading,
  deeds: readonly Deed[],
  changes: readonly Change[],
  note: (deed: Deed, also: readonly SideEffect[]) => void,
): Promise<readonly PlanFault[]> {
  const [first] = deeds;
  if (first === undefined) return [];
  const announced = await announcedBy(runtime, reading, deeds);
  if (announced === null) return [];
  const { resource } = first;
  const own = new Set(deeds.map((deed) => deed.key));
  const wishes = changes.filter((change) => change.resource === resource.name);
  const also: SideEffect[] = [];
  const faults: PlanFault[] = [];
  for (const each of announced) {
    if (own.has(each.key)) continue;
    const isWished = wishes.some((change) => change.key === each.key && fits(change, each));
    if (isWished) continue;
    if (each.verb === "create")
      also.push({ verb: "create", resource: resource.name ?? "", key: each.key, about: each.about });
    else faults.push(uninvited(runtime, first, each, deeds, changes));
  }
  for (const [at, deed] of deeds.entries()) note(deed, at === 0 ? also : []);
  return faults;
}

function fits(change: Change, each: Announced): boolean {
  if (each.verb === "delete") return change.verb === "delete";
  return change.verb !== "delete";
}

function uninvited(
  runtime: Runtime,
  deed: Deed,
  each: Announced,
  deeds: readonly Deed[],
  changes: readonly Change[],
): PlanFault {
  const name = deed.resource.name ?? "";
  const word = deed.verb === "delete" ? "removing" : deed.verb === "create" ? "creating" : "changing";
  const what = deeds.map((one) => one.key).join(", ");
  const change = changes.find((one) => one.resource === deed.resource.name && one.key === deed.key);
  const at = change?.at === undefined ? {} : { at: change.at };
  return {
    code: "OPD6058",
    message: `${word} ${what} would also ${each.verb === "delete" ? "remove" : "change"} ${each.key}${each.about === "" ? "" : ` (${each.about})`}, which the document does not ask for`,
    address: `${runtime.mapping.plugin}:${nameOf(name, each.key, null)}`,
    hint:
      each.verb === "delete"
        ? `${each.key} = { ensure = "removed" } says that this is wanted`
        : `${each.key} = { ensure = "latest" } says that this is wanted`,
    ...(change === undefined ? {} : { change }),
    ...at,
  };
}

/** What the service says a group would do; null where it cannot be asked. Throws OPD6060, 6064, 6066, 6067 when it
 * refuses. */
export async function announcedBy(
  runtime: Runtime,
  reading: Reading,
  deeds: readonly Deed[],
): Promise<readonly Announced[] | null> {
  const [first] = deeds;
  if (first === undefined || first.way.kind !== "recipe" || first.resource.effects === null) return null;
  const steps: readonly Step[] = first.way.recipe.steps.filter((step) => step.simulate !== null);
  if (steps.length === 0) return null;
  const announced: Announced[] = [];
  for (const step of steps) {
    const sent = await sendStep(runtime, step, await runsOf(reading, deeds), true);
    if (sent.outcome.outcome !== "done") throw refusal(step, sent.outcome);
    for (const row of sent.rows)
      announced.push(...(await effectOf(reading, first.resource, first.resource.effects, row)));
  }
  return announced;
}

/** Whose fault it is that a rehearsal went wrong: the document's, the rights', the service's state, or nobody knows. */
function refusal(step: Step, outcome: Exclude<Outcome, { readonly outcome: "done" }>): OpError {
  const message = `${step.call} would fail: ${outcome.reason}`;
  if (outcome.outcome === "unknown") return new OpError("OPD6064", message);
  switch (outcome.meaning) {
    case "denied":
      return new OpError("OPD6066", message);
    case "busy":
    case "unavailable":
      return new OpError("OPD6064", message);
    case "absent":
    case "exists":
    case "invalid":
    case "unsupported":
      return new OpError("OPD6067", message);
    case "done":
    case "failed":
      return new OpError("OPD6060", message);
  }
}

async function effectOf(
  reading: Reading,
  resource: Resource,
  effects: Effects,
  row: Row,
): Promise<readonly Announced[]> {
  const value = row.columns.get(effects.column);
  const verb = (["create", "update", "delete"] as const).find((each) => isOneOf(value, effects[each]));
  if (verb === undefined || resource.key === null) return [];
  const whole = [...resource.sources.values()].reduce(
    (split, source) => splitColumns(split, source.parts),
    row,
  );
  const key = await new Subject(reading, resource, null, whole).text(resource.key);
  if (key === undefined) return [];
  return [{ verb, key, about: describe(resource, whole) }];
}

/** An item in a few words: its one-word columns that are fields (a version and an architecture, not a summary). */
export function describe(resource: Resource, item: Term | undefined): string {
  if (item === undefined) return "";
  return [...columnsOf(resource, item).values()]
    .filter((text) => text !== "" && !text.includes(" "))
    .join(" ");
}

/** An offered item as it will be once it is there: its columns that are fields, and above them what is wanted. */
export function offeredAs(
  resource: Resource,
  item: Term | undefined,
  want: ReadonlyMap<string, DocValue>,
): DocTable {
  return tableOf([...(item === undefined ? [] : columnsOf(resource, item)), ...want]);
}

function columnsOf(resource: Resource, item: Term): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const [name, { read }] of resource.fields) {
    if (read.kind !== "reference" || read.reference.root !== "item") continue;
    const text = textOf(walk(item, read.reference.path));
    if (text !== undefined) columns.set(name, text);
  }
  return columns;
}
