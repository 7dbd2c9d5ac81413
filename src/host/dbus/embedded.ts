// A small message bus inside this process, for demonstrations, tests without a daemon, and rehearsals. Real clients can
// use it. It starts no services and passes no file descriptors; it listens only in a directory that is private to the
// caller, because Node cannot ask a peer who it is. Messages are decoded and written anew, so nothing malformed passes.

import { randomBytes } from "node:crypto";
import { lstat } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { asOpError, OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { systemClock } from "../../base/clock.ts";
import { escapeValue } from "./address.ts";
import { ServerAuth } from "./auth.ts";
import { DBusError } from "./call.ts";
import { EmbeddedClient } from "./embedded-client.ts";
import { answer, DRIVER, readRule } from "./embedded-driver.ts";
import { EmbeddedNames, type NameChange } from "./embedded-names.ts";
import { reject } from "./implementation.ts";
import { ruleFits } from "./match-rule.ts";
import * as message from "./message.ts";
import type { DBusValue } from "./value.ts";
import { pipeOf } from "./transport.ts";

/** A message as it passed the bus, with the sender the bus vouches for. */
export type RoutedMessage = message.MessageFields & { readonly serial: number };

export interface EmbeddedBusOptions {
  /** Absolute path of an existing directory of the caller with mode 0700. */
  readonly directory: string;
  /** Sees every message that the bus takes or sends, in order. It must not throw. */
  readonly onMessage?: (routed: RoutedMessage) => void;
}

export interface EmbeddedBusHandle {
  readonly address: string;
  readonly guid: string;
  /** Cuts off every client and removes the socket. */
  close(): Promise<void>;
}

/** Listens at DIRECTORY/bus. Rejects with OPD3016 when the directory is not private, OPD3002 when it cannot listen. */
export async function startEmbeddedBus(options: EmbeddedBusOptions): Promise<EmbeddedBusHandle> {
  await checkPrivate(options.directory);
  const path = join(options.directory, "bus");
  if (Buffer.byteLength(path) > LIMITS.socketPathBytesMax) {
    throw new OpError("OPD3008", `the socket path ${path} has more than ${LIMITS.socketPathBytesMax} bytes`);
  }
  const bus = new EmbeddedBus(options.onMessage ?? (() => {}));
  const server = createServer((socket) => bus.accept(socket));
  await new Promise<void>((resolve, fail) => {
    server.once("error", (error) =>
      fail(new OpError("OPD3002", `cannot listen at ${path}`, { cause: error })),
    );
    server.listen(path, resolve);
  });
  return Object.freeze({
    address: `unix:path=${escapeValue(path)},guid=${bus.guid}`,
    guid: bus.guid,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      bus.close();
      return closed;
    },
  });
}

class EmbeddedBus {
  readonly guid = randomBytes(16).toString("hex");
  readonly #clients = new Set<EmbeddedClient>();
  readonly #byName = new Map<string, EmbeddedClient>();
  readonly #names = new EmbeddedNames();
  readonly #onMessage: (routed: RoutedMessage) => void;
  readonly #owns = (name: string, unique: string): boolean => this.#names.owner(name) === unique;
  #lastClient = -1;
  #serial = 0;

  constructor(onMessage: (routed: RoutedMessage) => void) {
    this.#onMessage = onMessage;
  }

  accept(socket: Socket): void {
    if (this.#clients.size >= LIMITS.embeddedClientsMax) return void socket.destroy();
    const uid = String(process.getuid?.() ?? 0);
    const auth = new ServerAuth(this.guid, new Set([uid, "0"]));
    const client = new EmbeddedClient(pipeOf(socket), auth, {
      message: (from, received) => this.#route(from, received),
      closed: (gone) => this.#drop(gone),
    });
    this.#clients.add(client);
    const given = new AbortController();
    socket.once("close", () => given.abort());
    void systemClock.sleep(LIMITS.embeddedAuthDeadlineMs, given.signal).then(() => {
      if (!client.authenticated) client.close();
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  // ---- what the driver asks

  names(): readonly string[] {
    return [...this.#byName.keys(), ...this.#names.names()];
  }

  owner(name: string): string | undefined {
    return this.#byName.has(name) ? name : this.#names.owner(name);
  }

  queue(name: string): readonly string[] {
    return this.#names.queue(name);
  }

  hello(client: EmbeddedClient): string {
    if (client.unique !== null) throw reject("org.freedesktop.DBus.Error.Failed", "Hello was said before");
    const unique = `:1.${++this.#lastClient}`;
    client.unique = unique;
    this.#byName.set(unique, client);
    return unique;
  }

  requestName(client: EmbeddedClient, name: string, flags: number): number {
    const unique = client.unique ?? "";
    if (this.#names.count(unique) >= LIMITS.embeddedNamesMax) {
      throw reject("org.freedesktop.DBus.Error.LimitsExceeded", "too many names");
    }
    const { result, change } = this.#names.request(name, unique, flags);
    this.#announce(change);
    return result;
  }

  releaseName(client: EmbeddedClient, name: string): number {
    const { result, change } = this.#names.release(name, client.unique ?? "");
    this.#announce(change);
    return result;
  }

  becomeMonitor(client: EmbeddedClient, rules: readonly string[]): void {
    const parsed = rules.map(readRule);
    client.monitor = parsed.length === 0 ? [{ args: [] }] : parsed;
    client.rules.length = 0;
    for (const change of this.#names.dropAll(client.unique ?? "")) this.#announce(change);
  }

  // ---- messages

  #route(client: EmbeddedClient, received: message.Message): void {
    if (client.monitor !== null) return client.close();
    const toDriver = received.destination === DRIVER;
    if (client.unique === null && !(toDriver && received.member === "Hello")) return client.close();
    let body: readonly DBusValue[];
    try {
      body = received.body();
    } catch {
      return client.close();
    }
    const { type, destination } = received;
    const routed = {
      type,
      flags: received.flags,
      serial: received.serial,
      replySerial: received.replySerial,
      path: received.path,
      interface: received.interface,
      member: received.member,
      errorName: received.errorName,
      destination,
      sender: client.unique ?? undefined,
      signature: received.signature,
      body,
    };
    if (toDriver || (destination === undefined && type === message.METHOD_CALL)) {
      this.#observe(routed);
      if (type === message.METHOD_CALL) void this.#answer(client, received);
    } else if (destination === undefined) this.#broadcast(routed);
    else this.#unicast(client, destination, routed);
  }

  #unicast(from: EmbeddedClient, destination: string, routed: RoutedMessage): void {
    const to = this.#byName.get(this.owner(destination) ?? "");
    const wantsReply =
      routed.type === message.METHOD_CALL && ((routed.flags ?? 0) & message.NO_REPLY_EXPECTED) === 0;
    if (to === undefined) {
      this.#observe(routed);
      const text = `the name ${destination} was not provided by any service`;
      if (wantsReply) this.#sendError(from, routed.serial, "org.freedesktop.DBus.Error.ServiceUnknown", text);
      return;
    }
    if (wantsReply) {
      if (to.unanswered.size >= LIMITS.pendingCallsMax) return from.close();
      to.unanswered.set(`${from.unique} ${routed.serial}`, from);
    } else if (routed.type === message.METHOD_RETURN || routed.type === message.ERROR) {
      // A reply nobody asked this client for does not pass.
      if (!from.unanswered.delete(`${to.unique} ${routed.replySerial}`)) return;
    }
    this.#deliver(routed, [to]);
  }

  #broadcast(routed: RoutedMessage): void {
    const seen = { ...routed, signature: routed.signature ?? "", body: () => routed.body ?? [] };
    const fits = ({ rules }: EmbeddedClient): boolean =>
      rules.some(({ rule }) => ruleFits(rule, seen, this.#owns));
    this.#deliver(
      routed,
      [...this.#byName.values()].filter((client) => client.monitor === null && fits(client)),
    );
  }

  /** Sends to some clients, and to the monitors whose rules fit. */
  #deliver(routed: RoutedMessage, to: readonly EmbeddedClient[]): void {
    const bytes = this.#observe(routed, to);
    for (const client of to) client.send(bytes);
  }

  /** Shows a message to the monitors (not to `to`, who get it anyway) and to the capture. Returns its bytes. */
  #observe(routed: RoutedMessage, to: readonly EmbeddedClient[] = []): Buffer {
    const bytes = message.encodeMessage(routed, routed.serial);
    const seen = { ...routed, signature: routed.signature ?? "", body: () => routed.body ?? [] };
    for (const client of this.#clients) {
      if (client.monitor === null || to.includes(client)) continue;
      if (client.monitor.some((rule) => ruleFits(rule, seen, this.#owns))) client.send(bytes);
    }
    this.#onMessage(routed);
    return bytes;
  }

  async #answer(client: EmbeddedClient, call: message.Message): Promise<void> {
    const isHello = client.unique === null;
    try {
      const { signature, body } = await answer(this, client, call);
      if ((call.flags & message.NO_REPLY_EXPECTED) === 0) {
        this.#fromDriver([client], {
          type: message.METHOD_RETURN,
          replySerial: call.serial,
          signature,
          body,
        });
      }
      if (isHello && client.unique !== null) {
        this.#announce({ name: client.unique, before: "", after: client.unique });
      }
    } catch (error) {
      if ((call.flags & message.NO_REPLY_EXPECTED) !== 0) return;
      const name = error instanceof DBusError ? error.dbusName : "org.freedesktop.DBus.Error.Failed";
      this.#sendError(
        client,
        call.serial,
        name,
        error instanceof DBusError ? error.text : asOpError(error).code,
      );
    }
  }

  /** NameOwnerChanged to whom it may concern, NameLost and NameAcquired to the two themselves. */
  #announce(change: NameChange | null): void {
    if (change === null) return;
    const { name, before, after } = change;
    const signal = (member: string, body: readonly string[], destination?: string): RoutedMessage => ({
      type: message.SIGNAL,
      flags: message.NO_REPLY_EXPECTED,
      serial: this.#nextSerial(),
      sender: DRIVER,
      destination,
      path: "/org/freedesktop/DBus",
      interface: DRIVER,
      member,
      signature: "s".repeat(body.length),
      body,
    });
    this.#broadcast(signal("NameOwnerChanged", [name, before, after]));
    const told = [
      ["NameLost", before],
      ["NameAcquired", after],
    ] as const;
    for (const [member, unique] of told) {
      const client = this.#byName.get(unique);
      if (client !== undefined) this.#deliver(signal(member, [name], unique), [client]);
    }
  }

  #sendError(client: EmbeddedClient, replySerial: number, errorName: string, text: string): void {
    this.#fromDriver([client], { type: message.ERROR, replySerial, errorName, signature: "s", body: [text] });
  }

  #fromDriver(to: readonly EmbeddedClient[], fields: message.MessageFields): void {
    const destination = to[0]?.unique ?? undefined;
    const serial = this.#nextSerial();
    this.#deliver({ flags: message.NO_REPLY_EXPECTED, ...fields, sender: DRIVER, destination, serial }, to);
  }

  #nextSerial(): number {
    this.#serial = this.#serial >= 0xffff_ffff ? 1 : this.#serial + 1;
    return this.#serial;
  }

  /** A client is gone: its names fall to who waits, and who waited for its answers is told. */
  #drop(client: EmbeddedClient): void {
    this.#clients.delete(client);
    const { unique } = client;
    if (unique === null) return;
    this.#byName.delete(unique);
    for (const change of this.#names.dropAll(unique)) this.#announce(change);
    this.#announce({ name: unique, before: unique, after: "" });
    for (const [key, caller] of client.unanswered) {
      const serial = Number(key.split(" ")[1]);
      this.#sendError(
        caller,
        serial,
        "org.freedesktop.DBus.Error.NoReply",
        `${unique} left without an answer`,
      );
    }
    for (const other of this.#clients) {
      for (const [key, caller] of other.unanswered) if (caller === client) other.unanswered.delete(key);
    }
  }
}

async function checkPrivate(directory: string): Promise<void> {
  const refuse = (reason: string): never => {
    throw new OpError("OPD3016", `the embedded bus does not listen in ${directory}: ${reason}`);
  };
  const found = await lstat(directory).catch(() => null);
  if (found === null || !found.isDirectory()) return refuse("it is not a directory");
  if (process.getuid !== undefined && found.uid !== process.getuid())
    return refuse("it belongs to somebody else");
  if ((found.mode & 0o077) !== 0) return refuse("others can enter it (its mode must be 0700)");
}
