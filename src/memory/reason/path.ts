// The shortest path between two concepts: breadth first from both ends, the smaller side always next, so what is looked at grows
// with half the depth. Of several shortest paths it gives the one it meets first, which the graph alone decides: the same graph
// gives the same path. Holds no await and no object a concept.

import type { Slot } from "../model.ts";
import type { Edge, GraphReader } from "../ports.ts";
import {
  checkDepth,
  passesOf,
  pathOf,
  type Answer,
  type Direction,
  type Meter,
  type Path,
  type Steps,
  type WalkOptions,
} from "./search.ts";
import { BARRED, ROOT, Visits } from "./visits.ts";

/** Whether an association may be walked from one concept to the other, whatever its own direction is. */
export type Hop = (from: Slot, to: Slot, edge: Edge) => boolean;

/** The shortest path, if there is one of at most `depthMax` steps. Throws OPD4201 (depth). */
export function* shortestPath(
  reader: GraphReader,
  from: Slot,
  to: Slot,
  options: WalkOptions,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(options);
  const { depthMax, direction = "both" } = options;
  const path = yield* meet(reader, { from, to, depthMax, direction, hop: hopOf(reader, options) }, meter);
  return { found: path === null ? [] : [path], ended: meter.ended };
}

/** null = every hop is allowed. */
export function hopOf(reader: GraphReader, { types, admits }: WalkOptions): Hop | null {
  if (types === undefined && admits === undefined) return null;
  return (_, to, edge) => (types?.has(reader.type(edge)) ?? true) && (admits?.(to) ?? true);
}

export interface Way {
  readonly from: Slot;
  readonly to: Slot;
  readonly depthMax: number;
  readonly direction: Direction;
  readonly hop: Hop | null;
  /** Concepts the path must not touch; neither `from` nor `to`. */
  readonly barred?: readonly Slot[];
}

/** The search itself; null = there is none, or the meter stopped it. */
export function* meet(reader: GraphReader, way: Way, meter: Meter): Steps<Path | null> {
  const { from, to, depthMax, barred = [] } = way;
  if (!reader.has(from) || !reader.has(to)) return null;
  if (from === to) return pathOf(reader, [from], []);
  const near = newSide(from, barred);
  const far = newSide(to, barred);
  for (let depth = 0; depth < depthMax; depth++) {
    const forwards = near.end - near.at <= far.end - far.at;
    const [side, other] = forwards ? [near, far] : [far, near];
    if (side.at === side.end) return null;
    const met = yield* nextLevel(reader, way, forwards, side, other, meter);
    if (met !== null) {
      const begin = near.visits.wayTo(forwards ? met.place : met.other);
      const end = far.visits.wayTo(forwards ? met.other : met.place).reverse();
      return joined(reader, near.visits, begin, far.visits, end);
    }
    if (meter.stopped) return null;
  }
  return null;
}

/** One end of the search: what lies at `at`..`end` of its visits was come to last. */
interface Side {
  readonly visits: Visits;
  at: number;
  end: number;
}

function newSide(root: Slot, barred: readonly Slot[]): Side {
  const visits = new Visits();
  for (const slot of barred) visits.add(slot, BARRED, 0);
  visits.add(root, ROOT, 0);
  return { visits, at: barred.length, end: visits.count };
}

/** Places of the concept where both sides met. */
interface Meeting {
  readonly place: number;
  readonly other: number;
}

/** Comes to everything one step further; stops where it finds what the other side knows. */
function* nextLevel(
  reader: GraphReader,
  { direction, hop }: Way,
  forwards: boolean,
  side: Side,
  other: Side,
  meter: Meter,
): Steps<Meeting | null> {
  const { visits } = side;
  const { visits: others } = other;
  const passes = passesOf(direction, forwards);
  for (let place = side.at; place < side.end; place++) {
    const slot = visits.slots[place]!;
    for (const out of passes) {
      let edge = out ? reader.firstOut(slot) : reader.firstIn(slot);
      for (; edge !== 0; edge = out ? reader.nextOut(edge) : reader.nextIn(edge)) {
        if (meter.visit()) {
          yield;
          if (meter.stopped) return null;
        }
        const next = out ? reader.target(edge) : reader.source(edge);
        if (hop !== null && !(forwards ? hop(slot, next, edge) : hop(next, slot, edge))) continue;
        const added = visits.add(next, place, edge);
        if (added === -1) continue;
        const known = others.indexOf(next);
        if (known !== -1) return { place: added, other: known };
      }
    }
  }
  side.at = side.end;
  side.end = visits.count;
  return null;
}

/** `begin` ends and `end` begins with the concept where both sides met. */
function joined(
  reader: GraphReader,
  near: Visits,
  begin: readonly number[],
  far: Visits,
  end: readonly number[],
): Path {
  const slots = begin.map((place) => near.slots[place]!);
  const edges = begin.slice(1).map((place) => near.edges[place]!);
  for (const [n, place] of end.entries()) {
    if (n > 0) slots.push(far.slots[place]!);
    if (n + 1 < end.length) edges.push(far.edges[place]!);
  }
  return pathOf(reader, slots, edges);
}
