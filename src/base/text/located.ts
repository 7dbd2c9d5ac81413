// A value of a text with its place. A node keeps two offsets and its source; line and column are counted only when
// somebody asks, from one table of line starts a text, so that reading a large document without faults never pays for
// them. Nodes are made by the readers of this folder alone and do not change afterwards.

import type { Position } from "../error.ts";
import { LIMITS } from "../limits.ts";

/** A value with its place. `keyAt` is where its key stands, if it has one. */
export interface Located {
  readonly value: LocatedValue;
  readonly at: Position;
  readonly keyAt?: Position | undefined;
}
export type LocatedValue = null | boolean | number | bigint | string | readonly Located[] | LocatedTable;
export type LocatedTable = ReadonlyMap<string, Located>;

/** A text with its name; finds lines. A byte order mark at its beginning is dropped: no column counts it. */
export class Source {
  readonly file: string;
  readonly text: string;
  #starts: readonly number[] | null = null;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.startsWith("\u{feff}") ? text.slice(1) : text;
  }

  /** Line and column, from 1, of an offset in UTF-16 units. */
  position(offset: number): Position {
    const starts = (this.#starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The line of a position without its line end; of a line beyond LIMITS.snippetCharsMax the part around it. */
  snippet(position: Position): string {
    const starts = (this.#starts ??= lineStarts(this.text));
    const start = starts[position.line - 1];
    if (start === undefined) return "";
    let end = starts[position.line] ?? this.text.length;
    while (end > start && isLineEnd(this.text.charCodeAt(end - 1))) end--;
    if (end - start <= LIMITS.snippetCharsMax) return this.text.slice(start, end);
    const from = Math.max(start, start + position.column - 1 - (LIMITS.snippetCharsMax >> 1));
    const to = Math.min(end, from + LIMITS.snippetCharsMax);
    return `${from > start ? "…" : ""}${this.text.slice(from, to)}${to < end ? "…" : ""}`;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function isLineEnd(unit: number): boolean {
  return unit === 10 || unit === 13;
}

/** A value as a reader makes it. `keyOffset` is -1 where there is no key. */
export class Node implements Located {
  readonly value: LocatedValue;
  readonly source: Source;
  readonly offset: number;
  readonly keyOffset: number;

  constructor(value: LocatedValue, source: Source, offset: number, keyOffset: number) {
    this.value = value;
    this.source = source;
    this.offset = offset;
    this.keyOffset = keyOffset;
  }

  get at(): Position {
    return this.source.position(this.offset);
  }

  get keyAt(): Position | undefined {
    return this.keyOffset < 0 ? undefined : this.source.position(this.keyOffset);
  }
}
