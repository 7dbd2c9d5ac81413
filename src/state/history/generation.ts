// Generations: the applies that came to an end, counted from 1 in the order of the log. The log says the order, the clock
// only tells people: it may have gone back. An apply's entries stand together in the log, so one apply at a time is held
// in memory, however long the log is. Pure.

import type { Plain, PlainTable } from "../../base/text/text.ts";
import type { Past } from "../ports.ts";
import type { ActionEntry, BeginEntry, EndEntry, GapEntry } from "../record/recorded.ts";
import { recordedIn } from "./form.ts";

export interface Generation {
  /** 1, 2, ...; written `@1`. */
  readonly number: number;
  /** Where its entries lie in the audit log, both included. */
  readonly first: number;
  readonly last: number;
  /** When its end was recorded, RFC 3339, and as milliseconds since 1970. */
  readonly time: string;
  readonly timeMs: number;
  /** The signed tree head before it, as its first entry says. */
  readonly previous: { readonly size: number; readonly root: string } | null;
  readonly begin: BeginEntry;
  readonly actions: readonly ActionEntry[];
  readonly end: EndEntry;
}

/** What stands in the log beside the applies. */
export interface Other {
  readonly index: number;
  readonly type: string;
  readonly time: string;
  readonly gap: GapEntry | null;
  readonly value: PlainTable;
}

export type Happening =
  | { readonly kind: "generation"; readonly generation: Generation }
  | { readonly kind: "other"; readonly other: Other };

interface Open {
  readonly first: number;
  readonly value: PlainTable;
  readonly begin: BeginEntry;
  readonly actions: ActionEntry[];
}

/** Everything that happened, oldest first. An apply without its end is none: the log takes all entries of one or none. */
export function* happenings(past: Past): Generator<Happening> {
  let open: Open | null = null;
  let number = 0;
  for (const { index, value } of past.entries()) {
    const entry = recordedIn(value);
    if (entry === null) yield { kind: "other", other: otherOf(index, value) };
    else if (entry.type === "begin") open = { first: index, value, begin: entry, actions: [] };
    else if (entry.type === "action") {
      if (entry.apply === open?.begin.apply) open.actions.push(entry);
    } else if (entry.apply === open?.begin.apply) {
      number += 1;
      yield { kind: "generation", generation: closed(number, open, entry, index, value) };
      open = null;
    }
  }
}

/** The same without what stands beside them. */
export function* generations(past: Past): Generator<Generation> {
  for (const happening of happenings(past)) if (happening.kind === "generation") yield happening.generation;
}

function closed(number: number, open: Open, end: EndEntry, last: number, value: PlainTable): Generation {
  const { first, begin, actions } = open;
  const time = textOf(value["time"]);
  const { previous = null } = open.value as { readonly previous?: Generation["previous"] };
  return { number, first, last, time, timeMs: Date.parse(time), previous, begin, actions, end };
}

function otherOf(index: number, value: PlainTable): Other {
  const gap = value["type"] === "gap" ? (value as unknown as GapEntry) : null;
  return { index, type: textOf(value["type"]), time: textOf(value["time"]), gap, value };
}

/** "" for what no entry of ours has there. */
function textOf(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What an apply made or meant to make other than it was: what it did, without what was not begun. */
export function changedOf({ actions, end }: Pick<Generation, "actions" | "end">): number {
  if (end.end === "restored") return 0;
  return actions.filter(({ outcome }) => outcome === "done").length;
}
