// The way back from a plan that was saved before it was applied: its file still says what was there. The result is a
// document like any other, read and planned anew before anything is called, so nothing in the file has to be believed.

import { OpError } from "../../base/error.ts";
import type { Plain } from "../../base/text/text.ts";
import type { DocValue, Schema, SideEffect } from "../../plugin/plugin.ts";
import { revertDocument, type Undoable } from "./revert.ts";
import type { SavedPlan } from "./saved.ts";
import { readingFrom } from "../inventory/touched.ts";

type Row = { readonly [key: string]: Plain };

/** JSON text of the document that undoes `saved`. Throws OPD2140 when the file's actions are not those of a plan. */
export function revertClaim(saved: SavedPlan, schemas: ReadonlyMap<string, Schema>): string {
  const claim = row(saved.claim);
  const actions = rows(claim["actions"]).map((action) => undoable(action, schemas));
  const reads = Object.entries(row(row(claim["base"])["reads"]));
  const before = readingFrom(
    reads.map(([address, text]) => [address, String(text)]),
    schemas,
  );
  return revertDocument({ actions }, before);
}

function undoable(action: Row, schemas: ReadonlyMap<string, Schema>): Undoable {
  const [plugin, resource, key, field] = ["plugin", "resource", "key", "field"].map((name) =>
    textOrNull(action[name]),
  );
  const { verb, before = null, after = null } = action;
  if (typeof plugin !== "string" || (verb !== "create" && verb !== "update" && verb !== "delete"))
    throw noPlan();
  const schema = schemas.get(plugin);
  const fields = typeof resource === "string" ? schema?.resources.get(resource)?.fields : schema?.self;
  return {
    plugin,
    resource: resource ?? null,
    key: key ?? null,
    field: field ?? null,
    verb,
    before: before as DocValue,
    after: after as DocValue,
    also: rows(action["also"]).map(sideEffect),
    secret: fields?.get(field ?? "")?.secret === true,
  };
}

function sideEffect({ verb, resource, key, about }: Row): SideEffect {
  if ((verb !== "create" && verb !== "update" && verb !== "delete") || typeof resource !== "string")
    throw noPlan();
  return { verb, resource, key: String(key), about: String(about) };
}

function row(value: Plain | undefined): Row {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

function rows(value: Plain | undefined): readonly Row[] {
  return Array.isArray(value) ? value.map(row) : [];
}

function textOrNull(value: Plain | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function noPlan(): OpError {
  return new OpError("OPD2140", "the file's actions are not those of a plan", {
    hint: "op-dbus plan FILE --out plan.json makes a new one",
  });
}
