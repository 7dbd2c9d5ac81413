// query: what is, as a document. Without addresses every plugin whose service runs; with them what they name, started if
// need be.

import { OpError } from "../../base/error.ts";
import { planError, queryDocument, takeInventory } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { matching, pluginsNamed, readPatterns, scopeOf } from "../scope.ts";

export const query: Bound<"query"> = async (parts, { addresses }, talk) => {
  const patterns = readPatterns(addresses);
  const names = addresses.length === 0 ? null : pluginsNamed(patterns);
  const session = await parts.session(talk);
  const plugins =
    names === null ? await session.running() : await session.pluginsFor(names, { starts: true });
  const missing = names?.find((name) => !plugins.has(name));
  if (missing !== undefined) throw await session.noPlugin(missing);

  const { schemas, unreachable } = await session.schemas(plugins);
  const scopes = new Map([...schemas].map(([name, schema]) => [name, scopeOf(schema, patterns)]));
  const inventory = await takeInventory(plugins, scopes, session.contextOf, { schemas });
  if (talk.signal.aborted)
    throw new OpError("OPD2123", "interrupted while reading", { now: "nothing was changed" });
  const faults = [...unreachable.values(), ...inventory.faults];
  // What was asked for by name must be there; a look at everything says what is missing and shows the rest.
  if (faults.length > 0 && names !== null) throw planError(faults);
  for (const { message } of faults) talk.tell({ type: "diagnostic", severity: "warning", message });
  const observed = new Map(
    [...inventory.reading.observed].map(([name, seen]) => [name, matching(seen, patterns)]),
  );
  return { document: queryDocument(observed, schemas), started: session.started() };
};
