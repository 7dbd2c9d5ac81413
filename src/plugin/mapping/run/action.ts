// A deed with all that planning found out, as the action that people see and that apply gets. Risk is derived here: a
// write that can be put back is reversible, what is deleted or merely compensated asks first, what has no way back is
// irreversible; a mapping only raises it. Pure.

import { tableOf } from "../../doc.ts";
import {
  RISKS,
  type Action,
  type Authorization,
  type Change,
  type Fidelity,
  type Risk,
  type SideEffect,
  type Undo,
  type ViaCall,
} from "../../plugin.ts";
import { polkitOf } from "./authorize.ts";
import { knownOf, wayName, type Deed } from "./deed.ts";
import { isSecret } from "./field.ts";
import type { Field } from "../model.ts";
import { isUnknown } from "./reading.ts";
import type { Runtime } from "./runtime.ts";

/** A deed while it is planned. */
export interface Draft {
  readonly deed: Deed;
  readonly change: Change;
  readonly via: ViaCall[];
  undo: Undo;
  fidelity: Fidelity;
  also: readonly SideEffect[];
  sources: Deed["sources"];
}

/** `resource/key.field`, letter for letter as addresses are written: the order of actions is found by it. */
export function nameOf(resource: string | null, key: string | null, field: string | null): string {
  const item = resource === null ? "" : `${quoted(resource)}/${quoted(key ?? "")}`;
  if (field === null) return item;
  const names = field.split(".").map(quoted).join(".");
  return item === "" ? names : `${item}.${names}`;
}

/** A star that is meant is written as its number: in patterns the plain one means anything. */
function quoted(name: string): string {
  return /^[A-Za-z0-9_@-]+$/.test(name) ? name : JSON.stringify(name).replaceAll("*", "\\u002a");
}

export function actionOf(
  runtime: Runtime,
  draft: Draft,
  all: readonly Draft[],
  authorization: (ids: readonly string[]) => Authorization,
): Action {
  const { deed, undo } = draft;
  const { resource } = deed;
  const field = deed.field === null ? undefined : resource.fields.get(deed.field);
  const raw = deed.field === null ? undefined : deed.now.get(deed.field);
  const polkit = polkitOf(deed);
  const needs = all.filter(
    (other) =>
      other !== draft &&
      other.deed.resource === resource &&
      other.deed.key === deed.key &&
      isBefore(other.deed, deed, field),
  );
  return Object.freeze({
    id: "",
    plugin: runtime.mapping.plugin,
    resource: resource.name,
    key: deed.key,
    field: deed.field,
    verb: deed.verb,
    before: beforeOf(deed),
    after: deed.after,
    signature: raw === undefined || isUnknown(raw) ? "" : raw.signature,
    via: draft.via,
    risk: riskOf(deed, undo),
    undo,
    fidelity: draft.fidelity,
    authorization: authorization(polkit),
    polkit,
    depends_on: needs.map((other) => nameOf(resource.name, other.deed.key, other.deed.field)),
    also: draft.also,
    group: wayName(deed),
    secret: deed.field !== null && isSecret(resource, deed.field),
    detail: Object.freeze({ ...deed, also: draft.also, sources: draft.sources }),
  });
}

function isBefore(other: Deed, deed: Deed, field: Field | undefined): boolean {
  if (other.verb === "create") return deed.verb === "update";
  return other.field !== null && (field?.after ?? []).includes(other.field);
}

function beforeOf(deed: Deed): Action["before"] {
  if (deed.verb === "delete") return tableOf(knownOf(deed.fields));
  if (deed.before === null || deed.verb === "create") return null;
  if ("known" in deed.before) return deed.before.known;
  return { unknown: "unknown" in deed.before ? deed.before.unknown : "secret" };
}

/** Derived, and only ever raised: a write is reversible, a deletion and what is merely compensated ask first. */
function riskOf(deed: Deed, undo: Undo): Risk {
  const derived: Risk =
    undo === "none"
      ? "irreversible"
      : deed.verb === "delete" || undo === "compensate"
        ? "needs-confirm"
        : "reversible";
  const steps =
    deed.way.kind === "recipe"
      ? deed.way.recipe.steps
      : deed.way.kind === "elements"
        ? [...(deed.way.add?.steps ?? []), ...(deed.way.remove?.steps ?? [])]
        : [];
  const risks = [derived, ...steps.flatMap((step) => step.risk ?? [])];
  return risks.reduce((worst, risk) => (RISKS.indexOf(risk) > RISKS.indexOf(worst) ? risk : worst));
}
