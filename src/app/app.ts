// The product put together: operations by name, each loaded when it is first called, over one set of lazily opened parts.
// Requests are checked here, once, for every door. Nothing is parsed, printed or decided.

import { OpError } from "../base/error.ts";
import { checkRequest, type Invoke, type OperationName, type SourceText, type Traffic } from "../api/api.ts";
import type { Bound } from "./bound.ts";
import { openParts, type Parts, type PartsInput } from "./parts.ts";

export interface App {
  readonly invoke: Invoke;
  /** What went over the bus; complete after `close`. */
  traffic(): Traffic | null;
  /** Closes connections. Idempotent. */
  close(): Promise<void>;
}

const BINDINGS: { readonly [N in OperationName]: () => Promise<Bound<N>> } = {
  discover: async () => (await import("./operations/discover.ts")).discover,
  introspect: async () => (await import("./operations/introspect.ts")).introspect,
  query: async () => (await import("./operations/query.ts")).query,
  init: async () => (await import("./operations/init.ts")).init,
  validate: async () => (await import("./operations/validate.ts")).validate,
  diff: async () => (await import("./operations/diff.ts")).diff,
  plan: async () => (await import("./operations/plan.ts")).plan,
  apply: async () => (await import("./operations/apply.ts")).apply,
  recover: async () => (await import("./operations/recover.ts")).recover,
  verify: async () => (await import("./operations/verify.ts")).verify,
  commit: async () => (await import("./operations/commit.ts")).commit,
  rollback: async () => (await import("./operations/rollback.ts")).rollback,
  "checkpoint.list": async () => (await import("./operations/checkpoints.ts")).list,
  "checkpoint.show": async () => (await import("./operations/checkpoints.ts")).show,
  guard: async () => (await import("./operations/guard.ts")).guard,
  "audit.verify": async () => (await import("./operations/audit-verify.ts")).verify,
  "audit.list": async () => (await import("./operations/audit-list.ts")).list,
  "audit.checkpoint": async () => (await import("./operations/audit-checkpoint.ts")).checkpoint,
  "audit.prove": async () => (await import("./operations/audit-prove.ts")).prove,
  "audit.export": async () => (await import("./operations/audit-export.ts")).exportTo,
  "audit.import": async () => (await import("./operations/audit-import.ts")).importFrom,
  "audit.key": async () => (await import("./operations/audit-key.ts")).key,
  snapshots: async () => (await import("./operations/snapshots.ts")).list,
  "snapshots.create": async () => (await import("./operations/snapshots.ts")).create,
  "snapshots.prune": async () => (await import("./operations/snapshots.ts")).pruneNow,
  replicate: async () => (await import("./operations/replicate.ts")).replicateNow,
  history: async () => (await import("./operations/history.ts")).history,
  "history.show": async () => (await import("./operations/history.ts")).show,
  "history.diff": async () => (await import("./operations/history.ts")).difference,
  blame: async () => (await import("./operations/blame.ts")).blame,
  search: async () => (await import("./operations/search.ts")).search,
  "rollback.to": async () => (await import("./operations/rollback-to.ts")).rollbackTo,
  "plugin.list": async () => (await import("./operations/plugins.ts")).list,
  "plugin.show": async () => (await import("./operations/plugins.ts")).show,
  "plugin.create": async () => (await import("./operations/plugin-create.ts")).create,
  "plugin.check": async () => (await import("./operations/plugin-check.ts")).check,
  "memory.stats": async () => (await import("./operations/memory.ts")).stats,
  "memory.query": async () => (await import("./operations/memory-query.ts")).query,
  "memory.path": async () => (await import("./operations/memory-path.ts")).path,
  "memory.import": async () => (await import("./operations/memory-transfer.ts")).importFrom,
  "memory.export": async () => (await import("./operations/memory-transfer.ts")).exportPage,
  "memory.check": async () => (await import("./operations/memory.ts")).check,
  "memory.flush": async () => (await import("./operations/memory.ts")).flush,
  doctor: async () => (await import("./operations/doctor.ts")).doctor,
  metrics: async () => (await import("./operations/metrics.ts")).metrics,
  "config.show": async () => (await import("./operations/about.ts")).configShow,
  complete: async () => (await import("./operations/complete.ts")).complete,
  explain: async () => (await import("./operations/about.ts")).explain,
  version: async () => (await import("./operations/about.ts")).version,
};

/** A request with the documents of each generation (`@12`) that it names. */
async function resolved<R extends object>(parts: Parts, request: R): Promise<R> {
  if (!("sources" in request)) return request;
  const sources = request.sources as readonly SourceText[];
  if (sources.every(({ generation }) => generation === undefined)) return request;
  return { ...request, sources: await (await import("./records/past.ts")).withDocuments(parts, sources) };
}

export function buildApp(input: PartsInput): App {
  const parts = openParts(input);
  return {
    async invoke(name, request, talk) {
      const faults = await checkRequest(name, request);
      if (faults.length > 0) throw new OpError("OPD9019", `${name}: ${faults.join("; ")}`);
      const operation = await BINDINGS[name]();
      return await operation(parts, await resolved(parts, request), talk);
    },
    traffic: () => parts.traffic(),
    close: () => parts.close(),
  };
}
