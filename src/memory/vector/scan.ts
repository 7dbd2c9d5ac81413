// The exact search: every vector's code against the query's, the best measured again with the vectors themselves. Any
// filter costs nearly nothing, for only who gets among the best is asked for. A long scan lets others have their turn; what
// changes meanwhile is found as it was or as it is.

import type { Slot } from "../model.ts";
import { Top, type Hit } from "../text/top.ts";
import { BLOCK, type Code, type Codes } from "./codes.ts";
import { cosine, squares } from "./cosine.ts";
import type { Marks } from "./marks.ts";
import type { Filter, VectorSource } from "./model.ts";

/** Rows between two turns of the loop: some two milliseconds. */
const SLICE_ROWS = 65_536;
/** A vector that has no code yet, because its file was only just opened, costs as much as that many rows. */
const ENCODE_ROWS = 32;

/** One block of whichever scan has its turn: new ones for each would be most of the garbage of a search. */
const slots = new Uint32Array(BLOCK);
const cosines = new Float32Array(BLOCK);

export interface Scanned {
  readonly graph: VectorSource;
  readonly marks: Marks;
  readonly codes: Codes;
}

/** About the best `size` of all vectors, or of those only that no file knows. */
export async function scan(
  { graph, marks, codes }: Scanned,
  which: "all" | "fresh",
  query: Code,
  size: number,
  filter: Filter | undefined,
): Promise<Slot[]> {
  const top = new Top(size);
  const queue = marks.queue();
  let work = 0;
  for (let at = 0; at < (which === "all" ? marks.end : queue.length);) {
    let count: number;
    if (which === "all") {
      count = marks.collect(at, slots);
      at = count < BLOCK ? marks.end : slots[count - 1]! + 1;
    } else {
      count = marks.collectFresh(queue, at, slots);
      at += BLOCK;
    }
    work += count;
    if (codes.size < marks.vectors) {
      const before = codes.size;
      count = withCodes(graph, codes, count);
      work += ENCODE_ROWS * (codes.size - before);
    }
    codes.cosines(query, slots, count, cosines);
    offer(top, count, filter);
    if (work < SLICE_ROWS) continue;
    work = 0;
    await new Promise(setImmediate);
  }
  return top.hits().map(({ slot }) => slot);
}

/** Takes what is good enough of the first `count`. */
function offer(top: Top, count: number, filter: Filter | undefined): void {
  // Nearly all are below it: one comparison each.
  let floor = floorOf(top);
  for (let i = 0; i < count; i++) {
    const score = cosines[i]!;
    if (score < floor) continue;
    const slot = slots[i]!;
    if (!top.takes(score, slot) || (filter !== undefined && !filter(slot))) continue;
    top.add(score, slot);
    floor = floorOf(top);
  }
}

/** What scores less does not get in. */
function floorOf(top: Top): number {
  return top.takes(-Infinity, 0) ? -Infinity : top.worst;
}

/** Keeps those of the first `count` slots that have a code, or a vector to make it of; gives how many. */
function withCodes(graph: VectorSource, codes: Codes, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!;
    const vector = codes.has(slot) ? null : graph.vectorView(slot);
    if (vector?.length === codes.dimension) codes.put(slot, vector);
    if (codes.has(slot)) slots[kept++] = slot;
  }
  return kept;
}

/** The best `k` of some slots by their true cosines, which are the scores; each slot once. */
export function ranked(
  graph: VectorSource,
  query: Float32Array,
  slots: Iterable<Slot>,
  k: number,
): readonly Hit[] {
  const ofQuery = squares(query);
  const top = new Top(k);
  for (const slot of new Set(slots)) {
    const vector = graph.vectorView(slot);
    if (vector === null || vector.length !== query.length) continue;
    const score = cosine(query, ofQuery, vector);
    if (top.takes(score, slot)) top.add(score, slot);
  }
  return top.hits();
}
