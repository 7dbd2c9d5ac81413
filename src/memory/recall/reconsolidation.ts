// Reconsolidation (Nader, Schafe & LeDoux 2000): a memory that was actively recalled can be changed for some hours, most in the
// middle of them and not at all at their edges. Here it is the policy for edits: inside the window one is let through, outside
// it is refused with the reason. Pure; what an edit makes of a concept is in edit.ts.

import type { Rejection } from "../../telemetry/metrics/metrics.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OPENS_MS = HOUR_MS;
const CLOSES_MS = 6 * HOUR_MS;
const AGE_MIN_MS = DAY_MS;
const AGE_MAX_MS = 365 * DAY_MS;
const PLASTICITY_MOST = 0.5;
/** Text and attributes change only beyond this plasticity. */
export const PLASTICITY_CONTENT = 0.2;
/** Edits of one memory, each after a recall of its own: beyond, it is taken for worn out. */
const CYCLES_WARN = 10;
const CYCLES_MAX = 20;

export interface Recollection {
  /** Last active recall, milliseconds since 1970; null = none: it was never recalled, or only read. */
  readonly recalledMs: number | null;
  readonly learnedMs: number;
  /** Edits so far. */
  readonly cycles: number;
}

export interface OpenWindow {
  readonly open: true;
  /** 0..1 within the window. */
  readonly position: number;
  /** 0 at both edges, 0.5 in the middle. */
  readonly plasticity: number;
  /** 0.5..0.9: how sure the edit itself is. */
  readonly certainty: number;
  /** The recall that opened it, milliseconds since 1970. */
  readonly recalledMs: number;
  readonly warning: string | null;
}
export type Window =
  | OpenWindow
  | {
      readonly open: false;
      /** Where in the window it would be; NaN = never actively recalled. */
      readonly position: number;
      readonly reason: Rejection;
      readonly why: string;
    };

export function windowOf({ recalledMs, learnedMs, cycles }: Recollection, nowMs: number): Window {
  if (recalledMs === null) return shut(NaN, "other", "it was not actively recalled");
  const sinceMs = nowMs - recalledMs;
  const ageMs = recalledMs - learnedMs;
  const position = (sinceMs - OPENS_MS) / (CLOSES_MS - OPENS_MS);
  if (sinceMs < OPENS_MS)
    return shut(position, "too-soon", "it was recalled less than an hour ago: wait until an hour has passed");
  if (sinceMs > CLOSES_MS)
    return shut(
      position,
      "outside-window",
      "it was recalled more than six hours ago: recall it again, and wait an hour",
    );
  if (ageMs < AGE_MIN_MS)
    return shut(position, "too-soon", "it was less than a day old when it was recalled");
  if (ageMs > AGE_MAX_MS)
    return shut(position, "outside-window", "it was more than a year old when it was recalled");
  if (cycles >= CYCLES_MAX)
    return shut(
      position,
      "other",
      `it was changed ${CYCLES_MAX} times, and what it said at first is worn out`,
    );
  const peak = 4 * position * (1 - position);
  return Object.freeze({
    open: true,
    position,
    plasticity: PLASTICITY_MOST * peak,
    certainty: 0.5 + 0.4 * peak,
    recalledMs,
    warning: cycles >= CYCLES_WARN ? `it was changed ${cycles} times before` : null,
  });
}

function shut(position: number, reason: Rejection, why: string): Window {
  return Object.freeze({ open: false, position, reason, why });
}
