// One reading of a service: everything is fetched when it is referenced, and once. A reading lives as long as one
// observe, plan, or look after a change, and is then thrown away. Properties come by GetAll, and one by one where
// that fails; sources that do not depend on an item are shared by all items.

import { DBusError, Variant, type DBusValue, type InterfaceInfo } from "../../../host/dbus/dbus.ts";
import type { Resource } from "../model.ts";
import { plain, type Term } from "./term.ts";
import { isUnknownOutcome, meaningOf } from "./meaning.ts";
import type { Runtime } from "./runtime.ts";

/** A property as read; or why it could not be. */
export type Raw = Variant | { readonly unknown: string };

export function isUnknown(raw: Raw): raw is { readonly unknown: string } {
  return !(raw instanceof Variant);
}

export class Reading {
  readonly runtime: Runtime;
  readonly #once = new Map<string, Promise<unknown>>();
  /** resource -> keys that will be asked for: a source that can takes them all in one call. */
  readonly ahead = new Map<string, ReadonlySet<string>>();

  /** The listed item with this key or alias: what items.ts knows. */
  readonly find: (resource: Resource, key: string) => Promise<Term | undefined>;

  constructor(
    runtime: Runtime,
    find: (reading: Reading, resource: Resource, key: string) => Promise<Term | undefined>,
  ) {
    this.runtime = runtime;
    this.find = (resource, key) => find(this, resource, key);
  }

  /** The result of `fetch`, made once per name in this reading. */
  once<T>(name: string, fetch: () => Promise<T>): Promise<T> {
    const known = this.#once.get(name);
    if (known !== undefined) return known as Promise<T>;
    const made = fetch();
    this.#once.set(name, made);
    return made;
  }

  /** One property of the first of `interfaces` that has it; undefined where the object or the property is not there.
   * Throws DBusError only when the service cannot be reached. */
  async property(path: string, interfaces: readonly string[], name: string): Promise<Raw | undefined> {
    const [only] = interfaces;
    if (interfaces.length === 1 && only !== undefined) return (await this.all(path, only))?.get(name);
    const there = await this.interfaces(path);
    const found = interfaces.find((candidate) => there?.get(candidate)?.properties.has(name));
    return found === undefined ? undefined : (await this.all(path, found))?.get(name);
  }

  /** Introspection of an object; null when it is not there. */
  interfaces(path: string): Promise<ReadonlyMap<string, InterfaceInfo> | null> {
    return this.once(`introspect ${path}`, () =>
      this.#unlessAbsent(this.runtime.ctx.introspect(this.runtime.mapping.service, path)),
    );
  }

  /** All properties of one interface; null when the object is not there. */
  all(path: string, name: string): Promise<ReadonlyMap<string, Raw> | null> {
    return this.once(`properties ${path} ${name}`, async () => {
      try {
        const reply = await this.#properties(path, "GetAll", [name], "a{sv}");
        return new Map(
          Object.entries(reply as Record<string, Variant>).map(([key, value]) => [key, plain(value)]),
        );
      } catch (error) {
        if (!(error instanceof DBusError) || isUnreachable(this.runtime, error)) throw error;
        if (meaningOf(this.runtime.mapping, error) === "absent") return null;
        return this.#oneByOne(path, name, error);
      }
    });
  }

  async #oneByOne(path: string, name: string, cause: DBusError): Promise<ReadonlyMap<string, Raw> | null> {
    const info = (await this.interfaces(path))?.get(name);
    if (info === undefined) return null;
    const found = new Map<string, Raw>();
    for (const property of info.properties.values()) {
      if (property.access === "write") continue;
      try {
        found.set(
          property.name,
          plain((await this.#properties(path, "Get", [name, property.name], "v")) as Variant),
        );
      } catch (error) {
        if (!(error instanceof DBusError) || isUnreachable(this.runtime, error)) throw error;
        found.set(property.name, { unknown: error.text === "" ? cause.message : error.message });
      }
    }
    return found;
  }

  async #properties(
    path: string,
    member: string,
    body: readonly string[],
    replySignature: string,
  ): Promise<DBusValue | undefined> {
    const { mapping, ctx } = this.runtime;
    const reply = await ctx.bus.call({
      destination: mapping.service,
      path,
      interface: "org.freedesktop.DBus.Properties",
      member,
      signature: "s".repeat(body.length),
      body,
      replySignature,
      deadlineMs: mapping.deadlineMs,
      ...(this.runtime.reading ? { signal: ctx.signal } : {}),
    });
    return reply.body[0];
  }

  async #unlessAbsent<T>(promise: Promise<T>): Promise<T | null> {
    try {
      return await promise;
    } catch (error) {
      if (error instanceof DBusError && meaningOf(this.runtime.mapping, error) === "absent") return null;
      throw error;
    }
  }
}

/** The service as a whole is away: reading on makes no sense. One that answers nonsense is there. */
export function isUnreachable(runtime: Runtime, error: DBusError): boolean {
  if (error.code === "OPD3006") return false;
  return isUnknownOutcome(error) || meaningOf(runtime.mapping, error) === "unavailable";
}
