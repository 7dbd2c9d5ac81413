// An export in pages: lines of a snapshot, some at a time, so that neither side keeps all of it. Concepts in the order of their
// slots, then associations with their sources.

import type { Snapshot } from "../ports.ts";
import { associationLine, conceptLine, headLine } from "./line.ts";

export interface ExportPage {
  /** Each ends with a new line. */
  readonly text: string;
  /** What to ask for next; null = that was all. */
  readonly next: string | null;
}

const PAGE_CHARS = 512 * 1024;

/** `from`: "" is the beginning, else `next` of the page before, of the same snapshot. `vectors`: who made them. */
export function exportLines(graph: Snapshot, vectors: string | null, from: string): ExportPage {
  const [, kind = "c", digits = "0"] = /^([ca])(\d{1,15})$/.exec(from) ?? [];
  const lines: string[] = from === "" ? [headLine(vectors)] : [];
  let sizeChars = 0;
  const put = (line: string): void => {
    lines.push(line);
    sizeChars += line.length;
  };
  const page = (next: string | null): ExportPage => ({
    text: lines.map((line) => `${line}\n`).join(""),
    next,
  });
  let slot = Number(digits);
  if (kind === "c") {
    for (; slot < graph.slotEnd; slot++) {
      if (sizeChars >= PAGE_CHARS) return page(`c${slot}`);
      const concept = graph.concept(slot);
      if (concept !== null) put(conceptLine(concept));
    }
    slot = 0;
  }
  for (; slot < graph.slotEnd; slot++) {
    if (sizeChars >= PAGE_CHARS) return page(`a${slot}`);
    // Newest first in the graph: read back the other way round they lie as they did.
    const edges: number[] = [];
    for (let edge = graph.firstOut(slot); edge !== 0; edge = graph.nextOut(edge)) edges.push(edge);
    for (const edge of edges.toReversed()) put(associationLine(graph, edge));
  }
  return page(null);
}
