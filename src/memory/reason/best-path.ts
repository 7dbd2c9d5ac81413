// The path whose associations' confidences have the greatest product, within a number of steps: Dijkstra's algorithm on the
// product itself (the order is that of the sum of -log, without its rounding). As the number of steps is bounded, a
// concept may be come to again later by fewer steps; later and by no fewer is never better.

import type { Slot } from "../model.ts";
import type { Edge, GraphReader } from "../ports.ts";
import { hopOf } from "./path.ts";
import {
  checkDepth,
  passesOf,
  pathOf,
  type Answer,
  type Meter,
  type Path,
  type Steps,
  type WalkOptions,
} from "./search.ts";
import { Visits } from "./visits.ts";

/** Of equal products the one with fewer steps. What has confidence 0 is no way. Throws OPD4201 (depth). */
export function* bestPath(
  reader: GraphReader,
  from: Slot,
  to: Slot,
  options: WalkOptions,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(options);
  if (!reader.has(from) || !reader.has(to)) return { found: [], ended: "complete" };
  const { depthMax, direction = "both" } = options;
  const hop = hopOf(reader, options);
  const passes = passesOf(direction);
  const labels = new Labels();
  const settled = new Visits();
  let known = 0;
  labels.push(from, -1, 0, 1, 0);
  for (let label = labels.pop(); label !== -1; label = labels.pop()) {
    const slot = labels.slots[label]!;
    if (slot === to) return { found: [labels.path(reader, label)], ended: meter.ended };
    const steps = labels.steps[label]!;
    if (!settle(settled, slot, steps) || steps === depthMax) continue;
    const product = labels.products[label]!;
    for (const out of passes) {
      let edge = out ? reader.firstOut(slot) : reader.firstIn(slot);
      for (; edge !== 0; edge = out ? reader.nextOut(edge) : reader.nextIn(edge)) {
        if (meter.visit()) {
          yield;
          if (meter.stopped) return { found: [], ended: meter.ended };
        }
        const next = out ? reader.target(edge) : reader.source(edge);
        if (hop !== null && !hop(slot, next, edge)) continue;
        // The last step is one to the end, and no way that is worse than one known to lead there is followed.
        if (next !== to && steps + 1 === depthMax) continue;
        const along = product * reader.edgeConfidence(edge);
        if (along === 0 || along < known) continue;
        const place = settled.indexOf(next);
        if (place !== -1 && settled.parents[place]! <= steps + 1) continue;
        if (next === to) known = along;
        labels.push(next, label, edge, along, steps + 1);
      }
    }
  }
  return { found: [], ended: meter.ended };
}

/** Notes by how few steps a concept was come to, where `Visits` has the parent; false = it was by as few before. */
function settle(settled: Visits, slot: Slot, steps: number): boolean {
  const place = settled.indexOf(slot);
  if (place === -1) return settled.add(slot, steps, 0) !== -1;
  if (settled.parents[place]! <= steps) return false;
  settled.parents[place] = steps;
  return true;
}

/** Ways that were begun, in columns, and a binary heap of those to be followed: the greatest product on top. */
class Labels {
  slots = new Uint32Array(256);
  parents = new Int32Array(256);
  edges = new Uint32Array(256);
  products = new Float64Array(256);
  steps = new Uint8Array(256);
  #heap = new Uint32Array(256);
  #count = 0;
  #size = 0;

  push(slot: Slot, parent: number, edge: Edge, product: number, steps: number): void {
    if (this.#count === this.slots.length) this.#grow();
    const label = this.#count++;
    this.slots[label] = slot;
    this.parents[label] = parent;
    this.edges[label] = edge;
    this.products[label] = product;
    this.steps[label] = steps;
    let at = this.#size++;
    for (let up = (at - 1) >> 1; at > 0 && this.#before(label, this.#heap[up]!); up = (at - 1) >> 1) {
      this.#heap[at] = this.#heap[up]!;
      at = up;
    }
    this.#heap[at] = label;
  }

  /** The best label, or -1. */
  pop(): number {
    if (this.#size === 0) return -1;
    const top = this.#heap[0]!;
    const last = this.#heap[--this.#size]!;
    let at = 0;
    for (let down = 1; down < this.#size; down = 2 * at + 1) {
      if (down + 1 < this.#size && this.#before(this.#heap[down + 1]!, this.#heap[down]!)) down++;
      if (!this.#before(this.#heap[down]!, last)) break;
      this.#heap[at] = this.#heap[down]!;
      at = down;
    }
    this.#heap[at] = last;
    return top;
  }

  path(reader: GraphReader, label: number): Path {
    const slots: Slot[] = [];
    const edges: Edge[] = [];
    for (let at = label; at !== -1; at = this.parents[at]!) {
      slots.unshift(this.slots[at]!);
      if (this.parents[at] !== -1) edges.unshift(this.edges[at]!);
    }
    return pathOf(reader, slots, edges);
  }

  /** Greater product, then fewer steps, then found first. */
  #before(a: number, b: number): boolean {
    const order = this.products[b]! - this.products[a]! || this.steps[a]! - this.steps[b]! || a - b;
    return order < 0;
  }

  #grow(): void {
    const grown = <T extends Uint32Array | Int32Array | Float64Array | Uint8Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    const size = this.#count * 2;
    this.slots = grown(new Uint32Array(size), this.slots);
    this.parents = grown(new Int32Array(size), this.parents);
    this.edges = grown(new Uint32Array(size), this.edges);
    this.products = grown(new Float64Array(size), this.products);
    this.steps = grown(new Uint8Array(size), this.steps);
    this.#heap = grown(new Uint32Array(size), this.#heap);
  }
}
