// discover: everything on the bus, and which plugins manage it. Starts nothing unless asked.

import { discover as look, discoveryToJson } from "../../plugin/discover.ts";
import type { Bound } from "../bound.ts";

export const discover: Bound<"discover"> = async (parts, { names, activate }, talk) => {
  const bus = await parts.readingBus();
  const discovery = await look(bus, {
    activate,
    signal: talk.signal,
    clock: parts.clock,
    ...(names.length > 0 && { names }),
  });
  const managedBy = new Map<string, string[]>();
  const here = new Set(discovery.names.map(({ name }) => name));
  for (const plugin of (await (await parts.shelf()).folders()).values()) {
    for (const service of plugin.services.slice(0, 1)) {
      if (here.has(service)) managedBy.set(service, [...(managedBy.get(service) ?? []), plugin.name]);
    }
  }
  return { discovery, managedBy, json: discoveryToJson(discovery) };
};
