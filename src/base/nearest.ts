// "Did you mean ...?": the nearest of the names that would have been right. The cost is bounded by LIMITS, so a machine
// with a hundred thousand units answers as fast as one with ten; where nothing is near, nothing is guessed.

import { LIMITS } from "./limits.ts";

/** The candidate nearest to `name` (letters inserted, left out, exchanged or swapped), or null if none is near. Case and
 * `_` `-` count little. The first of equally near ones wins. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  if (name.length > LIMITS.nearestCharsMax) return null;
  const wanted = fold(name);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    if (++seen > LIMITS.nearestCandidatesMax) break;
    if (candidate === name || Math.abs(candidate.length - name.length) > bestDistance) continue;
    const distance = distanceBelow(wanted, fold(candidate), bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
    if (distance === 0) break;
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Damerau-Levenshtein distance (optimal string alignment); at least `cap` as soon as it cannot be less. */
function distanceBelow(a: string, b: string, cap: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(before, j - 2) + 1);
      row.push(cost);
    }
    if (Math.min(...row) >= cap && Math.min(...above) >= cap) return cap;
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
