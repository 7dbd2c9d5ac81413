// The time a text speaks of: the first year, month or day in it, and the words beside it that say whether that is a beginning,
// an end or the whole. Seconds since 1970 in UTC, by the true calendar; a period ends with its last second.

import type { Semantic } from "../model.ts";
import { AFTER, BEFORE, BETWEEN, DURING, isIn } from "./cues.ts";

type Bounds = NonNullable<Semantic["bounds"]>;

const DATE = String.raw`((?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)\b`;
const THE_YEAR = String.raw`\s+(?:the\s+year\s+)?`;
const beside = (words: string): RegExp => new RegExp(String.raw`\b(?:${words})${THE_YEAR}${DATE}`, "iu");

const RANGE = new RegExp(
  String.raw`\b(between|from)${THE_YEAR}${DATE}\s*(?:and|to|until|till|through|-)\s*${DATE}`,
  "iu",
);
const UNTIL = beside("until|till|up to|by|through");
const EARLIER = beside("before|prior to|preceding|earlier than|pre");
const SINCE = beside("since|from|after|following|subsequent to|later than|post|as of|starting in");
const WITHIN = beside("in|during|throughout|within|in the course of");
const ANY = new RegExp(String.raw`\b${DATE}`, "u");

/** null = the text names no time. Where only a year is named and nothing beside it says more, its end is open. */
export function whenOf(text: string): Bounds | null {
  const range = RANGE.exec(text);
  if (range !== null) {
    const [first, last] = [periodOf(range[2]!), periodOf(range[3]!)];
    if (first.startS <= last.endS) return { startS: first.startS, endS: last.endS, relation: "between" };
  }
  const until = UNTIL.exec(text);
  if (until !== null) return { startS: null, endS: periodOf(until[1]!).endS, relation: "before" };
  const earlier = EARLIER.exec(text);
  if (earlier !== null) return { startS: null, endS: periodOf(earlier[1]!).startS - 1, relation: "before" };
  const since = SINCE.exec(text);
  if (since !== null) return { startS: periodOf(since[1]!).startS, endS: null, relation: "after" };
  const within = WITHIN.exec(text);
  if (within !== null) return { ...periodOf(within[1]!), relation: "during" };
  const any = ANY.exec(text);
  if (any === null) return null;
  return { startS: periodOf(any[1]!).startS, endS: null, relation: relationOf(text) };
}

function relationOf(text: string): Bounds["relation"] {
  if (isIn(AFTER, text)) return "after";
  if (isIn(BEFORE, text)) return "before";
  if (isIn(DURING, text)) return "during";
  return isIn(BETWEEN, text) ? "between" : "at";
}

/** First and last second of a year, month or day; what is no date of the calendar counts as its year. */
function periodOf(date: string): { startS: number; endS: number } {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  if (day >= 1 && new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(date))
    return period(Date.UTC(year, month - 1, day), Date.UTC(year, month - 1, day + 1));
  if (date.length === 7 && month >= 1 && month <= 12)
    return period(Date.UTC(year, month - 1), Date.UTC(year, month));
  return period(Date.UTC(year, 0), Date.UTC(year + 1, 0));
}

function period(fromMs: number, toMs: number): { startS: number; endS: number } {
  return { startS: fromMs / 1000, endS: toMs / 1000 - 1 };
}
