// The segments of an index, and where each document lies. Every batch of changes becomes a segment; eight segments of about
// one size become one, eight times as large, step by step: what is added pays for the merging of as much on every level, so no
// change waits long and there are never more than some dozen segments. A segment more than half dead is rewritten alone.

import { assert } from "../../base/assert.ts";
import { LIMITS } from "../../base/limits.ts";
import { buildSegment, type Document } from "./build.ts";
import { GONE, mergeSegments, workOf, type Merged } from "./merge.ts";
import { isDead, kill, type Segment } from "./segment.ts";

/** Segments of one level that become one. */
const FAN = 8;
/** Documents of one segment when it is made: some milliseconds. */
const BATCH_DOCUMENTS = 1024;
/** How much of a merge is done when as much was added as is merged: it is through before the next eight segments are there. */
const HASTE = 1.25;
const PAGE_BITS = 16;
const PAGE_SLOTS = 1 << PAGE_BITS;

interface Page {
  /** Number of the segment, 0 = none, and of the document in it. */
  readonly segments: Uint16Array;
  readonly docs: Uint32Array;
}
interface Merge {
  readonly sources: readonly Segment[];
  readonly work: Generator<number, Merged>;
  /** Work for each posting that comes or dies. */
  readonly rate: number;
  /** What is to be done; below 0 where a step did more. */
  credit: number;
}

export class Tiers {
  /** By number; null = free. Number 0 is nobody's. */
  #segments: (Segment | null)[] = [null];
  #pages: (Page | undefined)[] = [];
  readonly #merges = new Map<number, Merge>();
  #documents = 0;
  #words = 0;
  /** Postings that came or died and have not paid for merging. */
  #owed = 0;

  /** Documents that live, and words of all of them. */
  get documents(): number {
    return this.#documents;
  }
  get words(): number {
    return this.#words;
  }

  /** The largest first. */
  segments(): readonly Segment[] {
    return this.#segments.filter((segment) => segment !== null).toSorted((a, b) => b.weight - a.weight);
  }

  clear(): void {
    this.#segments = [null];
    this.#pages = [];
    this.#merges.clear();
    this.#documents = 0;
    this.#words = 0;
    this.#owed = 0;
  }

  remove(slot: number): void {
    const page = this.#pages[slot >>> PAGE_BITS];
    const number = page?.segments[slot % PAGE_SLOTS] ?? 0;
    if (page === undefined || number === 0) return;
    const segment = this.#segments[number]!;
    const doc = page.docs[slot % PAGE_SLOTS]!;
    kill(segment, doc);
    page.segments[slot % PAGE_SLOTS] = 0;
    this.#documents--;
    this.#words -= segment.lengths[doc]!;
    this.#owed += segment.lengths[doc]!;
  }

  /** Each slot once, none of them in the index. Pays also for what was removed since. */
  add(documents: readonly Document[]): void {
    for (let at = 0; at < documents.length; at += BATCH_DOCUMENTS) {
      const segment = buildSegment(documents.slice(at, at + BATCH_DOCUMENTS));
      if (segment === null) continue;
      this.put(segment);
      this.#owed += segment.weight;
      this.#work();
    }
    this.#work();
  }

  /** Takes a segment whose living documents are not in the index. */
  put(segment: Segment): void {
    const number = this.#place(segment);
    for (let doc = 0; doc < segment.slots.length; doc++) {
      if (isDead(segment, doc)) continue;
      this.#point(segment.slots[doc]!, number, doc);
      this.#documents++;
      this.#words += segment.lengths[doc]!;
    }
  }

  #place(segment: Segment): number {
    const free = this.#segments.indexOf(null, 1);
    const number = free < 0 ? this.#segments.length : free;
    assert(number < 0xffff, "an index has fewer than 65,535 segments");
    this.#segments[number] = segment;
    return number;
  }

  #point(slot: number, number: number, doc: number): void {
    const page = (this.#pages[slot >>> PAGE_BITS] ??= {
      segments: new Uint16Array(PAGE_SLOTS),
      docs: new Uint32Array(PAGE_SLOTS),
    });
    page.segments[slot % PAGE_SLOTS] = number;
    page.docs[slot % PAGE_SLOTS] = doc;
  }

  #work(): void {
    const owed = this.#owed;
    if (owed === 0) return;
    this.#owed = 0;
    this.#begin();
    for (const [level, merge] of this.#merges) {
      merge.credit += owed * merge.rate;
      while (merge.credit > 0) {
        const step = merge.work.next();
        if (step.done === true) {
          this.#merges.delete(level);
          this.#replace(merge.sources, step.value);
          break;
        }
        merge.credit -= step.value;
      }
    }
  }

  /** Begins the merge of each level that has one to do and none under way. */
  #begin(): void {
    const busy = new Set([...this.#merges.values()].flatMap(({ sources }) => sources));
    const levels = new Map<number, Segment[]>();
    for (const segment of this.#segments) {
      if (segment === null || busy.has(segment)) continue;
      const level = levelOf(segment);
      const others = levels.get(level);
      if (others === undefined) levels.set(level, [segment]);
      else others.push(segment);
    }
    for (const [level, segments] of levels) {
      if (this.#merges.has(level)) continue;
      const decayed = segments.find((segment) => segment.deadCount * 2 > segment.slots.length);
      const whole = level < LEVELS && segments.length >= FAN ? segments.slice(0, FAN) : [];
      const sources = decayed === undefined ? whole : [decayed];
      if (sources.length === 0) continue;
      const weight = sources.reduce((sum, segment) => sum + segment.weight, 0);
      const rate = (HASTE * workOf(sources)) / weight;
      this.#merges.set(level, { sources, work: mergeSegments(sources), rate, credit: 0 });
    }
  }

  #replace(sources: readonly Segment[], { segment, numbers }: Merged): void {
    for (const source of sources) this.#segments[this.#segments.indexOf(source)] = null;
    if (segment === null) return;
    const number = this.#place(segment);
    for (const [at, source] of sources.entries()) {
      const of = numbers[at]!;
      for (let doc = 0; doc < of.length; doc++) {
        const now = of[doc]!;
        if (now === GONE) continue;
        // It died while the merge was under way.
        if (isDead(source, doc)) kill(segment, now);
        else this.#point(source.slots[doc]!, number, now);
      }
    }
  }
}

/** Eight of the level below the last are at most one of the largest segments; those of the last stay as they are. */
const LEVELS = Math.floor(Math.log2(LIMITS.memoryTextSegmentPostingsMax) / 3) - 1;

function levelOf({ weight }: Segment): number {
  return Math.min(LEVELS, Math.floor((31 - Math.clz32(weight)) / 3));
}
