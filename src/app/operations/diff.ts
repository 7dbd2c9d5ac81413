// diff: document -> bound wishes -> what is read -> differences. Only reads; nothing is rehearsed.

import { diff as compare, formatAddress, scopesOf, secretDigests, takeInventory } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { bindSources, planFailed, selectionOf } from "../wishes.ts";

export const diff: Bound<"diff"> = async (parts, request, talk) => {
  const session = await parts.session(talk);
  const { document, plugins, schemas } = await bindSources(session, request.sources);
  const inventory = await takeInventory(plugins, scopesOf(document), session.contextOf, { schemas });
  const secrets = secretDigests(plugins, session.contextOf);
  const found = compare(document, inventory.reading, selectionOf(request), secrets.digestOf);
  const faults = [...inventory.faults, ...secrets.faults, ...found.faults];
  if (faults.length > 0) throw planFailed(document, faults);
  const differences = [...found.changes].flatMap(([plugin, changes]) =>
    changes.map(({ resource, key, field, verb, before, after }) => {
      const secret = before !== null && "digest" in before;
      const shown = before === null || "digest" in before ? null : "known" in before ? before.known : before;
      return { address: formatAddress({ plugin, resource, key, field }), verb, before: shown, after, secret };
    }),
  );
  return { differences, drift: found.drift, unchanged: found.unchanged };
};
