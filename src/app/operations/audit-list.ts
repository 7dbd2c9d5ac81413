// audit list: entries as they stand in the log, newest last.

import type { EntryReply } from "../../api/api.ts";
import type { Bound } from "../bound.ts";
import { withPast } from "../records/past.ts";

export const list: Bound<"audit.list"> = (parts, { from, to, type, limit }) =>
  withPast(parts, ({ audit }) => {
    if (audit === null) return { size: 0, entries: [] };
    const end = Math.min(to ?? audit.size, audit.size);
    // Without a type only the last ones have to be read.
    const start = Math.max(from ?? 0, type === null ? end - limit : 0);
    const entries: EntryReply[] = [];
    for (const { index, value } of audit.entries(start, end)) {
      if (type !== null && value["type"] !== type) continue;
      entries.push({ index, value });
      if (entries.length > limit) entries.shift();
    }
    return { size: audit.size, entries };
  });
