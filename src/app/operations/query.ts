// query: what is, as a document. Without addresses every plugin whose service runs; with them what they name, started if
// need be.

import { CODES } from "../../base/codes.ts";
import { planError, queryDocument, takeInventory } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { namesNothing } from "../named.ts";
import { refuseInterrupted } from "../session.ts";
import { matching, needsOf, pluginsNamed, readPatterns, scopeOf } from "../scope.ts";

export const query: Bound<"query"> = async (parts, { addresses, at }, talk) => {
  if (at !== undefined) return (await import("./query-at.ts")).queryAt(parts, addresses, at, talk);
  const patterns = readPatterns(addresses);
  const names = addresses.length === 0 ? null : pluginsNamed(patterns);
  const session = await parts.session(talk);
  const plugins =
    names === null ? await session.running() : await session.pluginsFor(names, { starts: true });
  const missing = names?.find((name) => !plugins.has(name));
  if (missing !== undefined) throw await session.noPlugin(missing);

  const { schemas, unreachable } = await session.schemas(plugins, needsOf(patterns));
  const scopes = new Map([...schemas].map(([name, schema]) => [name, scopeOf(schema, patterns)]));
  const inventory = await takeInventory(plugins, scopes, session.contextOf, { schemas });
  refuseInterrupted(talk, "reading");
  const faults = [...unreachable.values(), ...inventory.faults];
  // A service that is away is unknown, which is an answer; any other fault of what was asked for by name is not.
  const wrong = faults.filter(({ code }) => CODES[code].kind !== "unavailable");
  if (wrong.length > 0 && names !== null) throw planError(wrong);
  for (const { message } of faults) talk.tell({ type: "diagnostic", severity: "warning", message });
  for (const [name, { notes }] of schemas) {
    if ((plugins.get(name)?.unapproved ?? []).length === 0) continue;
    for (const note of notes) talk.tell({ type: "diagnostic", severity: "note", message: note });
  }
  const away = new Map(
    [...unreachable, ...inventory.unavailable].map(([name, { message }]) => [name, message]),
  );
  const nothing = namesNothing(patterns, schemas, inventory.reading.observed);
  if (nothing.faults.length > 0) throw planError(nothing.faults);
  for (const address of nothing.absent)
    talk.tell({ type: "diagnostic", severity: "note", message: `${address} is not there` });
  const observed = new Map(
    [...inventory.reading.observed].map(([name, seen]) => [name, matching(seen, patterns)]),
  );
  return {
    document: queryDocument(observed, schemas, away),
    started: session.started(),
    away: [...away.keys()],
  };
};
