// What concepts say, found by words: BM25 over the contents of a graph that are text. It follows its graph and can always be
// made again from it. Scores do not depend on the order of changes nor on when segments were merged. It takes some 80
// bytes for a content of twelve words, as much again for what is being merged, and 400 KB for each 65,536 slots.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import type { Applied, Slot } from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import type { Document } from "./build.ts";
import type { Scorer } from "./cursor.ts";
import { loadSegments, saveSegments } from "./file.ts";
import { prefixList } from "./prefix.ts";
import type { Postings } from "./postings.ts";
import { scorerOf, searchSegment } from "./search.ts";
import { findTerm, postingsOf, type Segment } from "./segment.ts";
import { stemsOfPrefix } from "./stem.ts";
import { Tiers } from "./tiers.ts";
import { Top, type Hit } from "./top.ts";
import { queryWords, textOf } from "./words.ts";

export type { Hit } from "./top.ts";

export interface TextQuery {
  /** Hits at most: 1 .. LIMITS.memoryTextHitsMax. */
  readonly limit: number;
  /** Only slots for which it says true; asked about those alone that would be hits. */
  readonly filter?: (slot: Slot) => boolean;
  /** The word that ends the query is only begun. */
  readonly prefix?: boolean;
  /** Of all indexes that answer the same query: then their scores can be compared. */
  readonly statistics?: TextStatistics;
}

/** What a score depends on beside the document: of one index, or of several that are searched as one. */
export interface TextStatistics {
  readonly documents: number;
  readonly words: number;
  /** Documents that hold each term of the query, in its order. */
  readonly holding: readonly number[];
}

export interface TextIndex extends Derived {
  /** The best first; of two with the same score the smaller slot. Any word of the query makes a hit; stop words only where it has
   * no others. Throws OPD4101. */
  search(query: string, options: TextQuery): readonly Hit[];
  /** Throws OPD4101. */
  statistics(query: string, prefix?: boolean): TextStatistics;
  /** Contents that are found by a word, and their words. */
  readonly documents: number;
  readonly words: number;
}

export function newTextIndex(disk: Disk): TextIndex {
  const tiers = new Tiers();
  return Object.freeze({
    name: "text",
    get documents() {
      return tiers.documents;
    },
    get words() {
      return tiers.words;
    },
    apply: (changes: readonly Applied[], graph: GraphReader) => apply(tiers, changes, graph),
    search: (query: string, options: TextQuery) => search(tiers, query, options),
    statistics: (query: string, prefix = false) => {
      const holding = wantedTerms(tiers.segments(), query, prefix).map((one) => one.holding);
      return { documents: tiers.documents, words: tiers.words, holding };
    },
    save: (folder: string) => saveSegments(disk, folder, tiers.segments()),
    async load(folder: string) {
      const segments = await loadSegments(disk, folder);
      if (segments === null) return false;
      tiers.clear();
      for (const segment of segments) tiers.put(segment);
      return true;
    },
  });
}

/** A slot that was changed more than once is read once: it holds what it holds now. */
function apply(tiers: Tiers, changes: readonly Applied[], graph: GraphReader): void {
  const cleared = changes.findLastIndex(({ kind }) => kind === "clear");
  if (cleared >= 0) tiers.clear();
  const documents: Document[] = [];
  for (const slot of new Set(changes.slice(cleared + 1).map((change) => change.slot))) {
    tiers.remove(slot);
    const content = graph.contentView(slot);
    const text = content === null ? null : textOf(content);
    if (text !== null) documents.push({ slot, text });
  }
  tiers.add(documents);
}

interface Wanted {
  /** Per segment: the list; null = nobody there holds it. */
  readonly lists: readonly (Postings | null)[];
  /** Documents that hold it. */
  readonly holding: number;
}

/** Of several indexes, asked the same. */
export function addStatistics(all: readonly TextStatistics[]): TextStatistics {
  const sum = (of: (one: TextStatistics) => number): number => all.reduce((total, one) => total + of(one), 0);
  const holding = all[0]!.holding.map((_, term) => sum((one) => one.holding[term]!));
  return { documents: sum(({ documents }) => documents), words: sum(({ words }) => words), holding };
}

function search(tiers: Tiers, query: string, options: TextQuery): readonly Hit[] {
  const { limit, filter, prefix = false, statistics } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.memoryTextHitsMax)
    throw new OpError("OPD4101", `limit: expected 1 to ${LIMITS.memoryTextHitsMax}, not ${limit}`);
  const segments = tiers.segments();
  const own = wantedTerms(segments, query, prefix);
  const wanted = own.map((one, term) => ({ ...one, holding: statistics?.holding[term] ?? one.holding }));
  const { documents, words } = statistics ?? tiers;
  const rarest = wanted
    .filter(({ holding }) => holding > 0)
    .toSorted((a, b) => a.holding - b.holding)
    .slice(0, LIMITS.memoryTextQueryWordsMax);
  const terms = wanted
    .filter((one) => rarest.includes(one))
    .map(({ lists, holding }) => ({ lists, scorer: scorerOf(holding, documents, words) }));

  const top = new Top(limit);
  for (const [at, segment] of segments.entries()) {
    const lists = terms.flatMap(({ lists: all, scorer }): { list: Postings; scorer: Scorer }[] => {
      const list = all[at] ?? null;
      return list === null ? [] : [{ list, scorer }];
    });
    if (lists.length > 0) searchSegment(segment, lists, filter, top);
  }
  return top.hits();
}

/** In the order of the query. Throws OPD4101. */
function wantedTerms(segments: readonly Segment[], query: string, prefix: boolean): readonly Wanted[] {
  if (query.length > LIMITS.memoryTextBytesMax)
    throw new OpError(
      "OPD4101",
      `query: ${query.length} characters, the most is ${LIMITS.memoryTextBytesMax}`,
    );
  const words = queryWords(query, prefix);
  const wanted = words.terms.map((term) => wantedTerm(segments, term));
  if (words.prefix !== null) wanted.push(wantedPrefix(segments, words.prefix));
  return wanted;
}

function wantedTerm(segments: readonly Segment[], term: string): Wanted {
  const text = Buffer.from(term);
  const found = segments.map((segment) => findTerm(segment, text));
  const held = (segment: Segment, at: number): number => (found[at]! < 0 ? 0 : segment.living[found[at]!]!);
  return {
    lists: segments.map((segment, at) => (held(segment, at) === 0 ? null : postingsOf(segment, found[at]!))),
    holding: segments.reduce((sum, segment, at) => sum + held(segment, at), 0),
  };
}

function wantedPrefix(segments: readonly Segment[], prefix: string): Wanted {
  const text = Buffer.from(prefix);
  const stems = stemsOfPrefix(prefix).map((stem) => Buffer.from(stem));
  const found = segments.map((segment) => prefixList(segment, text, stems));
  return {
    lists: found.map((one) => one?.list ?? null),
    holding: found.reduce((sum, one) => sum + (one?.holding ?? 0), 0),
  };
}
