// Series of one metric by the values of its labels, for labels that are only known at run time: the service and member of
// a bus call. A known set costs one look-up a label, the one that was asked for last a comparison, and nothing is allocated;
// the number of sets is bounded by the metric.

import { LIMITS } from "../../base/limits.ts";
import type { Labels } from "./model.ts";

export interface Family<T> {
  /** The series of these values, one for each label; beyond the cap that of "other". */
  of(first: string, second?: string): T;
}

/** `register` is a method of Metrics with its name and help: `(labels) => metrics.counter("calls", "Calls", labels)`. */
export function family<T>(
  register: (labels: Labels) => T,
  ...names: readonly [string] | readonly [string, string]
): Family<T> {
  const [one, two] = names;
  const known = new Map<string, Map<string, T>>();
  let kept = 0;
  // The same comes again and again, and tables that lie cold cost more than all the counting.
  let lastFirst = "";
  let lastSecond = "";
  let last: T | undefined;
  return Object.freeze({
    of(first: string, second: string = ""): T {
      if (last !== undefined && first === lastFirst && second === lastSecond) return last;
      const there = known.get(first)?.get(second);
      if (there !== undefined) {
        lastFirst = first;
        lastSecond = second;
        last = there;
        return there;
      }
      const made = register(two === undefined ? { [one]: first } : { [one]: first, [two]: second });
      // The register counts what it refused, so what is refused must come by again.
      if (kept < LIMITS.metricSeriesMax) {
        kept++;
        const row = known.get(first) ?? new Map<string, T>();
        known.set(first, row.set(second, made));
      }
      return made;
    },
  });
}
