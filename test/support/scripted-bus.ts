// A bus that is a script: objects described by introspection XML, methods answered by functions, signals sent by hand.
// It records every call, so a test can assert exactly what was sent. Test support only; no socket, no clock.

import { systemClock } from "../../src/base/clock.ts";
import {
  DBusError,
  readIntrospection,
  Variant,
  type Bus,
  type Call,
  type DBusValue,
  type InterfaceInfo,
  type Match,
  type Reply,
  type SignalMessage,
} from "../../src/host/dbus/dbus.ts";
import type { PluginContext, Progress } from "../../src/plugin/plugin.ts";

export interface Answer {
  readonly signature: string;
  readonly body: readonly DBusValue[];
}
export interface ScriptedObject {
  /** `<interface>` elements. */
  readonly xml: string;
  readonly properties?: { [name: string]: Variant };
  /** `Member` -> answer; throws DBusError for an error reply; a promise that never settles is a call without answer. */
  readonly methods?: { readonly [member: string]: (call: Call) => Answer | Promise<Answer> | undefined };
}

export function busError(name: string, text = ""): DBusError {
  return new DBusError("OPD3001", name, text);
}

export class ScriptedBus implements Bus {
  readonly uniqueName = ":1.7";
  readonly guid = "0".repeat(32);
  readonly address = "script:";
  readonly connected = true;
  readonly objects = new Map<string, ScriptedObject>();
  /** `Member arg arg` of every call that is not Introspect, in order. */
  readonly sent: string[] = [];
  readonly calls: Call[] = [];
  #listeners: { readonly match: Match; readonly listener: (signal: SignalMessage) => void }[] = [];
  #owners: ((change: { name: string; before: string | null; after: string | null }) => void)[] = [];

  async call(call: Call): Promise<Reply> {
    const object = this.objects.get(call.path);
    this.calls.push(call);
    this.sent.push([call.member, ...(call.body ?? []).map(text)].join(" "));
    if (object === undefined) throw busError("org.freedesktop.DBus.Error.UnknownObject", `no ${call.path}`);
    const answer =
      call.interface === "org.freedesktop.DBus.Properties"
        ? property(object, call)
        : await object.methods?.[call.member]?.(call);
    return { sender: ":1.1", ...(answer ?? { signature: "", body: [] }) };
  }

  async subscribe(match: Match, listener: (signal: SignalMessage) => void): Promise<{ close(): void }> {
    const entry = { match, listener };
    this.#listeners.push(entry);
    return { close: () => void (this.#listeners = this.#listeners.filter((other) => other !== entry)) };
  }

  async watchName(
    _name: string,
    listener: (change: { name: string; before: string | null; after: string | null }) => void,
  ): Promise<{ close(): void }> {
    this.#owners.push(listener);
    return { close: () => void (this.#owners = this.#owners.filter((other) => other !== listener)) };
  }

  async owner(): Promise<string> {
    return ":1.1";
  }

  async close(): Promise<void> {
    this.#listeners = [];
  }

  /** Match rules in place now. */
  get matches(): number {
    return this.#listeners.length + this.#owners.length;
  }

  emit(path: string, name: string, member: string, signature = "", body: readonly DBusValue[] = []): void {
    for (const { match, listener } of this.#listeners) {
      if (match.path !== undefined && match.path !== path) continue;
      if (match.interface !== undefined && match.interface !== name) continue;
      if (match.member !== undefined && match.member !== member) continue;
      listener({ sender: ":1.1", path, interface: name, member, signature, body });
    }
  }

  /** The service leaves the bus. */
  vanish(name: string): void {
    for (const listener of this.#owners) listener({ name, before: ":1.1", after: null });
  }

  interfacesAt(path: string): ReadonlyMap<string, InterfaceInfo> {
    const object = this.objects.get(path);
    if (object === undefined) throw busError("org.freedesktop.DBus.Error.UnknownObject");
    return readIntrospection(`<node>${object.xml}</node>`).node.interfaces;
  }
}

function property(object: ScriptedObject, call: Call): Answer {
  const properties = object.properties ?? {};
  const name = String(call.body?.[1] ?? "");
  if (call.member === "GetAll") return { signature: "a{sv}", body: [{ ...properties }] };
  const known = properties[name];
  if (known === undefined) throw busError("org.freedesktop.DBus.Error.UnknownProperty", name);
  if (call.member === "Get") return { signature: "v", body: [known] };
  properties[name] = call.body?.[2] as Variant;
  return { signature: "", body: [] };
}

function text(value: DBusValue): string {
  const plain = (_key: string, part: unknown): unknown =>
    typeof part === "bigint"
      ? Number(part)
      : part instanceof Variant
        ? { [`$${part.signature}`]: part.value }
        : part;
  return JSON.stringify(value, plain);
}

/** A context over that bus. Secrets: env:NAME is the name itself. */
export function scriptedContext(
  bus: ScriptedBus,
  more: Partial<PluginContext> = {},
): PluginContext & { readonly heard: Progress[] } {
  const heard: Progress[] = [];
  return {
    bus,
    clock: systemClock,
    interactive: false,
    signal: new AbortController().signal,
    introspect: async (_name, path) => bus.interfacesAt(path),
    secretDigest: (place, value) => `digest of ${value} at ${place}`,
    secretValue: (reference) => reference.slice(4),
    checkAuth: false,
    progress: (progress) => void heard.push(progress),
    heard,
    ...more,
  };
}
