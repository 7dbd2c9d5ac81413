// Who last set each value: the newest generation that left another value at an address than it found there. What a
// generation put back it did not set. That a value moved by somebody else's hand shows where a later generation found
// another one than was left. Pure; grows with the number of addresses asked for.

import { samePlain } from "../../base/text/text.ts";
import type { Reading } from "../../plugin/plugin.ts";
import { formatAddress, matches, type Address, type Pattern } from "../address.ts";
import type { Past } from "../ports.ts";
import { ABSENT, factsAfter, factsBefore, type Fact } from "./facts.ts";
import { generations, type Generation } from "./generation.ts";

export interface Blamed {
  readonly address: string;
  /** An item as a whole that came or went, or moved to another version; else one value. */
  readonly verb: "create" | "update" | "delete";
  readonly before: Reading;
  readonly after: Reading;
  readonly generation: Generation;
  /** A later generation found this instead: somebody else changed it in between. */
  readonly outside: { readonly generation: number; readonly found: Reading } | null;
}
type Rows = Map<string, Blamed>;

/** Rows in the order in which the addresses were first set. No patterns = everything. */
export function blame(past: Past, patterns: readonly Pattern[]): readonly Blamed[] {
  /** By owner, then by address: with an item its fields' rows go. */
  const owners = new Map<string, Rows>();
  const hit = (place: Address): boolean =>
    patterns.length === 0 || patterns.some((pattern) => matches(pattern, place));

  for (const generation of generations(past)) {
    const before = new Map<string, Reading>();
    for (const { address, owner, value } of singles(factsBefore(generation))) {
      if (!before.has(address)) before.set(address, value);
      noticeOutside(owners.get(owner), address, value, generation.number);
    }
    if (generation.end.end === "restored") continue;
    for (const fact of factsAfter(generation)) blameFor(fact, generation, before);
  }
  return [...owners.values()].flatMap((rows) => [...rows.values()]);

  function blameFor(fact: Fact, generation: Generation, before: ReadonlyMap<string, Reading>): void {
    const owner = formatAddress({ ...fact.place, field: null });
    const rows: Rows = owners.get(owner) ?? new Map<string, Blamed>();
    if (fact.kind === "item" && (fact.there === false || generation.end.end === "done")) {
      for (const [address] of rows) if (address !== owner) rows.delete(address);
    }
    for (const { address, place, value } of singles([fact])) {
      const was = before.get(address) ?? rows.get(address)?.after ?? ABSENT;
      if (!hit(place) || (sameReading(was, value) && !isMove(fact))) continue;
      const verb = place.field === null ? verbOf(was, value) : "update";
      rows.set(address, { address, verb, before: was, after: value, generation, outside: null });
      owners.set(owner, rows);
    }
  }
}

/** An item that was there and is there, in another version. */
function isMove(fact: Fact): boolean {
  return fact.kind === "item" && fact.verb === "update";
}

function verbOf(was: Reading, is: Reading): Blamed["verb"] {
  if (sameReading(was, is)) return "update";
  return "known" in is && is.known === true ? "create" : "delete";
}

interface Single {
  readonly address: string;
  readonly owner: string;
  readonly place: Address;
  /** Of an item: true or absent. */
  readonly value: Reading;
}

/** Facts about single addresses: the item, then each field that is named with it. */
function* singles(facts: Iterable<Fact>): Generator<Single> {
  for (const fact of facts) {
    const { place } = fact;
    const owner = formatAddress({ ...place, field: null });
    if (fact.kind === "field") {
      yield { address: formatAddress(place), owner, place, value: fact.value };
      continue;
    }
    const unknown = { unknown: "nobody could look" };
    const value = fact.there === null ? unknown : { known: fact.there ? true : null };
    yield { address: owner, owner, place, value };
    for (const [field, inner] of fact.fields ?? []) {
      const inside = { ...place, field };
      yield { address: formatAddress(inside), owner, place: inside, value: inner };
    }
  }
}

function noticeOutside(rows: Rows | undefined, address: string, found: Reading, generation: number): void {
  const row = rows?.get(address);
  if (row === undefined) return;
  if (!sameReading(row.after, found)) rows!.set(address, { ...row, outside: { generation, found } });
  else if (row.outside !== null) rows!.set(address, { ...row, outside: null });
}

/** What nobody could read is no other value. */
export function sameReading(a: Reading, b: Reading): boolean {
  if ("known" in a && "known" in b) return samePlain(a.known, b.known);
  if ("digest" in a && "digest" in b) return a.digest === b.digest;
  return "unknown" in a || "unknown" in b;
}
