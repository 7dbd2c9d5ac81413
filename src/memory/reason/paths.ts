// The k shortest paths without a loop, shortest first: Yen's algorithm (Management Science 17, 1971) with Lawler's remark (1972)
// that a path is only to be left where it left the one before. A path is its concepts: two associations between the same
// two do not make two paths. Of equally long ones the order is that of finding, which the graph alone decides.

import type { Slot } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { hopOf, meet, type Hop } from "./path.ts";
import {
  checkCount,
  checkDepth,
  pathOf,
  type Answer,
  type Meter,
  type Path,
  type Steps,
  type WalkOptions,
} from "./search.ts";

export interface PathsOptions extends WalkOptions {
  /** 1..LIMITS.memoryPathsMax */
  readonly pathsMax: number;
}

interface Candidate {
  readonly path: Path;
  /** Its first place that is its own: up to there it is a path that was found before. */
  readonly leavesAt: number;
}

/** At most `pathsMax` paths from `from` to `to`. Throws OPD4201 (depth, number of paths). */
export function* shortestPaths(
  reader: GraphReader,
  from: Slot,
  to: Slot,
  options: PathsOptions,
  meter: Meter,
): Steps<Answer<Path>> {
  checkDepth(options);
  checkCount(options.pathsMax);
  const { depthMax, pathsMax, direction = "both" } = options;
  const allowed = hopOf(reader, options);
  const found: Path[] = [];
  const first = yield* meet(reader, { from, to, depthMax, direction, hop: allowed }, meter);
  let candidates: Candidate[] = first === null ? [] : [{ path: first, leavesAt: 0 }];
  while (candidates.length > 0 && !meter.stopped) {
    const { path, leavesAt } = candidates.shift()!;
    found.push(path);
    if (found.length === pathsMax) break;
    for (let at = leavesAt; at < path.slots.length - 1 && !meter.stopped; at++) {
      const way = {
        from: path.slots[at]!,
        to,
        depthMax: depthMax - at,
        direction,
        hop: leaving(path.slots[at]!, nextsOf(found, path, at), allowed),
        barred: path.slots.slice(0, at),
      };
      const rest = yield* meet(reader, way, meter);
      if (rest === null) continue;
      const slots = [...way.barred, ...rest.slots];
      const edges = [...path.edges.slice(0, at), ...rest.edges];
      candidates.push({ path: pathOf(reader, slots, edges), leavesAt: at });
    }
    // Stable, so of equals the one found first comes first; more than are still wanted need not be kept.
    candidates = candidates
      .toSorted((a, b) => a.path.slots.length - b.path.slots.length)
      .slice(0, pathsMax - found.length);
  }
  return { found, ended: meter.ended };
}

/** What follows place `at` in the paths found so far that begin as `path` does up to there. */
function nextsOf(found: readonly Path[], path: Path, at: number): ReadonlySet<Slot> {
  const alike = found.filter(({ slots }) =>
    path.slots.slice(0, at + 1).every((slot, n) => slots[n] === slot),
  );
  return new Set(alike.map(({ slots }) => slots[at + 1]!));
}

function leaving(slot: Slot, nexts: ReadonlySet<Slot>, allowed: Hop | null): Hop {
  return (from, to, edge) =>
    !(from === slot && nexts.has(to)) && (allowed === null || allowed(from, to, edge));
}
