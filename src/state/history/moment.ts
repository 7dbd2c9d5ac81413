// When: a generation (`@12`) or a time, and which generation stood then. Log order wins over the clock: where it went
// back, the latest generation that was recorded at or before the time counts, with all before it. Pure.

import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import type { Past } from "../ports.ts";
import { generations, happenings, type Generation } from "./generation.ts";

/** The generation of a text `@12`; null = it is none. */
export function generationOf(text: string): number | null {
  return /^@\d{1,15}$/.test(text) ? Number(text.slice(1)) : null;
}

/** Throws OPD2150. */
export function findGeneration(past: Past, number: number): Generation {
  let count = 0;
  for (const generation of generations(past)) {
    if (generation.number === number) return generation;
    count = generation.number;
  }
  const there = count === 0 ? "nothing was applied here yet" : `there are @1 to @${count}`;
  throw new OpError("OPD2150", `there is no generation @${number}: ${there}`, { hint: "op-dbus history" });
}

/** Throws OPD2150 where there is no generation `number`; 0 is before the first. */
export function checkGeneration(past: Past, number: number): void {
  if (number !== 0) findGeneration(past, number);
}

export interface Standing {
  /** 0 = before the first. */
  readonly generation: number;
  /** What a person should know of that moment. */
  readonly notes: readonly string[];
}

/** The generation that stood at a time, milliseconds since 1970, with the gaps since and what was under way. */
export function standingAt(past: Past, timeMs: number): Standing {
  let generation = 0;
  let sinceMs = -Infinity;
  let firstTime: string | null = null;
  const gaps: { readonly fromMs: number; readonly toMs: number; readonly text: string }[] = [];
  const underWay: Generation[] = [];
  for (const happening of happenings(past)) {
    if (happening.kind === "other") {
      const { gap } = happening.other;
      if (gap === null) continue;
      const text = `nobody looked from ${gap.from} to ${gap.to} (${gap.why})`;
      gaps.push({ fromMs: Date.parse(gap.from), toMs: Date.parse(gap.to), text });
      continue;
    }
    const { timeMs: atMs, number, begin, time } = happening.generation;
    firstTime ??= time;
    if (atMs <= timeMs) [generation, sinceMs] = [number, atMs];
    else if (Date.parse(begin.started) <= timeMs) underWay.push(happening.generation);
  }
  const before =
    firstTime === null
      ? "nothing was applied here yet"
      : `that is before the first apply, which ended at ${firstTime}: this is what the applies since found`;
  const notes = [
    ...(generation === 0 && underWay.length === 0 ? [before] : []),
    ...gaps.filter(({ fromMs, toMs }) => fromMs <= timeMs && toMs >= sinceMs).map(({ text }) => text),
    ...underWay
      .filter(({ number }) => number > generation)
      .map(({ number, begin, time }) => `@${number} was under way, from ${begin.started} to ${time}`),
  ];
  return { generation, notes };
}

/** Milliseconds since 1970 of an RFC 3339 time. Throws OPD2151. */
export function timeOf(text: string): number {
  const isForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isForm ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new OpError("OPD2151", `${JSON.stringify(visible(text))} is no time`, {
    hint: "an RFC 3339 time such as 2026-05-01T10:00:00Z, or @12",
  });
}
