// Plain words in what happened: a generation is found when each word stands somewhere in it, without regard to case, and
// is shown with the lines that hold them. There are no secrets to find: the log has digests. Pure.

import { canonicalJson } from "../../base/text/text.ts";
import type { Past } from "../ports.ts";
import { generations, type Generation } from "./generation.ts";
import { addressOfAction, briefOf, type Brief } from "./listing.ts";

export interface Found {
  readonly generation: Brief;
  /** Those that hold at least one word, each in the words of the log. */
  readonly lines: readonly string[];
  /** Lines beyond those. */
  readonly more: number;
}

/** Newest first, at most `limit` generations with `linesMax` lines each. `words`: none empty. */
export function searchPast(
  past: Past,
  words: readonly string[],
  { limit, linesMax }: { readonly limit: number; readonly linesMax: number },
): { readonly found: readonly Found[]; readonly total: number } {
  const lower = words.map((word) => word.toLowerCase());
  const found: Found[] = [];
  let total = 0;
  for (const generation of generations(past)) {
    const missing = new Set(lower);
    const lines: string[] = [];
    let more = 0;
    for (const line of linesOf(generation)) {
      const text = line.toLowerCase();
      const hits = lower.filter((word) => text.includes(word));
      if (hits.length === 0) continue;
      // A line with a word not seen yet is worth more than another one with the same.
      const before = missing.size;
      for (const word of hits) missing.delete(word);
      const isNews = missing.size < before;
      if (lines.length < linesMax || (isNews && lines.length < linesMax + words.length)) lines.push(line);
      else more += 1;
    }
    if (missing.size > 0) continue;
    total += 1;
    found.push({ generation: briefOf(generation), lines, more });
    if (found.length > 2 * limit) found.splice(0, found.length - limit);
  }
  return { found: found.slice(-limit).reverse(), total };
}

/** What a generation says, a line each. */
function* linesOf(generation: Generation): Generator<string> {
  const { number, time, begin, actions, end } = generation;
  const { user, unit, subject } = begin.actor;
  const { apply, purpose, of } = begin;
  yield [`@${number}`, time, apply, purpose, of ?? "", end.end, "by", end.by]
    .filter((text) => text !== "")
    .join(" ");
  yield ["by", user, unit, subject].filter((text) => text !== "").join(" ");
  for (const { file } of begin.documents) yield `document ${file}`;
  for (const action of actions) {
    const change = `${canonicalJson(action.before)} -> ${canonicalJson(action.after)}`;
    const reason = action.reason === "" ? "" : `: ${action.reason}`;
    yield `${addressOfAction(action)} ${action.verb} ${change} ${action.outcome}${reason}`;
    for (const { verb, resource, key, about } of action.also)
      yield `${action.plugin}:${resource}/${key} ${verb} ${about}`;
  }
  for (const fault of end.faults) yield `fault ${fault}`;
  for (const { about, found } of end.probes) yield `probe ${about}: ${found}`;
  for (const { address, found } of end.left) yield `left ${address} ${canonicalJson(found)}`;
}
