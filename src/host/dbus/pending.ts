// The calls that wait for a reply: serial -> how to settle it. The table is an array that a serial indexes by its low
// bits: a Map makes garbage that outlives young collections, a fifth of the CPU of a busy connection. One timer looks at
// all deadlines, armed for the earliest, so a call costs none of its own. Whatever ends a wait ends it once, and is counted.

import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import type { Clock } from "../../base/clock.ts";
import { DBusError, type Call } from "./call.ts";
import type { Message } from "./message.ts";
import type { BusMeter, Counted } from "./meter.ts";

/** Called once with the reply (or error reply), or with why there is none. Runs inside the dispatch of the message, in
 * wire order, so it must be short. */
export type Settle = (reply: Message | null, error: OpError | null) => void;

/** A longer wait is taken in steps: a timer of Node that exceeds 2^31 ms fires at once. */
const TIMER_MS_MAX = 2 ** 30;

const SLOTS_AT_FIRST = 256;

const DRIVER = "org.freedesktop.DBus";

interface Waiting {
  readonly serial: number;
  readonly settle: Settle;
  readonly call: Call;
  readonly sinceMs: number;
  readonly deadlineMs: number;
  readonly replyBytesMax: number;
  readonly onAbort: (() => void) | null;
  readonly counted: Counted | null;
}

export class Pending {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #meter: BusMeter | null;
  /** A call waits in the slot of its serial's low bits; at most half of the slots are taken. */
  #slots: (Waiting | null)[] = emptySlots(SLOTS_AT_FIRST);
  #size = 0;
  #serial = 0;
  #timer: AbortController | null = null;
  #timerMs = Infinity;
  /** When the bytes arrived that are read now; NaN = nobody has looked yet. */
  #arrivedMs = NaN;

  /** `deadlineMs`: of a call that has none of its own. */
  constructor(clock: Clock, deadlineMs: number = LIMITS.callDeadlineMs, meter: BusMeter | null = null) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#meter = meter;
  }

  get size(): number {
    return this.#size;
  }

  /** The next serial: never 0, never one whose slot is taken, even after 2^32 calls. */
  nextSerial(): number {
    do this.#serial = this.#serial >= 0xffff_ffff ? 1 : this.#serial + 1;
    while (this.#slots[this.#slot(this.#serial)] !== null);
    return this.#serial;
  }

  /** Begins to wait for the reply to the serial that nextSerial gave last. Throws OPD3023 when too many wait already. */
  add(serial: number, call: Call, settle: Settle): void {
    if (this.#size >= LIMITS.pendingCallsMax) {
      throw new OpError("OPD3023", `${this.#size} calls are waiting for a reply already`);
    }
    const sinceMs = this.#clock.monotonicMs();
    const deadlineMs = call.deadlineMs ?? this.#deadlineMs;
    let onAbort: (() => void) | null = null;
    if (call.signal !== undefined) {
      onAbort = () => this.#end(serial, null, cancelled(call));
      call.signal.addEventListener("abort", onAbort, { once: true });
    }
    const replyBytesMax = call.replyBytesMax ?? LIMITS.replyBytesMax;
    this.#slots[this.#slot(serial)] = {
      serial,
      settle,
      call,
      sinceMs,
      deadlineMs,
      replyBytesMax,
      onAbort,
      counted: this.#meter?.called(call, sinceMs) ?? null,
    };
    if (++this.#size * 2 > this.#slots.length) this.#grow();
    if (sinceMs + deadlineMs < this.#timerMs) this.#arm(sinceMs + deadlineMs);
  }

  /** Counts a call that was sent and asks for no reply: nobody waits for that. */
  sent(call: Call): void {
    if (this.#meter === null) return;
    const nowMs = this.#clock.monotonicMs();
    const counted = this.#meter.called(call, nowMs);
    if (counted !== null) this.#meter.ended(counted, null, null, nowMs, nowMs);
  }

  /** Bytes the reply to `serial` may have; 0 when nobody waits for it. */
  replyBytesMax(serial: number): number {
    return this.#get(serial)?.replyBytesMax ?? 0;
  }

  /** May this peer answer? On a session bus anybody can send a reply: it counts from the bus itself and from whom the
   * call went to. Who owned a well-known name when it arrived there, only the bus knows. */
  expects(serial: number, sender: string | undefined): boolean {
    const to = this.#get(serial)?.call.destination;
    if (to === undefined) return false;
    if (sender === undefined || sender === to || sender === DRIVER) return true;
    return to !== DRIVER && !to.startsWith(":");
  }

  /** A reply arrived. One that nobody waits for (any more), or of a stranger, is dropped. */
  settle(serial: number, reply: Message): void {
    if (this.expects(serial, reply.sender)) this.#end(serial, reply, null);
  }

  /** What arrived is read: the next reply comes at another time. */
  read(): void {
    this.#arrivedMs = NaN;
  }

  fail(serial: number, error: (call: Call) => OpError): void {
    const waiting = this.#get(serial);
    if (waiting !== null) this.#end(serial, null, error(waiting.call));
  }

  /** Ends every wait: the connection is gone. */
  failAll(error: (call: Call) => OpError): void {
    for (const waiting of this.#slots) {
      if (waiting !== null) this.#end(waiting.serial, null, error(waiting.call));
    }
    this.#timer?.abort();
    this.#timer = null;
    this.#timerMs = Infinity;
    this.#arrivedMs = NaN;
  }

  #slot(serial: number): number {
    return serial & (this.#slots.length - 1);
  }

  #get(serial: number): Waiting | null {
    const waiting = this.#slots[this.#slot(serial)] ?? null;
    return waiting !== null && waiting.serial === serial ? waiting : null;
  }

  /** Twice the slots: two that were apart stay apart. */
  #grow(): void {
    const before = this.#slots;
    this.#slots = emptySlots(before.length * 2);
    for (const waiting of before) if (waiting !== null) this.#slots[this.#slot(waiting.serial)] = waiting;
  }

  #end(serial: number, reply: Message | null, error: OpError | null): void {
    const waiting = this.#get(serial);
    if (waiting === null) return;
    this.#slots[this.#slot(serial)] = null;
    this.#size--;
    if (waiting.onAbort !== null) waiting.call.signal?.removeEventListener("abort", waiting.onAbort);
    if (waiting.counted !== null)
      this.#meter?.ended(waiting.counted, reply, error, waiting.sinceMs, this.#endMs(reply));
    waiting.settle(reply, error);
  }

  /** Now; for replies that arrived together one look at the clock. */
  #endMs(reply: Message | null): number {
    if (reply === null) return this.#clock.monotonicMs();
    if (Number.isNaN(this.#arrivedMs)) this.#arrivedMs = this.#clock.monotonicMs();
    return this.#arrivedMs;
  }

  #arm(untilMs: number): void {
    this.#timer?.abort();
    const timer = new AbortController();
    this.#timer = timer;
    this.#timerMs = untilMs;
    const waitMs = Math.min(Math.max(1, untilMs - this.#clock.monotonicMs()), TIMER_MS_MAX);
    void this.#clock.sleep(waitMs, timer.signal).then(() => {
      if (!timer.signal.aborted) this.#sweep();
    });
  }

  #sweep(): void {
    this.#timer = null;
    this.#timerMs = Infinity;
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Infinity;
    for (const waiting of this.#slots) {
      if (waiting === null) continue;
      const untilMs = waiting.sinceMs + waiting.deadlineMs;
      if (untilMs <= nowMs) this.#end(waiting.serial, null, late(waiting.call, waiting.deadlineMs));
      else if (untilMs < nextMs) nextMs = untilMs;
    }
    if (nextMs < this.#timerMs) this.#arm(nextMs);
  }
}

function emptySlots(count: number): (Waiting | null)[] {
  return Array.from({ length: count }, () => null);
}

/** Where a call went, for errors: names only, never arguments, which may be secret. */
export function whereOf(call: Call): string {
  return `${call.destination} ${call.path} ${call.interface}.${call.member}`;
}

function late(call: Call, deadlineMs: number): DBusError {
  return new DBusError(
    "OPD3004",
    "org.freedesktop.DBus.Error.NoReply",
    `no answer from ${call.destination} to ${call.member} within ${deadlineMs} ms`,
    { where: whereOf(call) },
  );
}

export function cancelled(call: Call): DBusError {
  return new DBusError("OPD3007", "org.freedesktop.DBus.Error.NoReply", `${call.member} was cancelled`, {
    where: whereOf(call),
  });
}
