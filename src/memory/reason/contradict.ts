// Contradictions: two rules of one domain, about the same, of which one demands what the other forbids, at a time when both
// hold; and what a text itself says contradicts something it is associated with. About the same means that most of their
// words are shared, apart from those that demand, deny or join. Nothing is inferred beyond the words.

import { LIMITS } from "../../base/limits.ts";
import type { Domain, Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { Bounds, MeaningFilter, Meanings } from "../index/meaning.ts";
import { FORM_WORDS } from "./form-words.ts";
import { checkCount, passesOf, type Answer, type Meter, type Steps } from "./search.ts";

export interface Contradiction {
  /** The smaller slot first. */
  readonly a: Slot;
  readonly b: Slot;
  readonly reason: string;
  /** 0..1: share of their words that both have; 1 for what a text says itself. */
  readonly likeness: number;
}

export interface ContradictOptions {
  readonly domain?: Domain;
  /** Only contradictions that this concept has part in. */
  readonly about?: Slot;
  readonly pairsMax: number;
}

const LIKENESS_MIN = 0.5;
/** Sorted by likeness, then slots. Throws OPD4201 (number of pairs). */
export function* contradictions(
  reader: GraphReader,
  meanings: Meanings,
  { domain, about, pairsMax }: ContradictOptions,
  meter: Meter,
): Steps<Answer<Contradiction>> {
  checkCount(pairsMax);
  const filter = domain === undefined ? {} : { domain };
  const found = new Map<string, Contradiction>();
  const note = (one: Slot, other: Slot, likeness: number, reason: string): void => {
    const [a, b] = one < other ? [one, other] : [other, one];
    if (about !== undefined && a !== about && b !== about) return;
    if (!found.has(`${a} ${b}`)) found.set(`${a} ${b}`, Object.freeze({ a, b, reason, likeness }));
  };

  const [claims, moreClaims] = selected(reader, meanings, { ...filter, negation: "contradiction" });
  for (const slot of claims) {
    for (const out of passesOf("both")) {
      let edge = out ? reader.firstOut(slot) : reader.firstIn(slot);
      for (; edge !== 0; edge = out ? reader.nextOut(edge) : reader.nextIn(edge)) {
        if (meter.visit()) yield;
        if (meter.stopped) return sorted(found, pairsMax, meter);
        const other = out ? reader.target(edge) : reader.source(edge);
        if (other !== slot && meanings.domainOf(other) === meanings.domainOf(slot))
          note(slot, other, 1, "one says that it contradicts what it is associated with");
      }
    }
  }

  const [rules, moreRules] = selected(reader, meanings, { ...filter, type: "rule" });
  const words = new Map<Slot, ReadonlySet<string>>();
  for (const slot of rules) {
    words.set(slot, wordsOf(reader, slot));
    yield;
    if (meter.stopped) return sorted(found, pairsMax, meter);
  }
  const demands = rules.filter((slot) => meanings.negationOf(slot) === null);
  const byWord = new Map<string, Slot[]>();
  for (const slot of demands)
    for (const word of words.get(slot)!) {
      const having = byWord.get(word);
      if (having === undefined) byWord.set(word, [slot]);
      else having.push(slot);
    }
  for (const forbids of rules) {
    if (meanings.negationOf(forbids) === null) continue;
    const own = words.get(forbids)!;
    const shared = new Map<Slot, number>();
    for (const word of own)
      for (const slot of byWord.get(word) ?? []) {
        if (meter.visit()) yield;
        shared.set(slot, (shared.get(slot) ?? 0) + 1);
      }
    for (const [slot, count] of shared) {
      const likeness = count / (own.size + words.get(slot)!.size - count);
      if (likeness < LIKENESS_MIN || meanings.domainOf(slot) !== meanings.domainOf(forbids)) continue;
      if (!overlap(meanings.boundsOf(slot), meanings.boundsOf(forbids))) continue;
      note(
        slot,
        forbids,
        likeness,
        `one forbids what the other demands; they share ${count} words, and both hold at a time`,
      );
    }
    if (meter.stopped) break;
  }
  if (moreClaims || moreRules) meter.stop("visits");
  return sorted(found, pairsMax, meter);
}

/** At most LIMITS.memoryRulesMax, and whether there are more. */
function selected(
  reader: GraphReader,
  meanings: Meanings,
  filter: MeaningFilter,
): readonly [readonly Slot[], boolean] {
  const slots = meanings.select(filter, LIMITS.memoryRulesMax + 1);
  const some = slots.slice(0, LIMITS.memoryRulesMax).filter((slot) => reader.has(slot));
  return [some, slots.length > LIMITS.memoryRulesMax];
}

function sorted(
  found: ReadonlyMap<string, Contradiction>,
  pairsMax: number,
  meter: Meter,
): Answer<Contradiction> {
  const order = (x: Contradiction, y: Contradiction): number =>
    y.likeness - x.likeness || x.a - y.a || x.b - y.b;
  return { found: [...found.values()].toSorted(order).slice(0, pairsMax), ended: meter.ended };
}

function wordsOf(reader: GraphReader, slot: Slot): ReadonlySet<string> {
  const content = reader.contentView(slot)?.subarray(0, LIMITS.memoryAnalysedCharsMax) ?? [];
  const words =
    Buffer.from(content)
      .toString()
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !FORM_WORDS.has(word)));
}

/** What is not dated always holds. */
function overlap(a: Bounds | null, b: Bounds | null): boolean {
  const startS = Math.max(a?.startS ?? -Infinity, b?.startS ?? -Infinity);
  return startS <= Math.min(a?.endS ?? Infinity, b?.endS ?? Infinity);
}
