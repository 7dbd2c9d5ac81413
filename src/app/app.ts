// The product put together: operations by name, each loaded when it is first called, over one set of lazily opened parts.
// Requests are checked here, once, for every door. Nothing is parsed, printed or decided.

import { OpError } from "../base/error.ts";
import { checkRequest, type Invoke, type OperationName, type Traffic } from "../api/api.ts";
import type { Bound } from "./bound.ts";
import { openParts, type PartsInput } from "./parts.ts";

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
  verify: async () => (await import("./operations/verify.ts")).verify,
  "plugin.list": async () => (await import("./operations/plugins.ts")).list,
  "plugin.show": async () => (await import("./operations/plugins.ts")).show,
  "plugin.create": async () => (await import("./operations/plugin-create.ts")).create,
  "plugin.check": async () => (await import("./operations/plugin-check.ts")).check,
  doctor: async () => (await import("./operations/doctor.ts")).doctor,
  "config.show": async () => (await import("./operations/about.ts")).configShow,
  complete: async () => (await import("./operations/complete.ts")).complete,
  explain: async () => (await import("./operations/about.ts")).explain,
  version: async () => (await import("./operations/about.ts")).version,
};

export function buildApp(input: PartsInput): App {
  const parts = openParts(input);
  return {
    async invoke(name, request, talk) {
      const faults = await checkRequest(name, request);
      if (faults.length > 0) throw new OpError("OPD9019", `${name}: ${faults.join("; ")}`);
      const operation = await BINDINGS[name]();
      return await operation(parts, request, talk);
    },
    traffic: () => parts.traffic(),
    close: () => parts.close(),
  };
}
