// Paths through what a filter admits: the k shortest, each with what kinds of concepts it comes through. The start of a path is
// not asked. A concept that was never analysed passes unless a type or a domain is asked for.

import { DOMAINS, SEMANTIC_TYPES, type Domain, type SemanticType, type Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { MeaningFilter, Meanings } from "../index/meaning.ts";
import { shortestPaths, type PathsOptions } from "./paths.ts";
import type { Answer, Meter, Path, Steps } from "./search.ts";

export interface SemanticFilter extends MeaningFilter {
  /** Texts that the content contains, each of them, upper and lower case alike. */
  readonly terms?: readonly string[];
}

export interface SemanticPath extends Path {
  /** Mean of how sure the analyser was of its concepts; 1 where none was analysed. */
  readonly certainty: number;
  readonly types: ReadonlyMap<SemanticType, number>;
  readonly domains: readonly Domain[];
  /** Whether the times of its dated concepts never go back. */
  readonly inTimeOrder: boolean;
}

/** At most `pathsMax` shortest paths through what `filter` admits. Throws OPD4201 (depth, number of paths). */
export function* semanticPaths(
  reader: GraphReader,
  meanings: Meanings,
  ends: { readonly from: Slot; readonly to: Slot },
  filter: SemanticFilter,
  options: PathsOptions,
  meter: Meter,
): Steps<Answer<SemanticPath>> {
  const says = mentions(reader, filter.terms ?? []);
  const admits = (slot: Slot): boolean =>
    (options.admits?.(slot) ?? true) &&
    (meanings.typeOf(slot) === null
      ? filter.type === undefined && filter.domain === undefined
      : meanings.matches(slot, filter)) &&
    says(slot);
  const { found, ended } = yield* shortestPaths(reader, ends.from, ends.to, { ...options, admits }, meter);
  return { found: found.map((path) => described(meanings, path)), ended };
}

/** Whether the content of a concept contains all of the terms. */
function mentions(reader: GraphReader, terms: readonly string[]): (slot: Slot) => boolean {
  const wanted = terms.map((term) => term.toLowerCase());
  if (wanted.length === 0) return () => true;
  return (slot) => {
    const content = Buffer.from(reader.contentView(slot) ?? [])
      .toString()
      .toLowerCase();
    return wanted.every((term) => content.includes(term));
  };
}

/** What kinds of concepts a path comes through. */
export function described(meanings: Meanings, path: Path): SemanticPath {
  const analysed = path.slots.filter((slot) => meanings.typeOf(slot) !== null);
  const types = analysed.map((slot) => meanings.typeOf(slot));
  const counts = SEMANTIC_TYPES.map((type) => [type, types.filter((one) => one === type).length] as const);
  const domains = new Set(analysed.map((slot) => meanings.domainOf(slot)));
  const times = analysed.flatMap((slot) => meanings.boundsOf(slot)?.startS ?? []);
  const certainties = analysed.map((slot) => meanings.certainty(slot));
  const sum = certainties.reduce((total, one) => total + one, 0);
  return Object.freeze({
    ...path,
    certainty: analysed.length === 0 ? 1 : sum / analysed.length,
    types: new Map(counts.filter(([, count]) => count > 0)),
    domains: DOMAINS.filter((domain) => domains.has(domain)),
    inTimeOrder: times.every((time, n) => n === 0 || times[n - 1]! <= time),
  });
}
