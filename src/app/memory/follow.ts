// The job of the daemon that tends its memory, and lets it follow the audit log: a bounded part of it in each turn, and another
// turn soon. Where nothing was ever recorded there is nothing to follow, and no memory is made for it.

import { join } from "node:path";
import { isThere } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Job } from "../daemon/schedule.ts";
import type { Parts } from "../parts.ts";
import { AUDIT_NAMESPACE, feed } from "./feed.ts";
import type { MemoryKeeper } from "./keeper.ts";

export function followAudit(parts: Parts, memory: MemoryKeeper): Job {
  /** Entries that were there after the last turn: while they stay as many there is nothing to do. */
  let known = -1;
  return {
    name: "memory",
    everyMs: LIMITS.memoryFeedEveryMs,
    async run() {
      await memory.memory?.tend();
      if (!isThere(join(parts.configured.config.stateDir, "@timing"))) return;
      const { audit } = await parts.records();
      await audit.refresh();
      if (audit.size === known || audit.size === 0) return;
      const space = await (await memory.open()).space(AUDIT_NAMESPACE);
      const left = await feed(space, audit);
      known = left === 0 ? audit.size : -1;
    },
  };
}
