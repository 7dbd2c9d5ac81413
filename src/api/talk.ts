// What an operation may say and ask while it runs: events as plain values (the JSON stream carries the same),
// one question, and the signal of Ctrl-C. The doors implement it; operations never print.

import type { ApplyEvent, Plan } from "../state/state.ts";

export type Event =
  /** Something a person should know before the answer: services started for reading, a lock waited for. */
  | { readonly type: "diagnostic"; readonly severity: "note" | "warning"; readonly message: string }
  /** The plan that is about to be applied; `addresses` by action id. */
  | { readonly type: "planned"; readonly plan: Plan; readonly addresses: ReadonlyMap<string, string> }
  /** A guard is ready: it goes back by itself at `deadline` (RFC 3339) unless somebody commits. `unit`: "" = none. */
  | {
      readonly type: "checkpoint_armed";
      readonly by: "guard";
      readonly id: string;
      readonly timeoutMs: number;
      readonly deadline: string;
      readonly pid: number;
      readonly unit: string;
    }
  /** The end of an apply is on disk: its entries, first and last index, and the signed head over them. */
  | {
      readonly type: "audit_appended";
      /** Id of the apply. */
      readonly apply: string;
      readonly entries: readonly [first: number, last: number];
      readonly size: number;
      /** base64. */
      readonly root: string;
    }
  /** The end of a run that was asked for its trace: the text of a Perfetto file. */
  | {
      readonly type: "traced";
      readonly text: string;
      readonly spans: number;
      /** Spans that found no room, the oldest ones. */
      readonly dropped: number;
    }
  | ApplyEvent;

export type Question = "ask-yN" | "ask-yes";

export interface Talk {
  tell(event: Event): void;
  /** True only for a clear yes. `worst` is the worst risk class of the plan. */
  ask(question: Question, worst: string): Promise<boolean>;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Process `pid` does the work, and goes on with it when this one leaves. */
  elsewhere?(pid: number): void;
}
