// What each operation takes, as valibot schemas and the types inferred from them. Loaded when an operation is called,
// not for help: the table in api.ts stays free of the validator.

import * as v from "valibot";

const names = v.array(v.string());
const ms = v.pipe(v.number(), v.minValue(0));
const risk = v.picklist(["read", "reversible", "needs-confirm", "irreversible"]);

/** One document as the person named it, with its text: an operation never opens a document itself. */
const source = v.strictObject({
  file: v.string(),
  format: v.picklist(["json", "toml"]),
  text: v.string(),
  /** Why the file must not be trusted as a saved plan (a link, a stranger's, writable by others); null = it may. */
  untrusted: v.nullable(v.string()),
});
const sources = v.pipe(v.array(source), v.minLength(1));
const selection = { sources, target: names, exclude: names };

export const REQUESTS = {
  /** `known`: text of an earlier discovery; services whose owner is still the same are taken over from it. */
  discover: v.strictObject({ names, activate: v.boolean(), known: v.nullable(v.string()) }),
  introspect: v.strictObject({ name: v.string(), path: v.nullable(v.string()) }),
  query: v.strictObject({ addresses: names }),
  init: v.strictObject({}),
  validate: v.strictObject({ sources, live: v.boolean() }),
  diff: v.strictObject(selection),
  plan: v.strictObject({ ...selection, checkAuth: v.boolean(), revert: v.boolean() }),
  apply: v.strictObject({
    ...selection,
    checkAuth: v.boolean(),
    refresh: v.boolean(),
    verify: v.boolean(),
    /** Highest class that goes ahead unasked; null = what a terminal decides. */
    approve: v.nullable(risk),
    /** A person can be asked. */
    terminal: v.boolean(),
    requireUndo: v.nullable(v.picklist(["native", "inverse", "compensate", "none"])),
    requireFidelity: v.nullable(v.picklist(["simulated", "computed", "opaque"])),
    /** null = the configured value. */
    verifyTimeoutMs: v.nullable(ms),
    lockTimeoutMs: v.nullable(ms),
  }),
  verify: v.strictObject({ ...selection, timeoutMs: v.nullable(ms) }),
  "plugin.list": v.strictObject({}),
  "plugin.show": v.strictObject({ name: v.string() }),
  "plugin.create": v.strictObject({
    name: v.string(),
    /** A service of the bus, or a mapping of the first generation. */
    from: v.union([v.strictObject({ service: v.string() }), v.strictObject({ seed: source })]),
    directory: v.nullable(v.string()),
  }),
  /** `plugin`: a plugin folder, or the name of a plugin. */
  "plugin.check": v.strictObject({ plugin: v.string(), approve: v.boolean() }),
  doctor: v.strictObject({}),
  "config.show": v.strictObject({}),
  complete: v.strictObject({ kind: v.picklist(["bus-name", "plugin", "address"]), partial: v.string() }),
  explain: v.strictObject({ code: v.string() }),
  version: v.strictObject({}),
} as const;

export type SourceText = v.InferOutput<typeof source>;
export type Requests = { readonly [N in keyof typeof REQUESTS]: v.InferOutput<(typeof REQUESTS)[N]> };

/** What is wrong with a request (path and message), nothing when it is as its operation takes it. */
export function requestFaults(name: keyof typeof REQUESTS, request: unknown): readonly string[] {
  const result = v.safeParse(REQUESTS[name] as v.GenericSchema, request);
  return result.success
    ? []
    : result.issues.map((issue) => `${v.getDotPath(issue) ?? "request"}: ${issue.message}`);
}
