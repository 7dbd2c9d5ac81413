// plugin list and plugin show: what can be managed here, and what can be said of it.

import type { Plugin, Schema } from "../../plugin/plugin.ts";
import { formatAddress } from "../../state/state.ts";
import type { PluginEntry, PluginReply } from "../../api/api.ts";
import type { Bound } from "../bound.ts";

export const list: Bound<"plugin.list"> = async (parts) => {
  const plugins = [...(await (await parts.shelf()).folders()).values()];
  return { plugins: plugins.map(entryOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
};

export const show: Bound<"plugin.show"> = async (parts, { name }, talk) => {
  const session = await parts.session(talk);
  const plugin = (await session.pluginsFor([name], { starts: true })).get(name);
  if (plugin === undefined) throw await session.noPlugin(name);
  const schema = await plugin.schema(session.contextOf(plugin));
  return { ...entryOf(plugin), digest: plugin.digest, fields: fieldsOf(schema), notes: schema.notes };
};

function entryOf({ name, services, bus, origin, writable, source }: Plugin): PluginEntry {
  return { name, services, bus, origin, writable, source };
}

/** Addresses as a document has them; `*` stands for any key. */
function fieldsOf(schema: Schema): PluginReply["fields"] {
  const { plugin } = schema;
  const own = [...schema.self.values()].map((field) => ({
    address: formatAddress({ plugin, resource: null, key: null, field: field.name }),
    field,
  }));
  const items = [...schema.resources.values()].flatMap((resource) =>
    [...resource.fields.values()].map((field) => ({
      address: `${formatAddress({ plugin, resource: resource.name, key: null, field: null })}/*.${field.name}`,
      field,
    })),
  );
  return [...own, ...items];
}
