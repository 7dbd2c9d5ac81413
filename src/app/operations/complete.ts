// complete: live names for a shell. Starts nothing, and names nothing that would have to be started to be read.

import { formatAddress } from "../../state/state.ts";
import type { Parts } from "../parts.ts";
import { namesOf } from "../bus-names.ts";
import type { Bound } from "../bound.ts";
import type { Talk } from "../../api/api.ts";

export const complete: Bound<"complete"> = async (parts, { kind, partial }, talk) => {
  const names = kind === "address" ? await addresses(parts, partial, talk) : await simple(parts, kind);
  return { names: names.filter((name) => name.startsWith(partial)).toSorted() };
};

async function simple(parts: Parts, kind: "bus-name" | "plugin"): Promise<readonly string[]> {
  const bus = await parts.readingBus();
  if (kind === "plugin") return await (await parts.shelf()).names(bus);
  const [running, activatable] = await Promise.all([
    namesOf(bus, "ListNames"),
    namesOf(bus, "ListActivatableNames"),
  ]);
  return [...new Set([...running, ...activatable])];
}

/** Plugin names up to the colon; behind it the plugin's fields and resources, and the keys of a resource that is named. */
async function addresses(parts: Parts, partial: string, talk: Talk): Promise<readonly string[]> {
  const bus = await parts.readingBus();
  const colon = partial.indexOf(":");
  if (colon < 0) return await (await parts.shelf()).names(bus);
  const session = await parts.session(talk, { recover: false });
  const plugin = (await session.pluginsFor([partial.slice(0, colon)], { starts: false })).get(
    partial.slice(0, colon),
  );
  if (plugin === undefined || (await bus.owner(plugin.services[0] ?? "")) === null) return [];
  const context = session.contextOf(plugin);
  const schema = await plugin.schema(context);
  const name = plugin.name;
  const place = { plugin: name, resource: null, key: null, field: null };
  const [resource] = [...schema.resources.keys()].filter((each) =>
    partial.startsWith(`${formatAddress({ ...place, resource: each })}/`),
  );
  if (resource === undefined) {
    const fields = [...schema.self.keys()].map((field) => formatAddress({ ...place, field }));
    return [
      ...fields,
      ...[...schema.resources.keys()].map((each) => formatAddress({ ...place, resource: each })),
    ];
  }
  const observed = await plugin.observe(context, {
    resources: new Map([[resource, { keys: "all", fields: [] }]]),
  });
  return [...(observed.resources.get(resource)?.items.keys() ?? [])].map((key) =>
    formatAddress({ ...place, resource, key }),
  );
}
