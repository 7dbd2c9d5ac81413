// The one reader of what people write: JSON and TOML 1.0, every value with its place, exact integers, all faults at
// once. Values are plain: tables are Maps in order of appearance, so no key of a stranger can reach a prototype;
// integers beyond 2^53 are bigint.

import type { Fault, Position } from "../error.ts";

/** A value with its place. `keyAt` is where its key stands, if it has one. */
export interface Located {
  readonly value: LocatedValue;
  readonly at: Position;
  readonly keyAt?: Position;
}
export type LocatedValue = null | boolean | number | bigint | string | readonly Located[] | LocatedTable;
export type LocatedTable = ReadonlyMap<string, Located>;

export interface TextResult {
  /** null when nothing useful could be read. With faults it holds what was understood. */
  readonly root: Located | null;
  readonly faults: readonly Fault[];
}

export type TextFormat = "json" | "toml";
