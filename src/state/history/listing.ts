// The list of generations: newest first, and no more than were asked for is kept while the log is read. Pure.

import { formatAddress, matches, type Pattern } from "../address.ts";
import type { Past } from "../ports.ts";
import { changedOf, happenings, type Generation, type Happening, type Other } from "./generation.ts";

/** A generation in one line. */
export interface Brief {
  readonly number: number;
  readonly time: string;
  readonly started: string;
  readonly apply: string;
  readonly purpose: string;
  readonly of: string | null;
  readonly user: string;
  readonly uid: number;
  readonly unit: string;
  readonly end: Generation["end"]["end"];
  readonly by: Generation["end"]["by"];
  readonly documents: readonly string[];
  /** Actions planned, and how many of them hold. */
  readonly actions: number;
  readonly changed: number;
}
export type Listed =
  | { readonly kind: "generation"; readonly generation: Brief }
  | {
      readonly kind: "other";
      readonly other: Pick<Other, "index" | "type" | "time"> & { readonly about: string };
    };

export interface ListOptions {
  readonly limit: number;
  /** Generations that touched one of these; empty = all. */
  readonly patterns: readonly Pattern[];
  /** Milliseconds since 1970; null = from the beginning. */
  readonly sinceMs: number | null;
  /** Also what is no generation. */
  readonly others: boolean;
}

/** Newest first. `total`: generations there are. */
export function listGenerations(
  past: Past,
  options: ListOptions,
): { readonly listed: readonly Listed[]; readonly total: number } {
  const { limit, patterns, sinceMs, others } = options;
  const kept: Listed[] = [];
  let total = 0;
  for (const happening of happenings(past)) {
    if (happening.kind === "generation") total += 1;
    if (!isWanted(happening)) continue;
    kept.push(listedOf(happening));
    if (kept.length > 2 * limit) kept.splice(0, kept.length - limit);
  }
  return { listed: kept.slice(-limit).reverse(), total };

  function isWanted(happening: Happening): boolean {
    if (happening.kind === "other")
      return others && (sinceMs === null || Date.parse(happening.other.time) >= sinceMs);
    const { generation } = happening;
    if (sinceMs !== null && generation.timeMs < sinceMs) return false;
    return patterns.length === 0 || touches(generation, patterns);
  }
}

function touches({ actions, end }: Generation, patterns: readonly Pattern[]): boolean {
  const hit = (place: Parameters<typeof matches>[1]): boolean =>
    patterns.some((pattern) => matches(pattern, place));
  return (
    actions.some(
      (action) =>
        hit(action) ||
        action.also.some(({ resource, key }) => hit({ plugin: action.plugin, resource, key, field: null })),
    ) || end.left.some(({ address }) => patterns.some(({ text }) => text === address))
  );
}

function listedOf(happening: Happening): Listed {
  if (happening.kind === "generation")
    return { kind: "generation", generation: briefOf(happening.generation) };
  const { index, type, time } = happening.other;
  return { kind: "other", other: { index, type, time, about: aboutOf(happening.other) } };
}

export function briefOf(generation: Generation): Brief {
  const { number, time, begin, actions, end } = generation;
  const { apply, purpose, of, actor, started, documents } = begin;
  return {
    number,
    time,
    started,
    apply,
    purpose,
    of,
    user: actor.user,
    uid: actor.uid,
    unit: actor.unit,
    end: end.end,
    by: end.by,
    documents: documents.map(({ file }) => file),
    actions: actions.length,
    changed: changedOf(generation),
  };
}

/** What an entry says of itself, its own members aside. */
function aboutOf({ gap, type, value }: Other): string {
  if (gap !== null) return `not observed from ${gap.from} to ${gap.to}: ${gap.why}`;
  if (type === "dropped") return `${String(value["bytes"])} bytes that were not acknowledged were cut off`;
  const { about } = value;
  return typeof about === "string" ? about : "";
}

/** The address of what an action changed. */
export function addressOfAction(action: Generation["actions"][number]): string {
  const { plugin, resource, key, field } = action;
  return formatAddress({ plugin, resource, key, field });
}
