// history, history.show, history.diff: what was applied, and how the machine of one generation differs from another.

import { matches, parseAddress } from "../../state/state.ts";
import {
  checkGeneration,
  differenceOf,
  findGeneration,
  listGenerations,
  stateAt,
} from "../../state/history/history.ts";
import type { ReplyOf } from "../../api/api.ts";
import type { Bound } from "../bound.ts";
import { deadlineOf, waiting } from "../guard/checkpoints.ts";
import type { Parts } from "../parts.ts";
import { momentMs, withPast } from "../records/past.ts";
import { readPatterns } from "../scope.ts";

export const history: Bound<"history"> = async (parts, { addresses, limit, since, all }) => {
  const patterns = readPatterns(addresses);
  const waits = await stillOpen(parts);
  return await withPast(parts, ({ past }) => {
    const sinceMs = since === null ? null : momentMs(past, since);
    return { ...listGenerations(past, { limit, patterns, sinceMs, others: all }), waiting: waits };
  });
};

/** Applies that wait for their commit, on any bus: what they did is not history yet. */
async function stillOpen(parts: Parts): Promise<ReplyOf<"history">["waiting"]> {
  const journal = await parts.peekJournal();
  if (journal === null) return [];
  return waiting(journal, parts.clock)
    .filter(({ elsewhere }) => elsewhere === null)
    .map(({ id, begin, state }) => {
      const { actor, time: since } = begin;
      return { id, actor, since, deadline: deadlineOf(begin), state };
    });
}

export const show: Bound<"history.show"> = async (parts, { generation: number }) =>
  await withPast(parts, ({ past, latest }) => {
    const generation = findGeneration(past, number);
    const covers = latest !== null && latest.size > generation.last;
    return { generation, checkpoint: covers ? { size: latest.size, root: latest.root } : null };
  });

export const difference: Bound<"history.diff"> = async (parts, { from, to, addresses }) => {
  const patterns = readPatterns(addresses);
  const hit = (address: string): boolean =>
    patterns.length === 0 || patterns.some((pattern) => matches(pattern, parseAddress(address)));
  return await withPast(parts, ({ past }) => {
    for (const number of [from, to]) checkGeneration(past, number);
    const rows = [...differenceOf(stateAt(past, from), stateAt(past, to))];
    return { from, to, differences: rows.filter(({ address }) => hit(address)) };
  });
};
