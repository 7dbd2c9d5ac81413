// Who listens to which signals: rules ref-counted on the bus and judged again here, because a connection also gets
// what others subscribed to or what a peer sends to it alone. Owners of well-known names are tracked in wire order, so
// that `sender` in a rule means who owns the name now. A signal that nobody wants is never decoded.

import { DBusError, type Call, type Match, type OwnerChange, type SignalMessage } from "./call.ts";
import type { Subscription } from "./call.ts";
import { ruleFits, ruleOf, ruleText, type Matched, type Rule } from "./match-rule.ts";
import type { Message } from "./message.ts";
import type { Settle } from "./pending.ts";
import { readReply } from "./reply.ts";

interface Listener {
  readonly deliver: (signal: SignalMessage) => void;
  /** Runs inside the dispatch: our own bookkeeping, never a caller's code. */
  readonly inside: boolean;
  open: boolean;
}

interface RuleEntry {
  readonly rule: Rule;
  readonly text: string;
  readonly listeners: Set<Listener>;
  readonly added: Promise<unknown>;
}

interface OwnerEntry {
  owner: string | null;
  users: number;
  readonly watchers: Set<(change: OwnerChange) => void>;
  readonly known: Promise<unknown>;
  readonly rule: Subscription;
}

export interface SubscriptionsOptions {
  /** Sends a call of the bus driver's interface. */
  ask(call: Call, settle: Settle): void;
  /** A listener threw. */
  report(error: unknown): void;
}

export class Subscriptions {
  readonly #rules = new Map<string, RuleEntry>();
  readonly #owners = new Map<string, OwnerEntry>();
  readonly #ask: (call: Call, settle: Settle) => void;
  readonly #report: (error: unknown) => void;
  readonly #owns = (name: string, unique: string): boolean => this.#owners.get(name)?.owner === unique;
  /** Signals that fitted a rule and whose body did not decode. */
  undecodable = 0;

  constructor(options: SubscriptionsOptions) {
    this.#ask = options.ask;
    this.#report = options.report;
  }

  async subscribe(match: Match, listener: (signal: SignalMessage) => void): Promise<Subscription> {
    const tracked = match.sender !== undefined && isTracked(match.sender) ? this.#track(match.sender) : null;
    const rule = this.#add(match, { deliver: listener, inside: false, open: true });
    const subscription = closing(() => {
      rule.subscription.close();
      tracked?.release();
    });
    return await ready(subscription, [rule.added, tracked?.known]);
  }

  async watchName(name: string, listener: (change: OwnerChange) => void): Promise<Subscription> {
    const tracked = this.#track(name);
    const watcher = (change: OwnerChange): void => listener(change);
    tracked.watchers.add(watcher);
    const subscription = closing(() => {
      tracked.watchers.delete(watcher);
      tracked.release();
    });
    return await ready(subscription, [tracked.known]);
  }

  /** Does anybody want this signal? Looks at the header only, so rules with arguments count as fitting. */
  wants(header: Omit<Matched, "body">): boolean {
    const seen: Matched = { ...header, body: () => [] };
    for (const { rule } of this.#rules.values()) {
      if (ruleFits(rule.args.length === 0 ? rule : { ...rule, args: [] }, seen, this.#owns)) return true;
    }
    return false;
  }

  /** One signal, in wire order. Listeners run after the parser has returned, one signal after the other. */
  dispatch(message: Message): void {
    let due: Listener[] | null = null;
    for (const { rule, listeners } of this.#rules.values()) {
      if (ruleFits(rule, message, this.#owns)) due = due === null ? [...listeners] : [...due, ...listeners];
    }
    if (due === null) return;
    const signal = this.#decode(message);
    if (signal === null) return;
    for (const listener of due) if (listener.inside) listener.deliver(signal);
    const outside = due.filter((listener) => !listener.inside);
    if (outside.length > 0) {
      queueMicrotask(() => {
        for (const listener of outside) if (listener.open) this.#run(listener.deliver, signal);
      });
    }
  }

  /** After a reconnect: every rule and every owner again. `sameBus`: the names of before still mean the same. Rejects
   * when the connection is lost again meanwhile. */
  async restore(sameBus: boolean): Promise<void> {
    const done: Promise<unknown>[] = [...this.#rules.values()].map(({ text }) =>
      this.#driver("AddMatch", text),
    );
    for (const [name, entry] of this.#owners) {
      if (!sameBus) this.#changed(name, entry, null);
      done.push(this.#askOwner(name, (owner) => this.#changed(name, entry, owner)));
    }
    await Promise.all(done);
  }

  #decode(message: Message): SignalMessage | null {
    try {
      return {
        sender: message.sender ?? "",
        path: message.path ?? "",
        interface: message.interface ?? "",
        member: message.member ?? "",
        signature: message.signature,
        body: message.body(),
      };
    } catch {
      this.undecodable++;
      return null;
    }
  }

  #run<T>(listener: (value: T) => unknown, value: T): void {
    try {
      const result = listener(value);
      if (result instanceof Promise) result.catch(this.#report);
    } catch (error) {
      this.#report(error);
    }
  }

  #add(match: Match, listener: Listener): { subscription: Subscription; added: Promise<unknown> } {
    const text = ruleText(match);
    let entry = this.#rules.get(text);
    if (entry === undefined) {
      entry = { rule: ruleOf(match), text, listeners: new Set(), added: this.#driver("AddMatch", text) };
      this.#rules.set(text, entry);
    }
    const { listeners, added } = entry;
    listeners.add(listener);
    const subscription = closing(() => {
      listener.open = false;
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#rules.delete(text);
      this.#ask({ ...driverCall("RemoveMatch", text), noReply: true }, () => {});
    });
    return { subscription, added };
  }

  #track(name: string): OwnerEntry & { release(): void } {
    let entry = this.#owners.get(name);
    if (entry === undefined) {
      const rule = this.#add(
        {
          sender: "org.freedesktop.DBus",
          path: "/org/freedesktop/DBus",
          interface: "org.freedesktop.DBus",
          member: "NameOwnerChanged",
          arg0: name,
        },
        {
          deliver: ({ body }) => this.#changed(name, made, body[2] === "" ? null : String(body[2])),
          inside: true,
          open: true,
        },
      );
      const asked = this.#askOwner(name, (owner) => (made.owner = owner));
      const known = Promise.all([rule.added, asked]);
      const made: OwnerEntry = { owner: null, users: 0, watchers: new Set(), known, rule: rule.subscription };
      known.catch(() => {});
      this.#owners.set(name, made);
      entry = made;
    }
    const held = entry;
    held.users++;
    const release = (): void => {
      if (--held.users > 0) return;
      this.#owners.delete(name);
      held.rule.close();
    };
    return Object.assign(Object.create(held) as OwnerEntry, { release });
  }

  #changed(name: string, entry: OwnerEntry, after: string | null): void {
    const change: OwnerChange = { name, before: entry.owner, after };
    if (change.before === after) return;
    entry.owner = after;
    const watchers = [...entry.watchers];
    if (watchers.length === 0) return;
    queueMicrotask(() => {
      for (const watcher of watchers) if (entry.watchers.has(watcher)) this.#run(watcher, change);
    });
  }

  /** Settles inside the dispatch, so that a later NameOwnerChanged is not overtaken by this older answer. */
  #askOwner(name: string, found: (owner: string | null) => void): Promise<void> {
    const call = driverCall("GetNameOwner", name);
    return new Promise((resolve, reject) => {
      this.#ask(call, (reply, error) => {
        try {
          if (reply === null) throw error!;
          found(String(readReply(call, reply).body[0]));
          resolve();
        } catch (failure) {
          if (!isNoOwner(failure)) return reject(failure as Error);
          found(null);
          resolve();
        }
      });
    });
  }

  #driver(member: string, argument: string): Promise<unknown> {
    const call = driverCall(member, argument);
    const done = new Promise((resolve, reject) => {
      this.#ask(call, (reply, error) => {
        try {
          if (reply === null) throw error!;
          resolve(readReply(call, reply));
        } catch (failure) {
          reject(failure as Error);
        }
      });
    });
    done.catch(() => {});
    return done;
  }
}

/** What the bus driver answers to the calls that are sent to it here. */
const DRIVER_REPLIES: Readonly<Record<string, string>> = Object.freeze({
  Hello: "s",
  GetId: "s",
  GetNameOwner: "s",
  RequestName: "u",
});

/** A call of the bus driver with strings. */
export function driverCall(member: string, ...body: string[]): Call {
  const replySignature = DRIVER_REPLIES[member];
  return {
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member,
    signature: "s".repeat(body.length),
    body,
    ...(replySignature === undefined ? {} : { replySignature }),
  };
}

/** What GetNameOwner answers when there is none. */
export function isNoOwner(error: unknown): boolean {
  return error instanceof DBusError && error.dbusName === "org.freedesktop.DBus.Error.NameHasNoOwner";
}

function isTracked(sender: string): boolean {
  return !sender.startsWith(":") && sender !== "org.freedesktop.DBus";
}

function closing(close: () => void): Subscription {
  let open = true;
  return {
    close() {
      if (!open) return;
      open = false;
      close();
    },
  };
}

async function ready(subscription: Subscription, waits: readonly unknown[]): Promise<Subscription> {
  try {
    await Promise.all(waits);
    return subscription;
  } catch (error) {
    subscription.close();
    throw error;
  }
}
