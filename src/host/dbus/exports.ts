// Objects of ours on a bus. A call reaches a handler only if the descriptor declares the member and the signature of
// the call is the declared one; it is answered exactly once, whatever the handler does; and no caller ever sees a
// stack or a text of ours that it was not meant to see. The standard interfaces are in standard.ts.

import { LIMITS } from "../../base/limits.ts";
import { DBusError } from "./call.ts";
import {
  checkImplementation,
  reject,
  wrong,
  type Exported,
  type Implementation,
  type Route,
} from "./implementation.ts";
import { signatureOf } from "./interface-literal.ts";
import { ERROR, METHOD_RETURN, NO_REPLY_EXPECTED, SIGNAL } from "./message.ts";
import type { Message, MessageFields, MessageHeader } from "./message.ts";
import { isObjectPath } from "./names.ts";
import { changedProperties, managedObject, standardMethod } from "./standard.ts";
import type { DBusValue } from "./value.ts";

export interface ExportOptions {
  /** Serve ObjectManager here for everything exported below. */
  readonly objectManager?: boolean;
}

export interface ExportedObject {
  readonly path: string;
  /** Sends a declared signal. Throws OPD3015 when it is not declared, OPD3010 when the body does not fit. */
  emit(interfaceName: string, signal: string, ...body: readonly DBusValue[]): void;
  /** Tells listeners that properties changed, as each declares it. */
  changed(interfaceName: string, ...properties: readonly string[]): Promise<void>;
  /** Takes the object off the bus. Calls under way are still answered. */
  close(): void;
}

export interface ExportsOptions {
  send(fields: MessageFields): void;
  report(error: unknown): void;
}

const FAILED = "org.freedesktop.DBus.Error.Failed";
const INVALID = "org.freedesktop.DBus.Error.InvalidArgs";

export class Exports {
  readonly #objects = new Map<string, Exported>();
  readonly #options: ExportsOptions;
  /** Calls under way by sender. */
  readonly #busy = new Map<string, number>();
  /** Bytes of all of them. */
  #busyBytes = 0;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  add(path: string, implementations: readonly Implementation[], options: ExportOptions): ExportedObject {
    if (!isObjectPath(path)) throw wrong(`${JSON.stringify(path)} is not an object path`);
    if (this.#objects.has(path)) throw wrong(`${path} is exported already`);
    const interfaces = new Map(implementations.map((one) => [one.info.name, checkImplementation(one)]));
    if (interfaces.size !== implementations.length) throw wrong("an interface stands twice");
    const object: Exported = { path, objectManager: options.objectManager === true, interfaces };
    this.#objects.set(path, object);
    this.#announce(object, "InterfacesAdded");
    return Object.freeze({
      path,
      emit: (name: string, signal: string, ...body: readonly DBusValue[]) =>
        this.#emit(object, name, signal, body),
      changed: (name: string, ...names: readonly string[]) => this.#changed(object, name, names),
      close: () => {
        if (this.#objects.get(path) !== object) return;
        this.#objects.delete(path);
        this.#announce(object, "InterfacesRemoved");
      },
    });
  }

  /** Answers one call, now or when its handler has finished. Handlers run after the parser has returned. */
  handle(call: Message): void {
    const sender = call.sender ?? "";
    const busy = this.#busy.get(sender) ?? 0;
    if (busy >= LIMITS.incomingCallsAtOnceMax) return this.refuse(call, "too many calls at once");
    if (this.#busyBytes + call.bodySizeBytes > LIMITS.incomingBytesAtOnceMax) {
      return this.refuse(call, "calls with too many bytes at once");
    }
    this.#busy.set(sender, busy + 1);
    this.#busyBytes += call.bodySizeBytes;
    void Promise.resolve()
      .then(() => this.#run(call))
      .catch((error: unknown) => this.#fail(call, error))
      .catch(this.#options.report)
      .finally(() => {
        this.#busyBytes -= call.bodySizeBytes;
        const left = (this.#busy.get(sender) ?? 1) - 1;
        if (left === 0) this.#busy.delete(sender);
        else this.#busy.set(sender, left);
      });
  }

  /** Answers a call that is not looked at with LimitsExceeded. */
  refuse(call: MessageHeader, reason: string): void {
    this.#error(call, "org.freedesktop.DBus.Error.LimitsExceeded", reason);
  }

  async #run(call: Message): Promise<void> {
    const { method, handler } = this.#route(call);
    const wanted = signatureOf(method.in);
    if (call.signature !== wanted) {
      throw reject(INVALID, `${method.name} takes the signature '${wanted}', not '${call.signature}'`);
    }
    if (call.fdCount > 0)
      throw reject("org.freedesktop.DBus.Error.NotSupported", "file descriptors cannot be received");
    const args = decode(call);
    const interactive = (call.flags & 4) !== 0;
    const results = await handler(args, { sender: call.sender ?? "", path: call.path ?? "/", interactive });
    if ((call.flags & NO_REPLY_EXPECTED) !== 0) return;
    this.#options.send({
      type: METHOD_RETURN,
      flags: NO_REPLY_EXPECTED,
      replySerial: call.serial,
      destination: call.sender,
      signature: signatureOf(method.out),
      body: results ?? [],
    });
  }

  #route(call: Message): Route {
    const path = call.path ?? "/";
    const member = call.member ?? "";
    const object = this.#objects.get(path);
    if (call.interface === undefined || call.interface.startsWith("org.freedesktop.DBus.")) {
      const standard = standardMethod(call.interface, member, {
        path,
        object,
        objects: this.#objects,
        changed: (name, names) =>
          object === undefined ? Promise.resolve() : this.#changed(object, name, names),
        report: this.#options.report,
      });
      if (standard !== null) return standard;
    }
    if (object === undefined)
      throw reject("org.freedesktop.DBus.Error.UnknownObject", `no object at ${path}`);
    if (call.interface !== undefined && !object.interfaces.has(call.interface)) {
      throw reject(
        "org.freedesktop.DBus.Error.UnknownInterface",
        `no interface ${call.interface} at ${path}`,
      );
    }
    for (const { info, methods } of object.interfaces.values()) {
      if (call.interface !== undefined && call.interface !== info.name) continue;
      const method = info.methods.get(member);
      const handler = methods.get(member);
      if (method !== undefined && handler !== undefined) return { method, handler };
    }
    throw reject("org.freedesktop.DBus.Error.UnknownMethod", `no method ${member} at ${path}`);
  }

  /** An error of the handler, or of sending its results, as the one error reply. */
  #fail(call: Message, error: unknown): void {
    if (error instanceof DBusError) return this.#error(call, error.dbusName, error.text);
    this.#error(call, FAILED, "the method failed");
    this.#options.report(error);
  }

  #error(call: MessageHeader, errorName: string, text: string): void {
    if ((call.flags & NO_REPLY_EXPECTED) !== 0) return;
    const fields = {
      type: ERROR,
      flags: NO_REPLY_EXPECTED,
      replySerial: call.serial,
      destination: call.sender,
    } as const;
    try {
      this.#options.send({ ...fields, errorName, signature: "s", body: [text] });
    } catch (error) {
      // A handler's error name or text may be impossible to send; the caller must get an answer even so.
      this.#options.send({ ...fields, errorName: FAILED });
      this.#options.report(error);
    }
  }

  #emit(object: Exported, name: string, member: string, body: readonly DBusValue[]): void {
    const signal = object.interfaces.get(name)?.info.signals.get(member);
    if (signal === undefined) throw wrong(`${name}.${member} is not a declared signal of ${object.path}`);
    this.#signal(object.path, name, member, signatureOf(signal.args), body);
  }

  async #changed(object: Exported, name: string, names: readonly string[]): Promise<void> {
    const { changed, invalidated } = await changedProperties(object, name, names);
    if (Object.keys(changed).length + invalidated.length === 0) return;
    const body = [name, changed, invalidated];
    this.#signal(object.path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body);
  }

  #announce(object: Exported, member: "InterfacesAdded" | "InterfacesRemoved"): void {
    const manager = [...this.#objects.values()].find(({ path, objectManager }) => {
      return objectManager && object.path !== path && (path === "/" || object.path.startsWith(`${path}/`));
    });
    if (manager === undefined) return;
    const send = (signature: string, second: DBusValue): void =>
      this.#signal(manager.path, "org.freedesktop.DBus.ObjectManager", member, signature, [
        object.path,
        second,
      ]);
    if (member === "InterfacesRemoved") return send("oas", [...object.interfaces.keys()]);
    void managedObject(object, this.#options.report)
      .then((interfaces) => send("oa{sa{sv}}", interfaces))
      .catch(this.#options.report);
  }

  #signal(path: string, name: string, member: string, signature: string, body: readonly DBusValue[]): void {
    this.#options.send({
      type: SIGNAL,
      flags: NO_REPLY_EXPECTED,
      path,
      interface: name,
      member,
      signature,
      body,
    });
  }
}

function decode(call: Message): readonly DBusValue[] {
  try {
    return call.body();
  } catch {
    throw reject(INVALID, "the arguments do not decode");
  }
}
