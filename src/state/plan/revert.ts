// The document that undoes a plan: what is made is removed, what is changed gets its value from before, what is removed
// comes back as it was. What a document cannot say stands under `_unknown`, so nothing is lost silently. Pure.

import { isTable, type Action, type FieldSchema } from "../../plugin/plugin.ts";
import { writeJson } from "../../base/text/text.ts";
import { formatAddress } from "../address.ts";
import type { Reading } from "../model.ts";
import { addressOf } from "./order.ts";
import { wayBack } from "../inventory/partial.ts";
import { tree, type Tree } from "../inventory/tree.ts";

/** What the way back needs of an action. */
export type Undoable = Pick<
  Action,
  "plugin" | "resource" | "key" | "field" | "verb" | "before" | "after" | "also" | "secret"
>;

/** JSON text. `reading` is what the plan was made from. */
export function revertDocument(plan: { readonly actions: readonly Undoable[] }, reading: Reading): string {
  const out = tree(reading.schemas);
  const made = new Set(plan.actions.filter(({ verb }) => verb === "create").map(itemOf));
  for (const action of plan.actions) {
    // What was written into an item that was made goes with it.
    if (action.verb === "update" && made.has(itemOf(action))) continue;
    if (action.verb === "create") out.put({ ...action, field: "ensure" }, "removed");
    else if (action.verb === "delete") comeBack(out, action, reading);
    else if (action.field === null) out.unsaid(addressOf(action), "a newer version cannot be taken back");
    else goBack(out, action, reading);
    for (const { verb, resource, key, about } of action.also) {
      const place = { plugin: action.plugin, resource, key, field: "ensure" };
      if (verb !== "update") out.put(place, verb === "create" ? "removed" : "present");
      if (verb !== "create") out.unsaid(formatAddress({ ...place, field: null }), `was ${about}`);
    }
  }
  return `${writeJson(out.document())}\n`;
}

function itemOf({ plugin, resource, key }: Undoable): string {
  return formatAddress({ plugin, resource, key, field: null });
}

function goBack(out: Tree, action: Undoable, reading: Reading): void {
  const { before, field } = action;
  const schema = fieldOf(reading, action, field!);
  const kind = schema?.kind ?? "value";
  if (action.secret) out.unsaid(addressOf(action), "a secret, whose value from before is not known");
  else if (isTable(before) && "unknown" in before)
    out.unsaid(addressOf(action), "its value from before is not known");
  else if (before !== null) out.put(action, wayBack(before, action.after, kind));
  else if (canReset(schema, action, reading)) out.put(action, null);
  else out.unsaid(addressOf(action), "was not set, and a document cannot say that of it");
}

/** null in a document: the default, or for an open record that the entry goes. */
function canReset(field: FieldSchema | undefined, { plugin, resource }: Undoable, reading: Reading): boolean {
  if (field !== undefined) return field.default === null;
  return reading.schemas.get(plugin)?.resources.get(resource ?? "")?.openFields === true;
}

function comeBack(out: Tree, action: Undoable, reading: Reading): void {
  const { plugin, resource, key } = action;
  const item = reading.observed.get(plugin)?.resources.get(resource!)?.items.get(key!);
  out.put({ ...action, field: "ensure" }, "present");
  for (const [field, value] of item?.fields ?? []) {
    const schema = fieldOf(reading, action, field);
    if (schema !== undefined && !schema.writable && !schema.createOnly) continue;
    if ("known" in value && value.known !== null) out.put({ ...action, field }, value.known);
    else if (!("known" in value)) {
      const why =
        "unknown" in value ? "its value from before is not known" : "a secret, whose value is not known";
      out.unsaid(formatAddress({ plugin, resource, key, field }), why);
    }
  }
}

function fieldOf(reading: Reading, { plugin, resource }: Undoable, field: string): FieldSchema | undefined {
  const schema = reading.schemas.get(plugin);
  return resource === null ? schema?.self.get(field) : schema?.resources.get(resource)?.fields.get(field);
}
