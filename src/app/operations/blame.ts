// blame: who last set each value, and whether it is still there. What is there now is read where the service can be
// reached; where it cannot, the history is told all the same.

import { asOpError } from "../../base/error.ts";
import { equalDoc, type FieldKind, type Reading, type Schema } from "../../plugin/plugin.ts";
import { matches, parseAddress, takeInventory, type Address, type Pattern } from "../../state/state.ts";
import { blame as blamed, briefOf, shown, type Blamed } from "../../state/history/history.ts";
import type { BlameRow, Talk } from "../../api/api.ts";
import type { Bound } from "../bound.ts";
import { withPast } from "../records/past.ts";
import type { Parts } from "../parts.ts";
import { needsOf, readPatterns, scopeOf } from "../scope.ts";

export const blame: Bound<"blame"> = async (parts, { addresses }, talk) => {
  const patterns = readPatterns(addresses);
  const rows = await withPast(parts, ({ past }) => blamed(past, patterns));
  const places = rows.map(({ address }) => parseAddress(address));
  const never = patterns.filter((pattern) => !places.some((place) => matches(pattern, place)));
  const now = await machineNow(parts, rows, talk);
  return { rows: rows.map((row) => rowOf(row, now)), never: never.map(({ text }) => text) };
};

/** By address: what is there, and how values of its field are compared. */
type Now = (place: Address) => { readonly value: Reading; readonly kind: FieldKind } | null;

function rowOf({ address, verb, before, after, generation, outside }: Blamed, now: Now): BlameRow {
  const found = now(parseAddress(address));
  const moved = outside === null ? null : { generation: outside.generation, found: shown(outside.found) };
  return {
    address,
    verb,
    before: shown(before),
    after: shown(after),
    secret: "digest" in before || "digest" in after,
    generation: briefOf(generation),
    outside: moved,
    now: found === null || isSame(after, found) ? null : { found: shown(found.value) },
  };
}

function isSame(
  after: Reading,
  { value, kind }: { readonly value: Reading; readonly kind: FieldKind },
): boolean {
  if ("digest" in after && "digest" in value) return after.digest === value.digest;
  if (!("known" in after) || !("known" in value)) return true;
  // A record is compared whole: here `after` is all that was there.
  return equalDoc(after.known, value.known, kind === "record" ? "value" : kind);
}

/** Reads what the rows name. A service that is not running is started, as for `query`, and that is said. */
async function machineNow(parts: Parts, rows: readonly Blamed[], talk: Talk): Promise<Now> {
  const nothing: Now = () => null;
  if (rows.length === 0) return nothing;
  const patterns = readPatterns(rows.map(({ address }) => address));
  try {
    return await read(
      parts,
      patterns,
      [...new Set(rows.map(({ address }) => parseAddress(address).plugin))],
      talk,
    );
  } catch (error) {
    const message = `what is there now was not read: ${asOpError(error).message}`;
    talk.tell({ type: "diagnostic", severity: "note", message });
    return nothing;
  }
}

async function read(
  parts: Parts,
  patterns: readonly Pattern[],
  names: readonly string[],
  talk: Talk,
): Promise<Now> {
  const session = await parts.session(talk);
  const plugins = await session.pluginsFor(names, { starts: true });
  const { schemas, unreachable } = await session.schemas(plugins, needsOf(patterns));
  const scopes = new Map([...schemas].map(([name, schema]) => [name, scopeOf(schema, patterns)]));
  const { reading, faults } = await takeInventory(plugins, scopes, session.contextOf, { schemas });
  for (const { message } of [...unreachable.values(), ...faults])
    talk.tell({
      type: "diagnostic",
      severity: "note",
      message: `what is there now was not read: ${message}`,
    });
  return (place) => {
    const [seen, schema] = [reading.observed.get(place.plugin), schemas.get(place.plugin)];
    if (seen === undefined || schema === undefined) return null;
    const { resource, key, field } = place;
    const items = resource === null ? null : seen.resources.get(resource)?.items;
    if (items === undefined) return null;
    const owner = items === null ? seen.self : (items.get(key ?? "") ?? null);
    if (field === null) return { value: { known: owner === null ? null : true }, kind: "value" };
    const value = owner === null ? { known: null } : owner.fields.get(field);
    return value === undefined ? null : { value, kind: kindOf(schema, place, field) };
  };
}

function kindOf(schema: Schema, { resource }: Address, field: string): FieldKind {
  const fields = resource === null ? schema.self : schema.resources.get(resource)?.fields;
  return fields?.get(field)?.kind ?? "value";
}
