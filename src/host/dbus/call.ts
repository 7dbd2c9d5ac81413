// The plain values that pass between the parts of the bus core: a call, its reply, a signal, a match, and the errors.

import { OpError, type ErrorDetail } from "../../base/error.ts";
import type { Code } from "../../base/codes.ts";
import type { DBusValue } from "./value.ts";

/** One method call. `signature` is that of the whole body ("" without arguments). */
export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly DBusValue[];
  /** Milliseconds until the outcome counts as unknown (OPD3004); default that of the connection. */
  readonly deadlineMs?: number;
  /** Largest reply to take, in bytes; default LIMITS.replyBytesMax. A larger one is OPD3006 and is not kept. */
  readonly replyBytesMax?: number;
  /** The signature that the reply must have; another one is OPD3006. Without it any is taken. */
  readonly replySignature?: string;
  readonly signal?: AbortSignal;
  /** NO_AUTO_START: do not start the service for this call. */
  readonly noAutoStart?: boolean;
  /** ALLOW_INTERACTIVE_AUTHORIZATION: polkit may ask a person. */
  readonly interactive?: boolean;
  /** NO_REPLY_EXPECTED: resolves once written, with an empty body. */
  readonly noReply?: boolean;
}

export interface Reply {
  /** Unique name of who answered. */
  readonly sender: string;
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

export interface SignalMessage {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

/** A match rule (D-Bus specification, "Match Rules"); type is always signal. `sender` may be a well-known name: its
 * owner is tracked. */
export interface Match {
  readonly sender?: string;
  readonly path?: string;
  readonly pathNamespace?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly arg0?: string;
}

export interface Subscription {
  /** Ends it; the rule leaves the bus with its last subscriber. Never throws. */
  close(): void;
}

/** Where a name is owned now. `null` = nobody owns it. */
export interface OwnerChange {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** An error reply of a peer, or a failure of the call itself (timeout, disconnected), as an OpError with `dbusName`. */
export class DBusError extends OpError {
  /** For example org.freedesktop.DBus.Error.AccessDenied. */
  readonly dbusName: string;
  /** The peer's own text: foreign, to be shown with control characters made visible. */
  readonly text: string;
  constructor(code: Code, dbusName: string, text: string, detail: ErrorDetail = {}) {
    super(code, text === "" ? dbusName : `${text} (${dbusName})`, detail);
    this.dbusName = dbusName;
    this.text = text;
  }
}

/** A bus connection as the rest of the product sees it. `connect` (connection.ts) makes one. */
export interface Bus {
  /** Our unique name. Changes after a reconnect. */
  readonly uniqueName: string;
  /** GUID of the bus (32 hex digits; what GetId says, the same at each of its addresses): for locks and caches. */
  readonly guid: string;
  /** The address that worked. */
  readonly address: string;
  /** Sends one call. Rejects with DBusError: an error reply (OPD3021 access denied, OPD3022 nobody there, OPD3001 any
   * other: look at dbusName), OPD3004 deadline passed (outcome unknown), OPD3003 connection lost, OPD3005 refused by
   * the read-only guard (nothing sent), OPD3006 reply too large or undecodable, OPD3007 aborted. */
  call(call: Call): Promise<Reply>;
  /** Resolves once the match rule is in place, so a signal after that is never missed. Listeners run outside the
   * parser, in order; one that throws is reported through `onListenerError` and never ends the connection. */
  subscribe(match: Match, listener: (signal: SignalMessage) => void): Promise<Subscription>;
  /** Owner changes of one name, from now on. */
  watchName(name: string, listener: (change: OwnerChange) => void): Promise<Subscription>;
  /** Unique name of the owner, or null. Never starts a service. */
  owner(name: string): Promise<string | null>;
  /** True while connected. */
  readonly connected: boolean;
  close(): Promise<void>;
}

/** What a read-only connection lets through. Asked for every outgoing method call. */
export type ReadGuard = (call: Call) => boolean;
