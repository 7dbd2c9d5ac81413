// search: plain words in what was applied.

import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import { searchPast } from "../../state/history/history.ts";
import type { Bound } from "../bound.ts";
import { withPast } from "../records/past.ts";

export const search: Bound<"search"> = async (parts, { text, limit }) => {
  const words = text.split(/\s+/u).filter((word) => word !== "");
  if (words.length === 0) throw new OpError("OPD9001", "there is no word to search for");
  const bounds = { limit, linesMax: LIMITS.searchLinesMax };
  return await withPast(parts, ({ past }) => searchPast(past, words, bounds));
};
