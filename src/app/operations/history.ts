// history, history.show, history.diff: what was applied, and how the machine of one generation differs from another.

import { matches, parseAddress } from "../../state/state.ts";
import {
  checkGeneration,
  differenceOf,
  findGeneration,
  listGenerations,
  stateAt,
} from "../../state/history/history.ts";
import type { Bound } from "../bound.ts";
import { momentMs, withPast } from "../past.ts";
import { readPatterns } from "../scope.ts";

export const history: Bound<"history"> = async (parts, { addresses, limit, since, all }) => {
  const patterns = readPatterns(addresses);
  return await withPast(parts, ({ past }) => {
    const sinceMs = since === null ? null : momentMs(past, since);
    return listGenerations(past, { limit, patterns, sinceMs, others: all });
  });
};

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
