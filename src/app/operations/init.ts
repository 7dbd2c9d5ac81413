// init: a first document from what is here.

import { draftDocument, queryDocument, takeInventory } from "../../state/state.ts";
import type { Bound } from "../bound.ts";

export const init: Bound<"init"> = async (parts, _request, talk) => {
  const session = await parts.session(talk);
  const plugins = new Map([...(await session.running())].filter(([, plugin]) => plugin.writable));
  const { schemas } = await session.schemas(plugins);
  const scopes = new Map([...schemas.keys()].map((name) => [name, { self: "all" as const }]));
  const { reading } = await takeInventory(plugins, scopes, session.contextOf, { schemas });
  const text = draftDocument(queryDocument(reading.observed, schemas), schemas);
  return { text, started: session.started() };
};
