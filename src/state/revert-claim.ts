// The way back from a plan that was saved before it was applied: its file still says what was there. The result is a
// document like any other, read and planned anew before anything is called, so nothing in the file has to be believed.

import { OpError } from "../base/error.ts";
import { plainOf, readText, type Plain } from "../base/text/text.ts";
import type { DocValue, Item, Observed, Schema, SideEffect } from "../plugin/plugin.ts";
import { parseAddress } from "./address.ts";
import { revertDocument, type Undoable } from "./revert.ts";
import type { SavedPlan } from "./saved.ts";

type Row = { readonly [key: string]: Plain };

/** JSON text of the document that undoes `saved`. Throws OPD2140 when the file's actions are not those of a plan. */
export function revertClaim(saved: SavedPlan, schemas: ReadonlyMap<string, Schema>): string {
  const claim = row(saved.claim);
  const actions = rows(claim["actions"]).map((action) => undoable(action, schemas));
  const plugins = new Map<string, Observed>();
  for (const [address, text] of Object.entries(row(row(claim["base"])["reads"])))
    remember(plugins, address, String(text));
  return revertDocument({ actions }, { schemas, observed: plugins });
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

/** One line of the base: the value of an address when the plan was made. */
function remember(plugins: Map<string, Observed>, address: string, text: string): void {
  const { plugin, resource, key, field } = parseAddress(address);
  if (resource === null || key === null || field === null) return;
  const { root } = readText(address, text, "json");
  if (root === null) return;
  const observed = plugins.get(plugin) ?? { plugin, self: null, resources: new Map(), owner: null };
  plugins.set(plugin, observed);
  const resources = observed.resources as Map<string, { complete: boolean; items: Map<string, Item> }>;
  const there = resources.get(resource) ?? { complete: false, items: new Map<string, Item>() };
  resources.set(resource, there);
  const item = there.items.get(key) ?? { key, aliases: [], fields: new Map(), pending: false, detail: null };
  there.items.set(key, item);
  const value = plainOf(root) as DocValue;
  const isDigest = typeof value === "object" && value !== null && "digest" in value;
  (item.fields as Map<string, unknown>).set(field, isDigest ? { digest: "" } : { known: value });
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
