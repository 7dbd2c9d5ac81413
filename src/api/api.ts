// The table: every operation once, with its name, one sentence, permission and effect. Command line, help, completion
// and reference pages are made from it. No logic: app/ binds the operations to what does them. Requests are checked by
// request.ts, which is loaded with the first call.

import type { Reply } from "./reply.ts";
import type { Requests } from "./request.ts";
import type { Talk } from "./talk.ts";

export type * from "./reply.ts";
export type * from "./talk.ts";
export type * from "./caller.ts";
export type { SourceText } from "./request.ts";
export type { Action, DocValue } from "../plugin/plugin.ts";
export type { Brief, Generation, Listed } from "../state/history/history.ts";
export type { Actor, Drift, Step, Mismatch, Plan, Verification } from "../state/state.ts";

/** Who may ask: reads are for everyone the bus lets in, changes are not. */
export type Permission = "read" | "change";
/** What it touches: nothing outside this process, files of the caller, the bus by reads alone, or the machine. */
export type Effect = "none" | "files" | "reads" | "changes";

/** Where it is done when a daemon holds the state directory: there, or always in the process of who asks, because it is
 * about that process and its files. */
export type Place = "daemon" | "caller";

export interface OperationEntry {
  /** One sentence: starts with a verb, no full stop. */
  readonly about: string;
  readonly permission: Permission;
  readonly effect: Effect;
  readonly place: Place;
}

function read(effect: Effect, about: string): OperationEntry {
  return Object.freeze({
    about,
    permission: "read",
    effect,
    place: effect === "reads" ? "daemon" : "caller",
  });
}
function change(about: string): OperationEntry {
  return Object.freeze({ about, permission: "change", effect: "changes", place: "daemon" });
}
/** Adds to the records of op-dbus and changes nothing else. */
function keep(about: string): OperationEntry {
  return Object.freeze({ about, permission: "change", effect: "files", place: "caller" });
}
/** Done where it is asked: it names files relative to the caller, or tells of the caller's own surroundings. */
function here(entry: OperationEntry): OperationEntry {
  return Object.freeze({ ...entry, place: "caller" });
}

/** Done by the daemon: it is about that process. */
function there(entry: OperationEntry): OperationEntry {
  return Object.freeze({ ...entry, place: "daemon" });
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
  recover: change("Resolve what a crash left: finish an interrupted apply, or put it back"),
  commit: change("Keep what an apply with --no-commit did"),
  rollback: change("Go back from an apply that waits for its commit, or to an earlier generation"),
  "checkpoint.list": read("reads", "List the applies that wait for their commit"),
  "checkpoint.show": read("reads", "Show one apply that waits for its commit"),
  guard: here(
    change("Keep the time of an apply that waits for its commit, and put it back when that is over"),
  ),
  history: read("files", "List what was applied, newest first: the generations of this machine"),
  "history.show": read("files", "Show one generation: what it changed, from what, and how it ended"),
  "history.diff": read("files", "Show how the machine of one generation differs from that of another"),
  blame: read("reads", "Show who last set each value, when, and from what"),
  search: read("files", "Search what was applied for plain words"),
  "rollback.to": change("Lead the machine back to an earlier generation: plan, confirm, apply and verify"),
  "audit.verify": read("files", "Check the audit log offline: every byte, hash, signature and anchor"),
  "audit.list": read("files", "List entries of the audit log as they stand there"),
  "audit.checkpoint": keep("Sign what the audit log holds now and show the signed head"),
  "audit.prove": keep("Write one file that proves entries of the audit log to anybody"),
  "audit.export": keep("Write the audit log as a standard folder of tiles that others can check"),
  "audit.import": keep(
    "Take over what the first generation of op-dbus recorded, labelled by what it is worth",
  ),
  "audit.key": keep("Show the key that signs the audit log, or change it"),
  snapshots: read("files", "List the snapshots of the records, and with --explain why each is kept or goes"),
  "snapshots.create": change("Snapshot the records now, then remove what the retention drops"),
  "snapshots.prune": change("Remove the snapshots that the retention drops"),
  replicate: change("Copy the snapshots to other file systems, as differences, and compare each copy"),
  "plugin.list": read("files", "List the plugins that can be used here"),
  "plugin.show": read("reads", "Show what a plugin can manage: fields, types, how each is written"),
  "plugin.create": read(
    "files",
    "Write a plugin folder for a service: introspection and a mapping draft to edit",
  ),
  "plugin.check": here(
    read("reads", "Check a plugin folder, and against the live service where it is reachable"),
  ),
  "memory.stats": there(read("files", "Show what the memory holds, how it keeps up, and what is not well")),
  "memory.query": there(read("files", "Find what is remembered, by words and by likeness")),
  "memory.path": there(read("files", "Show how two things that are remembered hang together")),
  "memory.import": there(keep("Take a file over into the memory: an export, or a storage.dat")),
  "memory.export": there(read("files", "Print a namespace of the memory as lines of JSON")),
  "memory.check": there(
    read("files", "Check the memory: its files, its log, and every index against the graph"),
  ),
  "memory.flush": there(keep("Write the memory as checkpoints, so that its next start is short")),
  doctor: here(read("reads", "Check what this machine offers and say what is missing")),
  metrics: there(read("none", "Show what the daemon counts: calls, applies, records, jobs, and their times")),
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
