// What an apply tells while it runs, as plain values: the live line and the JSON stream are made of them.

import type { Action, Outcome, Progress } from "../../plugin/plugin.ts";
import type { Mismatch, Report } from "../model.ts";

/** An action with the address people know it by. */
export interface Step {
  readonly address: string;
  readonly action: Action;
}

/** `index` counts from 1 to `total` through all actions of the plan. */
export type ApplyEvent =
  | {
      readonly type: "checkpoint_armed";
      readonly by: "service";
      readonly plugin: string;
      /** After which the service itself goes back, if nobody commits. */
      readonly timeoutMs: number;
    }
  | { readonly type: "apply_start"; readonly step: Step; readonly index: number; readonly total: number }
  | { readonly type: "apply_progress"; readonly step: Step; readonly progress: Progress }
  | {
      readonly type: "apply_complete" | "apply_failed";
      readonly step: Step;
      readonly index: number;
      readonly total: number;
      readonly outcome: Outcome;
      readonly elapsedMs: number;
    }
  | {
      readonly type: "verify_attempt";
      readonly attempt: number;
      readonly holds: boolean;
      readonly mismatches: readonly Mismatch[];
      readonly elapsedMs: number;
    }
  | { readonly type: "rollback_start"; readonly reason: string; readonly steps: number }
  | { readonly type: "rollback_complete"; readonly end: Report["end"]; readonly left: readonly Mismatch[] };
