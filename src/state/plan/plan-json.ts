// A plan as JSON, for `--json` and `--out`: format 1.0. The text is a function of the plan alone (no times, no process),
// so that the same reading gives the same bytes: that is how a saved plan is checked.
//
//   format_version  document {digest, sources [{file, format, text}]}  targets {target, exclude}
//   base {digest, reads {ADDRESS: canonical JSON text}, interfaces {NAME: digest}, secrets {ADDRESS: digest}}
//   actions [{id, address, plugin, resource, key, field, verb, before, after, signature, via, risk, undo, fidelity,
//             authorization, polkit, depends_on, also}]      drift [{address, wanted, found, why}]   warnings   summary
//   probes [{kind, about, within_ms, ...}]: only where the document has some

import { writeJson } from "../../base/text/text.ts";
import { tableOf, type Action, type DocTable, type DocValue } from "../../plugin/plugin.ts";
import type { Base, Document, Drift, Plan } from "../model.ts";
import { addressOf } from "./order.ts";
import { probeValue } from "../document/probe-plain.ts";

export const PLAN_FORMAT = "1.0";

/** The plan's JSON text, with a newline at its end. */
export function planToJson(plan: Plan): string {
  return `${writeJson(planValue(plan))}\n`;
}

export function planValue(plan: Plan): DocTable {
  return table({
    format_version: PLAN_FORMAT,
    document: documentValue(plan.document),
    targets: table({ target: plan.targets.target, exclude: plan.targets.exclude }),
    base: baseValue(plan.base),
    actions: plan.actions.map(actionValue),
    ...(plan.document.probes.length === 0 ? {} : { probes: plan.document.probes.map(probeValue) }),
    drift: plan.drift.map(driftValue),
    warnings: plan.warnings,
    summary: table({
      create: plan.summary.create,
      update: plan.summary.update,
      delete: plan.summary.delete,
      unchanged: plan.summary.unchanged,
      drift: plan.drift.length,
      worst_risk: plan.summary.worstRisk,
      weakest_undo: plan.summary.weakestUndo,
      fidelity: table(plan.summary.fidelity),
      authorization: table(plan.summary.authorization),
      reads: plan.summary.reads,
      services: plan.summary.services,
    }),
  });
}

function documentValue({ digest, sources }: Document): DocTable {
  return table({ digest, sources: sources.map(({ file, format, text }) => table({ file, format, text })) });
}

function baseValue({ digest, reads, interfaces, secrets }: Base): DocTable {
  return table({ digest, reads: tableOf(reads), interfaces: tableOf(interfaces), secrets: tableOf(secrets) });
}

/** What a person may see of an action; what the plugin keeps for itself stays out. */
function actionValue(action: Action): DocTable {
  return table({
    id: action.id,
    address: addressOf(action),
    plugin: action.plugin,
    resource: action.resource,
    key: action.key,
    field: action.field,
    verb: action.verb,
    before: action.before,
    after: action.after,
    signature: action.signature,
    via: action.via.map(({ destination, path, interface: name, member, args }) =>
      table({ destination, path, interface: name, member, args }),
    ),
    risk: action.risk,
    undo: action.undo,
    fidelity: action.fidelity,
    authorization: action.authorization,
    polkit: action.polkit,
    depends_on: action.depends_on,
    also: action.also.map(({ verb, resource, key, about }) => table({ verb, resource, key, about })),
  });
}

function driftValue({ address, wanted, found, why }: Drift): DocTable {
  return table({ address, wanted, found, why });
}

function table(entries: Readonly<Record<string, DocValue>>): DocTable {
  return tableOf(Object.entries(entries));
}
