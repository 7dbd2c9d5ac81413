// The table: every operation once, with its name, one sentence, permission and effect. Command line, help, completion
// and reference pages are made from it. No logic: app/ binds the operations to what does them. Requests are checked by
// request.ts, which is loaded with the first call.

import type { Reply } from "./reply.ts";
import type { Requests } from "./request.ts";
import type { Talk } from "./talk.ts";

export type * from "./reply.ts";
export type * from "./talk.ts";
export type { SourceText } from "./request.ts";
export type { Action, DocValue } from "../plugin/plugin.ts";
export type { Drift, Step, Mismatch, Plan, Verification } from "../state/state.ts";

/** Who may ask: reads are for everyone the bus lets in, changes are not. */
export type Permission = "read" | "change";
/** What it touches: nothing outside this process, files of the caller, the bus by reads alone, or the machine. */
export type Effect = "none" | "files" | "reads" | "changes";

export interface OperationEntry {
  /** One sentence: starts with a verb, no full stop. */
  readonly about: string;
  readonly permission: Permission;
  readonly effect: Effect;
}

function read(effect: Effect, about: string): OperationEntry {
  return Object.freeze({ about, permission: "read", effect });
}
function change(about: string): OperationEntry {
  return Object.freeze({ about, permission: "change", effect: "changes" });
}

export const OPERATIONS = Object.freeze({
  discover: read(
    "reads",
    "List every bus name with its owner, objects, properties and the plugin that manages it",
  ),
  introspect: read("reads", "Show the interfaces, members and live values of one object"),
  query: read("reads", "Show what is, as a document that can be applied"),
  init: read("reads", "Write a first commented document from what is here"),
  validate: read("reads", "Check documents; with --live against this machine too"),
  diff: read("reads", "Show where the machine differs from the documents"),
  plan: read("reads", "Show what apply would do, call by call, without doing it"),
  apply: change("Plan, confirm, apply and verify; put everything back on failure"),
  verify: read("reads", "Ask whether the machine is as the documents say"),
  "plugin.list": read("files", "List the plugins that can be used here"),
  "plugin.show": read("reads", "Show what a plugin can manage: fields, types, how each is written"),
  "plugin.create": read(
    "files",
    "Write a plugin folder for a service: introspection and a mapping draft to edit",
  ),
  "plugin.check": read("reads", "Check a plugin folder, and against the live service where it is reachable"),
  doctor: read("reads", "Check what this machine offers and say what is missing"),
  "config.show": read("files", "Show every setting and where its value came from"),
  complete: read("reads", "Give live names for shell completion"),
  explain: read("none", "Explain an error code: what it means and what to do"),
  version: read("none", "Show the version of op-dbus and of what it runs on"),
}) satisfies Readonly<Record<keyof Requests, OperationEntry>>;

export type OperationName = keyof typeof OPERATIONS;
export type RequestOf<N extends OperationName> = Requests[N];
export type ReplyOf<N extends OperationName> = Reply[N];

/** How the doors reach operations: in this process, or (the same shape) over a socket. Rejects with OpError. */
export type Invoke = <N extends OperationName>(
  name: N,
  request: RequestOf<N>,
  talk: Talk,
) => Promise<ReplyOf<N>>;

/** What is wrong with a request, as messages; none when it is as its operation takes it. */
export async function checkRequest(name: OperationName, request: unknown): Promise<readonly string[]> {
  return (await import("./request.ts")).requestFaults(name, request);
}
