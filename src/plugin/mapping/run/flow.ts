// A call that answers later: a transaction object opened for it, or a job that ends by a signal. Matches are in place
// before the call, so a signal ahead of its reply counts; the whole flow has one deadline; a service that leaves the
// bus ends it. Cancelling is sent only while the service says that it may be. Nothing is ever sent twice.
//
//   owner watched -> once -> open -> matches -> first -> CALL -> rows, progress ... -> end | fail | vanished | deadline

import { OpError } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import {
  DBusError,
  Variant,
  type Call,
  type DBusValue,
  type InterfaceInfo,
  type SignalMessage,
  type Subscription,
} from "../../../host/dbus/dbus.ts";
import { toDocument } from "../../value/value.ts";
import type { Flow, Step } from "../model.ts";
import { argsOf, isOneOf, walkReply, type Answer } from "./answer.ts";
import { interfaceOf, type Runtime } from "./runtime.ts";
import { build, type Scope } from "./resolve.ts";
import { bodyTerm, membersOf, rowsOf, sameWire, walk, type Row } from "./term.ts";

/** The call of a flow, built when the object it goes to is known. */
export interface FlowRequest {
  /** Where flows without `open` have their signals: the service's path. */
  readonly path: string;
  /** `opened` is null for a flow that keeps the call's own place. */
  build(opened: { readonly path: string; readonly info: InterfaceInfo } | null): Promise<Call>;
  /** Sends `once`, `open` or `first` at that path; throws DBusError. */
  prepare(step: Step, path: string, interfaces: readonly string[]): Promise<Variant | undefined>;
  readonly deadlineMs: number;
  readonly about: string;
}

export type FlowEnd =
  | {
      readonly end: "ended";
      readonly ok: boolean;
      readonly code: string | null;
      readonly text: string;
      readonly rows: readonly Row[];
      readonly reply: Answer | null;
    }
  /** The call itself was refused: nothing runs. */
  | { readonly end: "refused"; readonly error: DBusError }
  /** Nobody knows whether it was carried out; `vanished`: at least it goes on no more. */
  | { readonly end: "unknown"; readonly reason: string; readonly vanished: boolean };

/** Runs one flow to its end. Throws DBusError when opening it failed (nothing was changed). */
export async function runFlow(runtime: Runtime, flow: Flow, request: FlowRequest): Promise<FlowEnd> {
  const { bus, clock } = runtime.ctx;
  const service = runtime.mapping.service;
  const run = new Run(runtime, flow);
  const over = new AbortController();
  const subscriptions: Subscription[] = [];
  try {
    subscriptions.push(await bus.watchName(service, (change) => change.before !== null && run.vanish()));
    const owner = await bus.owner(service);
    const mark = `${bus.uniqueName} ${owner ?? ""} ${flow.name}`;
    if (flow.once !== null && !runtime.memory.prepared.has(mark)) {
      await request.prepare(flow.once, request.path, [flow.interface]);
      if (owner !== null) runtime.memory.prepared.add(mark);
    }
    let opened: { path: string; info: InterfaceInfo } | null = null;
    let path = request.path;
    if (flow.open !== null) {
      const place = runtime.mapping.places.get(flow.open.place);
      path = String(
        (await request.prepare(flow.open, request.path, place?.interfaces ?? [flow.interface]))?.value ?? "",
      );
      opened = { path, info: await interfaceOf(runtime, path, flow.interface) };
    }
    const listen = (signal: SignalMessage): void => run.take(signal);
    for (const member of opened === null ? run.members : [null]) {
      const only = member === null ? {} : { interface: flow.interface, member };
      subscriptions.push(await bus.subscribe({ sender: service, path, ...only }, listen));
    }
    if (flow.first !== null) await request.prepare(flow.first, path, [flow.interface]);
    const call = await request.build(opened);
    void clock
      .sleep(request.deadlineMs, over.signal)
      .then(() => (over.signal.aborted ? undefined : run.expire(path, "no end before the deadline")));
    if (runtime.reading)
      whenAborted(runtime.ctx.signal, over.signal, () => void run.expire(path, "interrupted"));
    run.call(call, request.about);
    return await run.ended;
  } finally {
    over.abort();
    for (const subscription of subscriptions) subscription.close();
  }
}

function whenAborted(signal: AbortSignal, until: AbortSignal, act: () => void): void {
  if (signal.aborted) return act();
  signal.addEventListener("abort", act, { once: true, signal: until });
}

/** What is known of one flow under way. */
class Run {
  readonly #runtime: Runtime;
  readonly #flow: Flow;
  readonly #done = Promise.withResolvers<FlowEnd>();
  readonly #rows: Row[] = [];
  #rowChars = 0;
  /** Ends that came before the reply told which one is ours. */
  #early: SignalMessage[] = [];
  #reply: Answer | null = null;
  #code: string | null = null;
  #text = "";
  #about = "";

  constructor(runtime: Runtime, flow: Flow) {
    this.#runtime = runtime;
    this.#flow = flow;
  }

  get ended(): Promise<FlowEnd> {
    return this.#done.promise;
  }

  /** Signals a flow without an object of its own must hear. */
  get members(): readonly string[] {
    const { end, fail, rows } = this.#flow;
    return [...new Set([end.signal, ...(fail === null ? [] : [fail.signal]), ...rows.keys()])];
  }

  call(call: Call, about: string): void {
    this.#about = about;
    this.#runtime.ctx.bus.call(call).then(
      (reply) => {
        this.#reply = reply;
        for (const signal of this.#early) void this.#tryEnd(signal);
        this.#early = [];
      },
      (error: unknown) => {
        if (error instanceof DBusError) this.#done.resolve({ end: "refused", error });
        else this.#done.reject(error);
      },
    );
  }

  take(signal: SignalMessage): void {
    const { flow } = { flow: this.#flow };
    if (signal.interface === "org.freedesktop.DBus.Properties") return this.#progress(signal);
    if (signal.interface !== flow.interface) return;
    if (signal.member === flow.fail?.signal) {
      const args = argsOf(signal);
      const code = flow.fail.code === null ? undefined : args[flow.fail.code];
      const text = flow.fail.text === null ? undefined : args[flow.fail.text];
      this.#code = code === undefined ? null : String(code.value);
      this.#text = text === undefined ? "" : oneLine(String(text.value));
    }
    const columns = flow.rows.get(signal.member);
    if (columns !== undefined) this.#addRows(signal, columns);
    if (signal.member !== flow.end.signal) return;
    if (this.#reply !== null || flow.end.match.size === 0) void this.#tryEnd(signal);
    else if (this.#early.push(signal) > LIMITS.flowEarlyEndsMax)
      this.#overrun("too many ends before its reply");
  }

  #addRows(signal: SignalMessage, columns: readonly string[]): void {
    const only = bodyTerm(signal.signature, signal.body);
    if (only === undefined) return;
    const structs = signal.signature.startsWith("a(") && signal.body.length === 1 ? membersOf(only) : [only];
    this.#rowChars += weightOf(signal.body);
    if (this.#rows.length + structs.length > LIMITS.flowRowsMax) {
      return this.#overrun(`more than ${LIMITS.flowRowsMax} rows`);
    }
    if (this.#rowChars > LIMITS.flowRowCharsMax) return this.#overrun("rows that are too long");
    for (const row of rowsOf(structs, columns, new Map())) this.#rows.push(row);
  }

  /** A reading is given up. What changes something goes on without us. */
  #overrun(what: string): void {
    this.#rows.length = 0;
    const { reading, mapping } = this.#runtime;
    if (reading) this.#done.reject(new OpError("OPD6053", `${mapping.service} sent ${what}`));
    else this.#lose(`it sent ${what}`);
  }

  /** The service cannot be followed any further: what it did is for the next reading to find out. */
  #lose(reason: string): void {
    this.#done.resolve({
      end: "unknown",
      reason: `${this.#runtime.mapping.service}: ${reason}`,
      vanished: false,
    });
  }

  async #tryEnd(signal: SignalMessage): Promise<void> {
    try {
      const args = argsOf(signal);
      const scope: Scope = { look: async (reference) => walkReply(this.#reply, reference.path) };
      for (const [at, template] of this.#flow.end.match) {
        const arg = args[at];
        const wanted = arg === undefined ? undefined : await build(template, arg.signature, scope);
        if (arg === undefined || wanted === undefined || !sameWire(arg.value, wanted)) return;
      }
      const ok = [...this.#flow.end.ok].every(([at, values]) => isOneOf(args[at], values));
      const text =
        this.#text !== "" || ok
          ? this.#text
          : args.map((arg) => String(toDocument(arg.signature, arg.value))).join(" ");
      this.#done.resolve({ end: "ended", ok, code: this.#code, text, rows: this.#rows, reply: this.#reply });
    } catch (error) {
      if (!(error instanceof OpError) || error.kind === "bug") return this.#done.reject(error);
      this.#lose(`its ${signal.member} is not as declared: ${error.message}`);
    }
  }

  #progress(signal: SignalMessage): void {
    const { progress } = this.#flow;
    const [, changed] = argsOf(signal);
    if (progress === null || signal.member !== "PropertiesChanged" || changed === undefined) return;
    const found = walk(changed, [progress]);
    if (found === undefined || "columns" in found) return;
    const percent = Number(found.value);
    this.#runtime.ctx.progress({
      percent: percent >= 0 && percent <= 100 ? percent : null,
      text: this.#about,
    });
  }

  vanish(): void {
    this.#done.resolve({
      end: "unknown",
      reason: `${this.#runtime.mapping.service} left the bus`,
      vanished: true,
    });
  }

  /** The time is over: asks the service to stop, where it allows that now, and waits a little for its word. */
  async expire(path: string, reason: string): Promise<void> {
    const { bus, clock } = this.#runtime.ctx;
    const { cancel } = this.#flow;
    const at = { destination: this.#runtime.mapping.service, path };
    const unknown: FlowEnd = { end: "unknown", reason, vanished: false };
    try {
      if (cancel !== null && (await this.#mayCancel(at, cancel.if))) {
        await bus.call({ ...at, interface: this.#flow.interface, member: cancel.call });
        const ending = new AbortController();
        void this.#done.promise.then(() => ending.abort());
        await clock.sleep(LIMITS.flowCancelGraceMs, ending.signal);
      }
      this.#done.resolve(unknown);
    } catch (error) {
      // What cancelling answers changes nothing: the outcome was unknown before.
      this.#done.resolve(
        error instanceof DBusError ? unknown : { ...unknown, reason: `${reason}: ${String(error)}` },
      );
    }
  }

  async #mayCancel(at: { destination: string; path: string }, property: string | null): Promise<boolean> {
    if (property === null) return true;
    const reply = await this.#runtime.ctx.bus.call({
      ...at,
      interface: "org.freedesktop.DBus.Properties",
      member: "Get",
      signature: "ss",
      body: [this.#flow.interface, property],
    });
    const value = bodyTerm(reply.signature, reply.body);
    const found = value === undefined ? undefined : walk(value, []);
    return found !== undefined && !("columns" in found) && found.value === true;
  }
}

/** About how much a value holds: characters, bytes, and one for everything else. */
function weightOf(value: DBusValue): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length + 1;
  if (value instanceof Variant) return weightOf(value.value);
  if (value instanceof Map)
    return [...value].reduce((sum, [key, each]) => sum + weightOf(key) + weightOf(each), 1);
  if (typeof value !== "object") return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, each: DBusValue) => sum + weightOf(each), 1);
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + key.length + weightOf(each as DBusValue),
    1,
  );
}

/** What a service says at length, as a reason: its lines one after the other. */
function oneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}
