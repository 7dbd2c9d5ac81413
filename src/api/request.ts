// What each operation takes, as valibot schemas and the types inferred from them. Loaded when an operation is called,
// not for help: the table in api.ts stays free of the validator.

import * as v from "valibot";
import { LIMITS } from "../base/limits.ts";

const names = v.array(v.string());
const ms = v.pipe(v.number(), v.minValue(0));
const holdMs = v.pipe(
  v.number(),
  v.minValue(LIMITS.commitTimeoutMsMin),
  v.maxValue(LIMITS.commitTimeoutMsMax),
);
const applyId = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/, "an id of an apply is hexadecimal"));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const risk = v.picklist(["read", "reversible", "needs-confirm", "irreversible"]);

/** N of `@N`; 0 is before the first. */
const generation = v.pipe(v.number(), v.integer(), v.minValue(0));
const limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.historyListMax));

/** One document as the person named it, with its text: an operation never opens a document itself. */
const source = v.strictObject({
  file: v.string(),
  format: v.picklist(["json", "toml"]),
  text: v.string(),
  /** Why the file must not be trusted as a saved plan (a link, a stranger's, writable by others); null = it may. */
  untrusted: v.nullable(v.string()),
  /** Why the file must not be applied as a document either (a stranger's, writable by everybody); absent = it may. */
  foreign: v.optional(v.string()),
  /** The documents of this generation instead; `file` and `text` are put in their place. */
  generation: v.exactOptional(generation),
});
const sources = v.pipe(v.array(source), v.minLength(1));
/** Tell the trace of the run at its end (event `traced`); absent = no. */
const trace = v.exactOptional(v.boolean());
const selection = { sources, target: names, exclude: names };

export const REQUESTS = {
  /** `known`: text of an earlier discovery; services whose owner is still the same are taken over from it. */
  discover: v.strictObject({ names, activate: v.boolean(), known: v.nullable(v.string()) }),
  introspect: v.strictObject({ name: v.string(), path: v.nullable(v.string()) }),
  /** `at`: RFC 3339 or `@N`; what op-dbus knows of that moment, instead of what is. */
  query: v.strictObject({ addresses: names, at: v.exactOptional(v.string()) }),
  init: v.strictObject({}),
  validate: v.strictObject({ sources, live: v.boolean() }),
  diff: v.strictObject(selection),
  plan: v.strictObject({ ...selection, checkAuth: v.boolean(), revert: v.boolean(), trace }),
  apply: v.strictObject({
    ...selection,
    checkAuth: v.boolean(),
    trace,
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
    /** Timed commit: it goes back after this time unless somebody commits; null = it is kept at once. */
    holdMs: v.nullable(holdMs),
  }),
  /** `list`: only show. `abandon`: end this one (its id, or the begin of it) as it stands; null = put back. */
  recover: v.strictObject({ list: v.boolean(), abandon: v.nullable(applyId) }),
  /** `id`: of the apply, or the begin of it; null = the newest of this bus. */
  commit: v.strictObject({ id: v.nullable(applyId), lockTimeoutMs: v.nullable(ms) }),
  rollback: v.strictObject({ id: v.nullable(applyId), lockTimeoutMs: v.nullable(ms) }),
  "checkpoint.list": v.strictObject({}),
  "checkpoint.show": v.strictObject({ id: v.nullable(applyId) }),
  guard: v.strictObject({ id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)) }),
  verify: v.strictObject({ ...selection, timeoutMs: v.nullable(ms) }),
  /** `since`: RFC 3339 or `@N`; `all`: also what is no generation. */
  history: v.strictObject({ addresses: names, limit, since: v.nullable(v.string()), all: v.boolean() }),
  "history.show": v.strictObject({ generation }),
  "history.diff": v.strictObject({ from: generation, to: generation, addresses: names }),
  blame: v.strictObject({ addresses: names }),
  search: v.strictObject({ text: v.string(), limit }),
  "rollback.to": v.strictObject({
    generation,
    approve: v.nullable(risk),
    terminal: v.boolean(),
    lockTimeoutMs: v.nullable(ms),
  }),
  "audit.verify": v.strictObject({ full: v.boolean(), against: v.array(source), witnesses: names }),
  /** `from` and `to` (not included) are indexes; the last `limit` of them. */
  "audit.list": v.strictObject({
    from: v.nullable(index),
    to: v.nullable(index),
    type: v.nullable(v.string()),
    limit: index,
  }),
  /** `cosignatures`: notes, or signature lines, of the newest head; `witnesses`: keys they must be by. */
  "audit.checkpoint": v.strictObject({ cosignatures: v.array(source), witnesses: names }),
  /** `what`: an index, a generation (@12) or an address. */
  "audit.prove": v.strictObject({ what: v.string(), format: v.picklist(["html", "json"]) }),
  "audit.export": v.strictObject({ directory: v.string(), blobs: v.boolean() }),
  "audit.import": v.strictObject({ path: v.string() }),
  "audit.key": v.strictObject({ rotate: v.boolean() }),
  snapshots: v.strictObject({}),
  /** `label`: lower case letters, digits and dashes; null = manual. `keep`: the retention never drops it. */
  "snapshots.create": v.strictObject({ label: v.nullable(v.string()), keep: v.boolean() }),
  "snapshots.prune": v.strictObject({}),
  /** Absolute paths; none = the configured ones. */
  replicate: v.strictObject({ targets: names }),
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
  "memory.stats": v.strictObject({ namespace: v.nullable(v.string()) }),
  "memory.query": v.strictObject({
    text: v.string(),
    namespace: v.nullable(v.string()),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.memorySearchMax)),
    by: v.picklist(["both", "text", "vector"]),
    /** Absent: as the setting memory_recall has it. */
    recall: v.optional(v.boolean()),
  }),
  "memory.path": v.strictObject({
    from: v.string(),
    to: v.string(),
    namespace: v.string(),
    depth: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.memoryPathDepthMax)),
    best: v.boolean(),
    /** More than 1: through what most of so many shortest paths lead, too. */
    paths: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.memoryPathsMax)),
  }),
  "memory.import": v.strictObject({ path: v.pipe(v.string(), v.startsWith("/")), namespace: v.string() }),
  /** `from`: "" first, then `next` of the page before. */
  "memory.export": v.strictObject({ namespace: v.string(), from: v.string() }),
  "memory.check": v.strictObject({ namespace: v.nullable(v.string()) }),
  "memory.flush": v.strictObject({}),
  doctor: v.strictObject({}),
  /** prometheus: also as its text. */
  metrics: v.strictObject({ format: v.picklist(["readings", "prometheus"]) }),
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
