// The words between a client and the daemon: lines of JSON over a Unix socket in a private folder. The daemon speaks
// first. Every line is one message; what operations take and give is inside, as wire/values.ts writes it. The bytes are
// in docs/design/socket.md.

import type { Actor } from "../state/state.ts";
import type { Question } from "./talk.ts";

export { decodeValue, encodeValue } from "./wire/values.ts";
export { errorFromWire, errorToWire } from "./wire/error.ts";
export { lineReader, writeLine } from "./wire/lines.ts";

/** A client and a daemon of different numbers do not talk: the client does the work itself. */
export const PROTOCOL = 1;

/** First from the daemon: what it works with. Only who would work with the same asks it for anything. */
export interface Hello {
  readonly type: "hello";
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  /** As client/shared.ts tells them: what has to be the same on both sides. */
  readonly shared: Readonly<Record<string, string>>;
}

/** Settings that the caller's word decides, in milliseconds. */
export interface CallerSettings {
  readonly call_deadline_ms: number;
  readonly verify_timeout_ms: number;
  readonly lock_timeout_ms: number;
}

export type FromClient =
  /** First from the client: who asks. One connection is one run of a command. */
  | { readonly type: "begin"; readonly actor: Actor; readonly settings: CallerSettings }
  | { readonly type: "request"; readonly id: number; readonly operation: string; readonly request: unknown }
  /** The person interrupted: what runs ends in order. */
  | { readonly type: "abort"; readonly id: number }
  /** To `ask`: true for a clear yes. To `variables`: name -> value. */
  | { readonly type: "answer"; readonly ask: number; readonly answer: unknown }
  /** Nothing more is asked: tell the traffic and close. */
  | { readonly type: "end" }
  | { readonly type: "ping" };

export type FromDaemon =
  | Hello
  /** The request is begun. Without this word nothing was: the client does it itself. */
  | { readonly type: "taken"; readonly id: number }
  | { readonly type: "event"; readonly id: number; readonly event: unknown }
  | {
      readonly type: "ask";
      readonly ask: number;
      readonly id: number;
      readonly question: Question;
      readonly worst: string;
    }
  | { readonly type: "variables"; readonly ask: number; readonly names: readonly string[] }
  | { readonly type: "reply"; readonly id: number; readonly reply: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: unknown }
  /** It is not begun, and why. */
  | { readonly type: "refused"; readonly id: number; readonly why: string }
  | { readonly type: "ended"; readonly traffic: unknown }
  | { readonly type: "pong" };
