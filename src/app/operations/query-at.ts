// query --at: what was, as far as op-dbus wrote or met it. Nothing is read from the machine but the form in which
// services that run now say their records.

import type { Observed, Schema } from "../../plugin/plugin.ts";
import { matches, queryDocument, type Pattern } from "../../state/state.ts";
import { isThere, observedOf, stateAt, type Beliefs } from "../../state/history/history.ts";
import type { QueryReply, Talk } from "../../api/api.ts";
import { momentOf, withPast } from "../records/past.ts";
import type { Parts } from "../parts.ts";
import { matching, readPatterns } from "../scope.ts";

/** `at`: RFC 3339, or `@N`. Throws OPD2150, OPD2151. */
export async function queryAt(
  parts: Parts,
  addresses: readonly string[],
  at: string,
  talk: Talk,
): Promise<QueryReply> {
  const patterns = readPatterns(addresses);
  const { notes, state } = await withPast(parts, ({ past }) => {
    const moment = momentOf(past, at);
    return { notes: moment.notes, state: stateAt(past, moment.generation) };
  });
  for (const message of notes) talk.tell({ type: "diagnostic", severity: "note", message });
  const observed = new Map<string, Observed>();
  for (const [name, seen] of observedOf(state)) {
    const chosen = matching(seen, patterns);
    if (chosen.resources.size > 0 || (chosen.self?.fields.size ?? 0) > 0) observed.set(name, chosen);
  }
  const never = new Map<string, string>();
  for (const pattern of patterns) {
    const about = aboutOf(state, pattern);
    if (about === "never") never.set(pattern.text, "never changed by op-dbus");
    if (about === "gone") {
      const message = `${pattern.text} was not there`;
      talk.tell({ type: "diagnostic", severity: "note", message });
    }
  }
  const document = queryDocument(observed, await formsOf(parts, [...observed.keys()], talk), never);
  return { document, started: [], away: [] };
}

/** Was anything that a pattern names known, or known not to be there? */
function aboutOf({ owners }: Beliefs, pattern: Pattern): "known" | "gone" | "never" {
  let about: "gone" | "never" = "never";
  for (const owner of owners.values()) {
    const { place, fields } = owner;
    const isNamed = matches(pattern, place);
    if (place.key !== null && !isThere(owner)) {
      // Below what is named, or named below it: of what is not there every field is absent.
      if (isNamed || matches(pattern, { ...place, field: lastOf(pattern) })) about = "gone";
    } else if (place.key !== null && isNamed) return "known";
    else if ([...fields.keys()].some((field) => matches(pattern, { ...place, field }))) return "known";
  }
  return about;
}

/** The last name of a pattern, where it is a plain one. */
function lastOf({ globs }: Pattern): string {
  const last = globs.at(-1);
  return last?.pieces.length === 1 ? last.pieces[0]! : "";
}

/** Schemas of those that run: how their records nest. Without them dotted names stand for the same. */
async function formsOf(
  parts: Parts,
  names: readonly string[],
  talk: Talk,
): Promise<ReadonlyMap<string, Schema>> {
  try {
    const session = await parts.session(talk);
    const running = await session.running();
    const plugins = new Map([...running].filter(([name]) => names.includes(name)));
    return (await session.schemas(plugins)).schemas;
  } catch {
    return new Map();
  }
}
