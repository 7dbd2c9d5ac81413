// A client's connection to a message bus: calls, signals, names, exported objects, and coming back after the bus was
// away. The parts are elsewhere (wire, pending, subscriptions, exports); this joins them. Every outgoing method call
// passes one place, #send, where the read-only guard stands.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { systemClock, type Clock } from "../../base/clock.ts";
import { parseAddresses, type Address } from "./address.ts";
import type { Bus, Call, Match, OwnerChange, ReadGuard, Reply, SignalMessage, Subscription } from "./call.ts";
import { Exports, type ExportedObject, type ExportOptions } from "./exports.ts";
import type { Implementation } from "./implementation.ts";
import * as message from "./message.ts";
import type { BusMeter } from "./meter.ts";
import { cancelled, Pending, type Settle } from "./pending.ts";
import { disconnected, guarded, readReply, unusable } from "./reply.ts";
import { driverCall, isNoOwner, Subscriptions } from "./subscriptions.ts";
import { openFirst } from "./transport.ts";
import { openWire, type Wire } from "./wire.ts";

export interface ConnectOptions {
  /** A D-Bus address or list of addresses: systemBusAddress(), sessionBusAddress(), or what a person gave. */
  readonly address: string;
  /** Lets only these method calls out. */
  readonly guard?: ReadGuard;
  readonly allowUnixexec?: boolean;
  /** Come back when the bus was away: names, matches and tracked owners are restored. Default false. */
  readonly reconnect?: boolean;
  readonly connectDeadlineMs?: number;
  /** Milliseconds for each call that gives none of its own. Default LIMITS.callDeadlineMs. */
  readonly callDeadlineMs?: number;
  /** A listener or handler of yours threw. Without this it becomes a process warning. */
  readonly onListenerError?: (error: unknown) => void;
  readonly meter?: BusMeter;
  readonly clock?: Clock;
}

export interface NameFlags {
  readonly allowReplacement?: boolean;
  readonly replaceExisting?: boolean;
  readonly doNotQueue?: boolean;
}
/** What the bus said to RequestName: ours now, waiting in line, owned by another, ours before. */
export type NameResult = "owner" | "queued" | "exists" | "already";
const NAME_RESULTS: readonly NameResult[] = ["owner", "queued", "exists", "already"];

/** What the connection dropped, since it was made. */
export interface ConnectionCounters {
  /** Signals that were wanted and whose body did not decode. */
  readonly undecodableSignals: number;
  /** Messages refused by their header: too large and not asked for, or of an unknown type. */
  readonly skippedMessages: number;
}

/** Connects, authenticates and says Hello. Rejects with OPD3002, OPD3008 (address), OPD3009 or OPD3014. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const addressOptions = options.allowUnixexec === undefined ? {} : { allowUnixexec: options.allowUnixexec };
  const connection = new Connection(options, parseAddresses(options.address, addressOptions));
  await connection.open();
  return connection;
}

export class Connection implements Bus {
  readonly #options: ConnectOptions;
  readonly #addresses: readonly Address[];
  readonly #clock: Clock;
  readonly #pending: Pending;
  readonly #subscriptions: Subscriptions;
  readonly #exports: Exports;
  readonly #names = new Map<string, number>();
  readonly #onDisconnect = new Set<(error: OpError | null) => void>();
  readonly #onReconnect = new Set<() => void>();
  readonly #closing = new AbortController();
  #wire: Wire | null = null;
  #ready = false;
  #uniqueName = "";
  #guid = "";
  #address = "";
  #skippedBefore = 0;
  #whyDown: OpError | null = null;

  constructor(options: ConnectOptions, addresses: readonly Address[]) {
    this.#options = options;
    this.#addresses = addresses;
    this.#clock = options.clock ?? systemClock;
    this.#pending = new Pending(this.#clock, options.callDeadlineMs, options.meter);
    const report = options.onListenerError ?? warn;
    this.#subscriptions = new Subscriptions({ ask: (call, settle) => this.#send(call, settle), report });
    this.#exports = new Exports({ send: (fields) => this.#sendOther(fields), report });
  }

  get uniqueName(): string {
    return this.#uniqueName;
  }
  get guid(): string {
    return this.#guid;
  }
  get address(): string {
    return this.#address;
  }
  get connected(): boolean {
    return this.#ready;
  }
  get counters(): ConnectionCounters {
    return {
      undecodableSignals: this.#subscriptions.undecodable,
      skippedMessages: this.#skippedBefore + (this.#wire?.skipped ?? 0),
    };
  }

  call(call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (!this.#ready) return reject(disconnected(call, this.#whyDown));
      this.#send(call, (reply, error) => {
        try {
          if (reply === null && error !== null) throw error;
          resolve(reply === null ? { sender: "", signature: "", body: [] } : readReply(call, reply));
        } catch (failure) {
          reject(failure as Error);
        }
      });
    });
  }

  async subscribe(match: Match, listener: (signal: SignalMessage) => void): Promise<Subscription> {
    this.#mustBeReady("AddMatch");
    return await this.#subscriptions.subscribe(match, listener);
  }

  async watchName(name: string, listener: (change: OwnerChange) => void): Promise<Subscription> {
    this.#mustBeReady("AddMatch");
    return await this.#subscriptions.watchName(name, listener);
  }

  async owner(name: string): Promise<string | null> {
    try {
      return String((await this.call(driverCall("GetNameOwner", name))).body[0]);
    } catch (error) {
      if (isNoOwner(error)) return null;
      throw error;
    }
  }

  /** Asks for a well-known name; it is asked for again after a reconnect, until it is released. */
  async requestName(name: string, flags: NameFlags = {}): Promise<NameResult> {
    const bits =
      (flags.allowReplacement === true ? 1 : 0) |
      (flags.replaceExisting === true ? 2 : 0) |
      (flags.doNotQueue === true ? 4 : 0);
    const reply = await this.call(nameCall("RequestName", name, bits));
    const result = NAME_RESULTS[Number(reply.body[0]) - 1] ?? "exists";
    if (result !== "exists") this.#names.set(name, bits);
    return result;
  }

  async releaseName(name: string): Promise<void> {
    this.#names.delete(name);
    await this.call(driverCall("ReleaseName", name));
  }

  /** Exports interfaces at a path, until the result is closed; survives reconnects. Throws OPD3015 when declaration and
   * handlers do not agree, or the path is taken. */
  export(
    path: string,
    implementations: readonly Implementation[],
    options: ExportOptions = {},
  ): ExportedObject {
    return this.#exports.add(path, implementations, options);
  }

  /** Sends a signal to everybody, or to one destination. Throws OPD3005 on a guarded connection, OPD3010 when the body
   * does not fit its signature, OPD3003 when not connected. */
  emit(signal: Omit<SignalMessage, "sender"> & { readonly destination?: string }): void {
    const call = { ...signal, destination: signal.destination ?? "" };
    if (this.#options.guard !== undefined) throw guarded(call);
    if (!this.#ready) throw disconnected(call, this.#whyDown);
    this.#sendOther({ type: message.SIGNAL, ...signal });
  }

  /** `listener` is told when the connection is lost or closed (null = by us). */
  onDisconnect(listener: (error: OpError | null) => void): Subscription {
    return listen(this.#onDisconnect, listener);
  }

  /** `listener` is told when everything is restored. Signals in between were missed: read again what matters. */
  onReconnect(listener: () => void): Subscription {
    return listen(this.#onReconnect, listener);
  }

  /** Ends the connection; calls under way reject with OPD3003. Never rejects. */
  close(): Promise<void> {
    this.#closing.abort();
    this.#wire?.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For `connect`, once. */
  async open(): Promise<void> {
    await this.#dial();
    this.#ready = true;
  }

  /** Opens the first address that works. */
  async #dial(): Promise<void> {
    const deadlineMs = this.#options.connectDeadlineMs ?? LIMITS.connectDeadlineMs;
    await openFirst(this.#addresses, deadlineMs, this.#clock, async (pipe, address) => {
      const wire = await openWire(pipe, address, (header) => this.#accepts(header), {
        message: (received) => this.#received(received),
        read: () => this.#pending.read(),
        closed: (error) => this.#lost(error),
      });
      this.#wire = wire;
      // Both leave in one write. The GUID of the dialogue is that of one listening address, not of the bus.
      const named = this.#driver(wire, { ...driverCall("Hello"), deadlineMs });
      const identified = this.#driver(wire, { ...driverCall("GetId"), deadlineMs });
      const [hello, id] = await Promise.all([named, identified]);
      this.#uniqueName = String(hello.body[0]);
      this.#guid = String(id.body[0]);
      this.#address = wire.address;
    });
    if (this.#closing.signal.aborted) this.#wire?.close();
  }

  #driver(wire: Wire, call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#transmit(wire, call, (reply, error) => {
        try {
          if (reply === null) throw error!;
          resolve(readReply(call, reply));
        } catch (failure) {
          reject(failure as Error);
        }
      });
    });
  }

  #mustBeReady(member: string): void {
    if (!this.#ready) throw disconnected(driverCall(member), this.#whyDown);
  }

  /** The one place where method calls leave. */
  #send(call: Call, settle: Settle): void {
    const { guard } = this.#options;
    if (guard !== undefined && !guard(call)) return settle(null, guarded(call));
    if (this.#wire === null) return settle(null, disconnected(call, this.#whyDown));
    this.#transmit(this.#wire, call, settle);
  }

  #transmit(wire: Wire, call: Call, settle: Settle): void {
    if (call.signal?.aborted === true) return settle(null, cancelled(call));
    const serial = this.#pending.nextSerial();
    try {
      const bytes = message.encodeMessage(
        {
          type: message.METHOD_CALL,
          flags: flagsOf(call),
          path: call.path,
          interface: call.interface,
          member: call.member,
          destination: call.destination,
          signature: call.signature,
          body: call.body,
        },
        serial,
      );
      if (call.noReply !== true) this.#pending.add(serial, call, settle);
      wire.send(bytes);
      if (call.noReply === true) {
        this.#pending.sent(call);
        settle(null, null);
      }
    } catch (error) {
      const failure = error as OpError;
      if (this.#pending.replyBytesMax(serial) > 0) this.#pending.fail(serial, () => failure);
      else settle(null, failure);
    }
  }

  /** Replies, errors and signals of ours. */
  #sendOther(fields: message.MessageFields): void {
    this.#wire?.send(message.encodeMessage(fields, this.#pending.nextSerial()));
  }

  /** Judges a message by its header, before its body is held. */
  #accepts(header: message.MessageHeader): boolean {
    const { type, bodySizeBytes } = header;
    if (type === message.SIGNAL) {
      if (bodySizeBytes <= LIMITS.strangerSignalBytesMax) return true;
      return bodySizeBytes <= LIMITS.replyBytesMax && this.#subscriptions.wants(header);
    }
    if (type === message.METHOD_CALL) {
      if (bodySizeBytes <= LIMITS.incomingCallBytesMax) return true;
      this.#exports.refuse(header, "the call is too large");
      return false;
    }
    const serial = header.replySerial ?? 0;
    if (!this.#pending.expects(serial, header.sender)) return false;
    const bytesMax = this.#pending.replyBytesMax(serial);
    if (bodySizeBytes <= bytesMax) return true;
    this.#pending.fail(serial, (call) =>
      unusable(call, `it has ${bodySizeBytes} bytes, more than ${bytesMax}`),
    );
    return false;
  }

  #received(received: message.Message): void {
    switch (received.type) {
      case message.METHOD_CALL:
        return this.#exports.handle(received);
      case message.SIGNAL:
        this.#options.meter?.signals.add();
        return this.#subscriptions.dispatch(received);
      case message.METHOD_RETURN:
      case message.ERROR:
        return this.#pending.settle(received.replySerial ?? 0, received);
    }
  }

  #lost(error: OpError | null): void {
    const wasReady = this.#ready;
    this.#skippedBefore += this.#wire?.skipped ?? 0;
    if (this.#options.meter !== undefined) this.#wire?.countInto(this.#options.meter);
    this.#wire = null;
    this.#ready = false;
    this.#whyDown = error;
    this.#pending.failAll((call) => disconnected(call, error));
    if (!wasReady) return;
    this.#tell(this.#onDisconnect, error);
    if (this.#options.reconnect === true && !this.#closing.signal.aborted) void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const guidBefore = this.#guid;
    let delayMs: number = LIMITS.reconnectDelayMsMin;
    for (;;) {
      await this.#clock.sleep(delayMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      try {
        await this.#reopen(guidBefore);
        return this.#tell(this.#onReconnect, undefined);
      } catch (error) {
        this.#whyDown = error instanceof OpError ? error : this.#whyDown;
        this.#wire?.close();
        delayMs = Math.min(delayMs * 2, LIMITS.reconnectDelayMsMax);
      }
    }
  }

  async #reopen(guidBefore: string): Promise<void> {
    await this.#dial();
    await this.#subscriptions.restore(this.#guid === guidBefore);
    for (const [name, bits] of this.#names) {
      await new Promise<void>((resolve, reject) => {
        this.#send(nameCall("RequestName", name, bits), (_, error) =>
          error === null ? resolve() : reject(error),
        );
      });
    }
    if (this.#wire === null) throw new OpError("OPD3003", "the connection was lost while it was restored");
    this.#ready = true;
  }

  #tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      queueMicrotask(() => {
        try {
          listener(value);
        } catch (error) {
          (this.#options.onListenerError ?? warn)(error);
        }
      });
    }
  }
}

function flagsOf(call: Call): number {
  return (
    (call.noReply === true ? message.NO_REPLY_EXPECTED : 0) |
    (call.noAutoStart === true ? message.NO_AUTO_START : 0) |
    (call.interactive === true ? message.ALLOW_INTERACTIVE_AUTHORIZATION : 0)
  );
}

function nameCall(member: string, name: string, bits: number): Call {
  return { ...driverCall(member), signature: "su", body: [name, bits] };
}

function listen<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): Subscription {
  const own = (value: T): void => listener(value);
  listeners.add(own);
  return { close: () => void listeners.delete(own) };
}

/** Never fatal, never swallowed. The text is quoted: it may hold what a peer sent. */
function warn(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`a D-Bus listener or handler failed: ${JSON.stringify(text)}`);
}
