// Chains: concepts one after the other in time, and causes with what they lead to. Both follow associations that are there; the
// plain list of what is dated, which the wire protocol calls a chain, is `datedWithin`.

import { ASSOCIATION_TYPES, type CausalType, type Domain, type Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import type { Meanings } from "../index/meaning.ts";
import { meet, type Hop } from "./path.ts";
import {
  checkCount,
  checkDepth,
  passesOf,
  pathOf,
  type Answer,
  type Meter,
  type Path,
  type Steps,
} from "./search.ts";
import { ROOT, Visits } from "./visits.ts";

/** Both ends inclusive, in seconds since 1970. */
export interface Interval {
  readonly fromS: number;
  readonly toS: number;
  readonly domain?: Domain;
}

/** Concepts whose time begins within the interval, in order of it, then of slot. */
export function datedWithin(meanings: Meanings, { fromS, toS, domain }: Interval): readonly Slot[] {
  const within: { readonly slot: Slot; readonly startS: number }[] = [];
  for (const [slot, { startS }] of meanings.dated()) {
    if (startS === null || startS < fromS || startS > toS) continue;
    if (domain === undefined || meanings.domainOf(slot) === domain) within.push({ slot, startS });
  }
  return within.toSorted((a, b) => a.startS - b.startS || a.slot - b.slot).map(({ slot }) => slot);
}

/** The longest chains of dated concepts that associations join, each step to one not earlier. Every chain ends where none
 * goes on; two may have their beginnings in common. Longest first, then the one that ends first. Throws OPD4201. */
export function* temporalChains(
  reader: GraphReader,
  meanings: Meanings,
  interval: Interval,
  chainsMax: number,
  meter: Meter,
): Steps<Answer<Path>> {
  checkCount(chainsMax);
  // In order of time, so the place of a slot is its rank.
  const ranked = new Visits();
  for (const slot of datedWithin(meanings, interval)) if (reader.has(slot)) ranked.add(slot, ROOT, 0);
  const lengths = new Uint32Array(ranked.count).fill(1);
  const goesOn = new Uint8Array(ranked.count);
  for (let rank = 0; rank < ranked.count; rank++) {
    const slot = ranked.slots[rank]!;
    for (const out of passesOf("both")) {
      let edge = out ? reader.firstOut(slot) : reader.firstIn(slot);
      for (; edge !== 0; edge = out ? reader.nextOut(edge) : reader.nextIn(edge)) {
        if (meter.visit()) {
          yield;
          if (meter.stopped) return { found: [], ended: meter.ended };
        }
        const before = ranked.indexOf(out ? reader.target(edge) : reader.source(edge));
        if (before === -1 || before >= rank || lengths[before]! < lengths[rank]!) continue;
        lengths[rank] = lengths[before]! + 1;
        ranked.parents[rank] = before;
        ranked.edges[rank] = edge;
      }
    }
    if (ranked.parents[rank]! >= 0) goesOn[ranked.parents[rank]!] = 1;
  }
  const ends = [...lengths.keys()].filter((rank) => lengths[rank]! > 1 && goesOn[rank] === 0);
  const longest = ends.toSorted((a, b) => lengths[b]! - lengths[a]! || a - b).slice(0, chainsMax);
  return { found: longest.map((rank) => wayOf(reader, ranked, rank)), ended: meter.ended };
}

/** The shortest path on which time never goes back and never leaves the interval. Throws OPD4201. */
export function* pathInTime(
  reader: GraphReader,
  meanings: Meanings,
  ends: { readonly from: Slot; readonly to: Slot; readonly depthMax: number },
  { fromS, toS, domain }: Interval,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(ends);
  const timeOf = (slot: Slot): number => {
    const startS = meanings.boundsOf(slot)?.startS ?? Number.NaN;
    const counts =
      startS >= fromS && startS <= toS && (domain ?? meanings.domainOf(slot)) === meanings.domainOf(slot);
    return counts ? startS : Number.NaN;
  };
  // Nothing compares with NaN: what has no time is on no path.
  const hop: Hop = (from, to) => timeOf(from) <= timeOf(to);
  const path = yield* meet(reader, { ...ends, direction: "both", hop }, meter);
  return { found: path === null ? [] : [path], ended: meter.ended };
}

export interface CausalOptions {
  readonly depthMax: number;
  readonly pathsMax: number;
  /** Default: any kind of cause. */
  readonly causal?: CausalType;
}

/**
 * What `from` leads to: one shortest chain to each effect that leads to nothing further, the most confident first. An
 * association leads on, from source to target, if it is a causal one (and its source, where that says something of causes,
 * names the kind asked for), or if its source names the kind and its target is about causes itself. Throws OPD4201.
 */
export function* causalChains(
  reader: GraphReader,
  meanings: Meanings,
  from: Slot,
  options: CausalOptions,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(options);
  checkCount(options.pathsMax);
  const leads = leadsOn(reader, meanings, options.causal);
  const visits = new Visits();
  if (reader.has(from)) visits.add(from, ROOT, 0);
  const leaves: number[] = [];
  for (let place = 0, depth = 0, levelEnd = visits.count; place < visits.count; place++) {
    if (place === levelEnd) {
      depth++;
      levelEnd = visits.count;
    }
    const slot = visits.slots[place]!;
    const before = visits.count;
    for (
      let edge = reader.firstOut(slot);
      edge !== 0 && depth < options.depthMax;
      edge = reader.nextOut(edge)
    ) {
      if (meter.visit()) {
        yield;
        if (meter.stopped) return { found: [], ended: meter.ended };
      }
      const next = reader.target(edge);
      if (leads(slot, next, edge)) visits.add(next, place, edge);
    }
    if (visits.count === before && place > 0) leaves.push(place);
  }
  const chains = leaves.map((place) => wayOf(reader, visits, place));
  return {
    found: chains.toSorted((a, b) => b.confidence - a.confidence).slice(0, options.pathsMax),
    ended: meter.ended,
  };
}

/** The shortest chain of causes between two concepts. Throws OPD4201. */
export function* causalPath(
  reader: GraphReader,
  meanings: Meanings,
  ends: { readonly from: Slot; readonly to: Slot; readonly depthMax: number },
  causal: CausalType | undefined,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(ends);
  const hop = leadsOn(reader, meanings, causal);
  const path = yield* meet(reader, { ...ends, direction: "out", hop }, meter);
  return { found: path === null ? [] : [path], ended: meter.ended };
}

function leadsOn(reader: GraphReader, meanings: Meanings, causal: CausalType | undefined): Hop {
  return (from, to, edge) => {
    const names = meanings.causes(from, causal);
    if (reader.type(edge) === ASSOCIATION_TYPES.causal) return names || !meanings.causes(from);
    return names && meanings.typeOf(to) === "causal";
  };
}

function wayOf(reader: GraphReader, visits: Visits, place: number): Path {
  const way = visits.wayTo(place);
  const slots = way.map((at) => visits.slots[at]!);
  return pathOf(
    reader,
    slots,
    way.slice(1).map((at) => visits.edges[at]!),
  );
}
