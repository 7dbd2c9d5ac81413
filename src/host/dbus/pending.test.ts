// The table of calls that wait: serials, deadlines, and that each wait ends exactly once.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Call } from "./call.ts";
import { Framer } from "./framer.ts";
import { encodeMessage, type Message } from "./message.ts";
import type { BusMeter } from "./meter.ts";
import { Pending } from "./pending.ts";

const CALL: Call = { destination: "a.b", path: "/", interface: "a.b", member: "C" };
const REPLY = readOne(encodeMessage({ type: 2, replySerial: 1 }, 1));

function readOne(bytes: Buffer): Message {
  const framer = new Framer();
  framer.push(bytes);
  return framer.next()!;
}

/** A clock that a test moves; `sleeps` is how many are under way. */
function handClock(): Clock & { move(ms: number): Promise<void>; sleeps(): number } {
  let nowMs = 0;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          untilMs: nowMs + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake);
      }),
    async move(ms) {
      nowMs += ms;
      for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    sleeps: () => sleepers.size,
  };
}

function begin(pending: Pending, call: Partial<Call>, log: string[]): number {
  const serial = pending.nextSerial();
  pending.add(serial, { ...CALL, ...call }, (reply, error) => {
    log.push(`${serial} ${reply === null ? error?.code : "reply"}`);
  });
  return serial;
}

test("a call without a deadline of its own has the connection's", async () => {
  const clock = handClock();
  const pending = new Pending(clock, 300);
  const errors: (string | undefined)[] = [];
  pending.nextSerial();
  pending.add(1, CALL, (_, error) => void errors.push(error?.message));
  await clock.move(299);
  assert.deepEqual(errors, []);
  await clock.move(1);
  assert.deepEqual(errors, ["no answer from a.b to C within 300 ms (org.freedesktop.DBus.Error.NoReply)"]);
});

test("each call ends once, at its own deadline, with one timer", async () => {
  const clock = handClock();
  const pending = new Pending(clock);
  const log: string[] = [];
  begin(pending, { deadlineMs: 100 }, log);
  begin(pending, { deadlineMs: 300 }, log);
  const third = begin(pending, { deadlineMs: 50 }, log);
  begin(pending, {}, log);
  assert.equal(clock.sleeps(), 1);
  pending.settle(third, REPLY);
  pending.settle(third, REPLY);
  await clock.move(50);
  await clock.move(49);
  assert.deepEqual(log, ["3 reply"]);
  await clock.move(1);
  assert.deepEqual(log, ["3 reply", "1 OPD3004"]);
  await clock.move(200);
  assert.deepEqual(log, ["3 reply", "1 OPD3004", "2 OPD3004"]);
  await clock.move(LIMITS.callDeadlineMs);
  assert.deepEqual(log.at(-1), "4 OPD3004");
  assert.equal(pending.size, 0);
  assert.equal(clock.sleeps(), 0);
});

test("a deadline of weeks, or none, does not fire early", async () => {
  const clock = handClock();
  const pending = new Pending(clock);
  const log: string[] = [];
  begin(pending, { deadlineMs: 2 ** 33 }, log);
  begin(pending, { deadlineMs: Infinity }, log);
  for (let days = 0; days < 90; days += 10) await clock.move(864_000_000);
  assert.deepEqual(log, []);
  for (let days = 0; days < 90; days += 10) await clock.move(864_000_000);
  assert.deepEqual(log, ["1 OPD3004"]);
});

test("an abort ends one wait and leaves no listener", () => {
  const pending = new Pending(handClock());
  const log: string[] = [];
  const abort = new AbortController();
  const first = begin(pending, { signal: abort.signal }, log);
  begin(pending, { signal: abort.signal }, log);
  pending.settle(first, REPLY);
  abort.abort();
  assert.deepEqual(log, ["1 reply", "2 OPD3007"]);
});

test("serials skip 0 and those that still wait, after 2^32 calls too", () => {
  const pending = new Pending(handClock());
  const log: string[] = [];
  for (let i = 0; i < 1000; i++) begin(pending, {}, log);
  for (let serial = 2; serial <= 1000; serial++) pending.settle(serial, REPLY);
  assert.equal(pending.size, 1);
  const seen = new Set<number>();
  for (let i = 0; i < 5000; i++) {
    const serial = pending.nextSerial();
    assert.notEqual(serial, 0);
    assert.notEqual(serial & 2047, 1);
    seen.add(serial);
  }
  assert.equal(seen.size, 5000);
  pending.settle(1, REPLY);
  assert.equal(log.at(-1), "1 reply");
});

test("the number of waiting calls is bounded, and all fail when the connection goes", () => {
  const pending = new Pending(handClock());
  const log: string[] = [];
  for (let i = 0; i < LIMITS.pendingCallsMax; i++) begin(pending, {}, log);
  assert.throws(() => begin(pending, {}, log), { code: "OPD3023" });
  pending.failAll(() => Object.assign(new Error("gone"), { code: "OPD3003" }) as never);
  assert.equal(pending.size, 0);
  assert.equal(log.length, LIMITS.pendingCallsMax);
  assert.ok(log.every((line) => line.endsWith("OPD3003")));
});

test("only the bus and whom a call went to may answer it", () => {
  const table: readonly (readonly [destination: string, sender: string | undefined, isTaken: boolean])[] = [
    [":1.5", ":1.5", true],
    [":1.5", ":1.6", false],
    [":1.5", "org.freedesktop.DBus", true],
    [":1.5", undefined, true],
    ["org.freedesktop.DBus", ":1.6", false],
    ["org.freedesktop.DBus", "org.freedesktop.DBus", true],
    ["a.b", ":1.6", true],
  ];
  for (const [destination, sender, isTaken] of table) {
    const pending = new Pending(handClock());
    const log: string[] = [];
    const serial = begin(pending, { destination }, log);
    assert.equal(pending.expects(serial, sender), isTaken, `${sender} for ${destination}`);
    pending.settle(serial, readOne(encodeMessage({ type: 2, replySerial: serial, sender }, 1)));
    assert.equal(pending.size, isTaken ? 0 : 1);
  }
});

test("replies that arrive together end at one time, and a call that is not sent is not counted", () => {
  let nowMs = 100;
  const ends: [end: string, sinceMs: number, untilMs: number][] = [];
  let called = 0;
  const counter = { add: () => {} };
  const meter: BusMeter = {
    signals: counter,
    dropped: counter,
    bytesIn: counter,
    bytesOut: counter,
    called: () => (called++, { member: { calls: counter, ms: counter }, span: null }),
    ended: (_, reply, error, sinceMs, untilMs) =>
      void ends.push([reply === null ? (error?.code ?? "sent") : "reply", sinceMs, untilMs]),
  };
  const pending = new Pending({ ...handClock(), monotonicMs: () => nowMs++ }, Infinity, meter);
  const serials = Array.from({ length: 4 }, () => begin(pending, {}, []));
  const [first, second, third, fourth] = serials as [number, number, number, number];
  pending.settle(first, REPLY);
  pending.settle(second, REPLY);
  pending.fail(fourth, () => new OpError("OPD3003", "gone"));
  pending.read();
  pending.settle(third, REPLY);
  pending.sent(CALL);
  assert.deepEqual(ends, [
    ["reply", 100, 104],
    ["reply", 101, 104],
    ["OPD3003", 103, 105],
    ["reply", 102, 106],
    ["sent", 107, 107],
  ]);
  for (let n = 0; n < LIMITS.pendingCallsMax; n++) begin(pending, {}, []);
  const before = called;
  assert.throws(() => begin(pending, {}, []), { code: "OPD3023" });
  assert.equal(called, before);
});
