// Ctrl-C, SIGTERM and the sign of life: what is said, and when the process leaves.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import type { Event } from "../api/api.ts";
import { openTalk, type RunTalk } from "./talk.ts";
import { plainPaint, type Terminal } from "./terminal.ts";

const look = { width: 80, cut: false, paint: plainPaint, verbose: false };

function open(json: boolean): { talk: RunTalk; said: string[]; left: OpError[] } {
  const said: string[] = [];
  const left: OpError[] = [];
  const terminal: Terminal = {
    out: look,
    err: look,
    outIsTerminal: false,
    screen: () => null,
    asks: false,
    print: () => undefined,
    say: (text) => void said.push(text),
    live: () => undefined,
    ask: () => Promise.resolve(""),
  };
  const globals = { json, quiet: true, verbose: false } as Parameters<typeof openTalk>[0]["globals"];
  const talk = openTalk({ terminal, globals, stream: true, leave: (error) => void left.push(error) });
  return { talk, said, left };
}

const step = { address: "demo:a", action: { via: [] } };
const event = (type: string, more: object = {}): Event =>
  ({
    type,
    step,
    index: 1,
    total: 2,
    outcome: { outcome: "done" },
    elapsedMs: 1,
    ...more,
  }) as unknown as Event;

function timers(t: TestContext): void {
  t.mock.timers.enable({ apis: ["setInterval"] });
}

test("while a step takes long there is a sign of life, and none before or after", (t) => {
  timers(t);
  const { talk, said } = open(false);
  t.mock.timers.tick(2 * LIMITS.heartbeatMs);
  assert.deepEqual(said, []);
  talk.tell(event("apply_start"));
  t.mock.timers.tick(LIMITS.heartbeatMs - 1);
  assert.deepEqual(said, []);
  t.mock.timers.tick(1);
  assert.deepEqual(said.splice(0), ["still working on demo:a"]);
  talk.tell(event("apply_complete"));
  t.mock.timers.tick(LIMITS.heartbeatMs);
  assert.deepEqual(said.splice(0), ["still waiting until everything is as documented"]);
  talk.close();
  t.mock.timers.tick(3 * LIMITS.heartbeatMs);
  assert.deepEqual(said, []);
});

test("programs get no sign of life", (t) => {
  timers(t);
  const { talk, said } = open(true);
  talk.tell(event("apply_start"));
  t.mock.timers.tick(LIMITS.heartbeatMs);
  assert.deepEqual(said, []);
  talk.close();
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} once ends in order, twice leaves with what is left`, () => {
    const { talk, said, left } = open(false);
    talk.tell(event("apply_start"));
    talk.tell(event("apply_complete"));
    talk.tell(event("apply_start", { step: { ...step, address: "demo:b" } }));
    process.emit(signal);
    assert.equal(talk.signal.aborted, true);
    assert.match(said.join("\n"), /demo:b is finished, then all is put back/);
    assert.equal(left.length, 0);
    process.emit(signal);
    assert.deepEqual(
      left.map(({ code, exit }) => [code, exit]),
      [["OPD9006", 4]],
    );
    assert.match(left[0]?.now ?? "", /changed: demo:a; demo:b was under way/);
    talk.close();
    assert.equal(process.listenerCount(signal), 0);
  });
}

test("twice before anything was changed is an interruption and no more", () => {
  const { talk, left } = open(false);
  process.emit("SIGINT");
  process.emit("SIGINT");
  assert.deepEqual(
    left.map(({ code, exit }) => [code, exit]),
    [["OPD2123", 130]],
  );
  talk.close();
});

test("twice while a daemon works: it goes on, and puts back what it was told to", () => {
  const { talk, left } = open(false);
  talk.elsewhere?.(4711);
  talk.tell(event("apply_start"));
  talk.tell(event("apply_complete"));
  process.emit("SIGINT");
  process.emit("SIGINT");
  const [{ code, now, hint } = {}] = left;
  assert.deepEqual([code, hint], ["OPD9006", "op-dbus history"]);
  assert.equal(
    now,
    "changed: demo:a; the daemon (process 4711) finishes what is under way, then puts everything back",
  );
  talk.close();
});
