// Probes: questions that must be answered well before an apply counts as good. A document lists them under `probes`;
// an uncommitted apply commits early when all of them pass, and goes back early when one fails for its whole time.

import type { DocValue } from "../plugin/plugin.ts";
import type { Position } from "../base/error.ts";

export type Probe = ProbeKind & {
  /** How long it may take until it passes, milliseconds. */
  readonly withinMs: number;
  /** As a person wrote it, for people: `tcp 127.0.0.1:22`. Foreign to a terminal like any text of a document. */
  readonly about: string;
  readonly at: Position;
};
export type ProbeKind =
  /** A value of a plugin is this one. */
  | { readonly kind: "value"; readonly address: string; readonly is: DocValue }
  /** A unit of systemd is active. */
  | { readonly kind: "unit"; readonly unit: string }
  /** Something accepts connections there. */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** A name has an address. */
  | { readonly kind: "dns"; readonly name: string }
  /** A program ends with 0: absolute path and arguments, owned by root, no shell. Counts as needs-confirm. */
  | { readonly kind: "command"; readonly argv: readonly string[] };

export interface ProbeResult {
  readonly passed: boolean;
  /** Why not, or what was found. */
  readonly found: string;
  readonly elapsedMs: number;
}

/** What became of one probe in the end. */
export interface ProbeOutcome extends ProbeResult {
  readonly probe: Probe;
  readonly attempts: number;
}
