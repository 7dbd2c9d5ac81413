// What tests of mapped plugins share: a plugin from the text of a mapping, changes and scopes in one line. Test support
// only.

import assert from "node:assert/strict";
import type { DBusValue } from "../../src/host/dbus/dbus.ts";
import { loadMapping, mappedPlugin } from "../../src/plugin/mapping/mapping.ts";
import type { Action, Change, DocValue, Observed, Plugin, Scope } from "../../src/plugin/plugin.ts";
import type { Answer } from "./scripted-bus.ts";

export function pluginOf(text: string): Plugin {
  const { mapping, faults } = loadMapping("test.toml", text);
  assert.deepEqual(faults, []);
  assert.ok(mapping !== null);
  return mappedPlugin(mapping, { source: "test" });
}

export function change(
  observed: Observed,
  field: string,
  after: DocValue,
  more: Partial<Change> = {},
): Change {
  const item =
    more.resource === undefined || more.resource === null
      ? observed.self
      : observed.resources.get(more.resource)?.items.get(more.key ?? "");
  const before = item?.fields.get(field) ?? null;
  return {
    resource: null,
    key: null,
    verb: "update",
    field,
    before,
    after,
    want: new Map([[field, after]]),
    reset: false,
    ...more,
  };
}

export function whole(
  verb: Change["verb"],
  resource: string,
  key: string,
  want: { readonly [field: string]: DocValue } = {},
): Change {
  return {
    resource,
    key,
    verb,
    field: null,
    before: null,
    after: null,
    want: new Map(Object.entries(want)),
    reset: false,
  };
}

export function groups(actions: readonly Action[]): readonly (readonly Action[])[] {
  return [...Map.groupBy(actions, (action) => action.group).values()];
}

export function items(
  resource: string,
  keys: "all" | readonly string[],
  fields: "all" | readonly string[] = "all",
): Scope {
  return { resources: new Map([[resource, { keys, fields }]]) };
}

export function ok(signature = "", ...body: DBusValue[]): Answer {
  return { signature, body };
}

/** A `<method>` with these arguments in. */
export const methodXml = (name: string, ...types: readonly string[]): string =>
  `<method name="${name}">${types.map((type) => `<arg type="${type}" direction="in"/>`).join("")}</method>`;
