// Who a recall reaches through the graph: those at most two associations away, in either direction, that are alike enough, the
// strongest first. The newest associations are looked at, at most LIMITS.recallSpreadMax of them.

import { LIMITS } from "../../base/limits.ts";
import type { Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { cosine, squares } from "../vector/cosine.ts";
import { HOPS_MAX, PRIMED_MAX, spread } from "./priming-semantic.ts";

export interface Reached {
  readonly slot: Slot;
  /** What the recall gives it (priming-semantic.ts). */
  readonly strength: number;
}

export function reachedFrom(reader: GraphReader, source: Slot): readonly Reached[] {
  const vector = reader.vectorView(source);
  if (vector === null) return [];
  const ofSource = squares(vector);
  const seen = new Set([source]);
  const reached: Reached[] = [];
  let looked = 0;
  let edge: readonly Slot[] = [source];
  for (let hops = 1; hops <= HOPS_MAX; hops++) {
    const next: Slot[] = [];
    for (const from of edge) {
      for (const slot of around(reader, from)) {
        if (++looked > LIMITS.recallSpreadMax) break;
        if (seen.has(slot)) continue;
        seen.add(slot);
        next.push(slot);
        const other = reader.vectorView(slot);
        if (other?.length !== vector.length) continue;
        const strength = spread(cosine(vector, ofSource, other), hops);
        if (strength > 0) reached.push({ slot, strength });
      }
    }
    edge = next;
  }
  return reached.sort((a, b) => b.strength - a.strength).slice(0, PRIMED_MAX);
}

/** Associations that lead from it, at least 1; counted up to LIMITS.recallSpreadMax. */
export function fanOf(reader: GraphReader, slot: Slot): number {
  let fan = 0;
  for (let e = reader.firstOut(slot); e !== 0 && fan < LIMITS.recallSpreadMax; e = reader.nextOut(e)) fan++;
  return Math.max(fan, 1);
}

function* around(reader: GraphReader, slot: Slot): Generator<Slot> {
  for (let e = reader.firstOut(slot); e !== 0; e = reader.nextOut(e)) yield reader.target(e);
  for (let e = reader.firstIn(slot); e !== 0; e = reader.nextIn(e)) yield reader.source(e);
}
