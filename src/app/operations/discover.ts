// discover: everything on the bus, and which plugins manage it. Starts nothing unless asked.

import { OpError } from "../../base/error.ts";
import {
  discover as look,
  discoveryFromJson,
  discoveryToJson,
  type Discovery,
} from "../../plugin/discover/discover.ts";
import type { Bound } from "../bound.ts";

export const discover: Bound<"discover"> = async (parts, request, talk) => {
  const { names, activate } = request;
  const known = request.known === null ? null : readKnown(request.known);
  const bus = await parts.readingBus();
  const discovery = await look(bus, {
    activate,
    signal: talk.signal,
    clock: parts.clock,
    ...(names.length > 0 && { names }),
    ...(known && { known }),
  });
  if (known !== null)
    talk.tell({ type: "diagnostic", severity: "note", message: takenOver(known, discovery) });
  const managedBy = new Map<string, string[]>();
  const here = new Set(discovery.names.map(({ name }) => name));
  for (const plugin of (await (await parts.shelf()).folders()).values()) {
    for (const service of plugin.services.slice(0, 1)) {
      if (here.has(service)) managedBy.set(service, [...(managedBy.get(service) ?? []), plugin.name]);
    }
  }
  return { discovery, managedBy, json: discoveryToJson(discovery) };
};

/** Throws OPD9023. */
function readKnown(text: string): Discovery {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Said below, like every other text that is none.
  }
  const known = discoveryFromJson(json);
  if (known !== null) return known;
  throw new OpError("OPD9023", "the file is no saved discovery", {
    hint: "op-dbus discover --out FILE makes one",
  });
}

/** What is shown without having been looked at: an owner that stayed may have made or removed objects since. */
function takenOver(known: Discovery, now: Discovery): string {
  const before = new Map(known.names.map(({ name, objects }) => [name, objects]));
  const same = now.names.filter(({ name, objects }) => objects.length > 0 && before.get(name) === objects);
  return `${same.length} of ${now.names.length} names have the same owner as in the file: their objects are those of then`;
}
