// --target and --exclude: which part of a document is planned. Without either everything is.

import type { Fault } from "../base/error.ts";
import { formatAddress, matches, parsePattern, type Address, type Pattern } from "./address.ts";
import type { Drift } from "./model.ts";

export interface Selection {
  /** Only what one of these patterns matches; empty = all. */
  readonly targets: readonly string[];
  /** Not what one of these matches. */
  readonly excludes: readonly string[];
}

export const EVERYTHING: Selection = Object.freeze({ targets: Object.freeze([]), excludes: Object.freeze([]) });

/** Why an address is left out; null = it is planned. */
export type LeftOut = Extract<Drift["why"], "excluded" | "not targeted"> | null;

export interface Selector {
  readonly all: boolean;
  leftOut(address: Address): LeftOut;
  /** The patterns that have matched no address so far. */
  unused(): readonly string[];
}
