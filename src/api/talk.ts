// What an operation may say and ask while it runs: events as plain values (contract: the JSON stream carries the same),
// one question, and the signal of Ctrl-C. The doors implement it; operations never print.

import type { Action, Outcome, Progress } from "../plugin/plugin.ts";
import type { Mismatch, Plan, Report } from "../state/state.ts";

export type Event =
  /** Something a person should know before the answer: services started for reading, a lock waited for. */
  | { readonly type: "diagnostic"; readonly severity: "note" | "warning"; readonly message: string }
  | { readonly type: "planned"; readonly plan: Plan; readonly addresses: ReadonlyMap<string, string> }
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

/** An action with the address people know it by. */
export interface Step {
  readonly address: string;
  readonly action: Action;
}

export type Question = "ask-yN" | "ask-yes";

export interface Talk {
  tell(event: Event): void;
  /** True only for a clear yes. */
  ask(question: Question, worst: string): Promise<boolean>;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}
