// Events through rings of real threads, each checked field by field: none is torn, none out of order, and pushed is
// delivered plus dropped. 5 million events, 100 million with OP_DBUS_LONG=1. The ring of the first generation, under the
// same load, is the control that must fail.

import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { newRing } from "../../src/telemetry/trace/ring.ts";
import { EVENT_TYPES, ringReader } from "../../src/telemetry/trace/trace.ts";
import { spoiled } from "./checked-events.ts";
import { newOriginal, openOriginal, popOriginal } from "./original-ring.ts";
import type { PusherData } from "./pushing-thread.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const EVENTS = LONG ? 100_000_000 : 5_000_000;
const CAPACITIES = [4, 64, 1024, 16_384];
/** The control is run until it fails, at most this often. */
const CONTROL_RUNS_MAX = 40;

function pusher(data: PusherData): { worker: Worker; ended: Promise<unknown> } {
  const worker = new Worker(new URL("./pushing-thread.ts", import.meta.url), { workerData: data });
  return { worker, ended: once(worker, "exit") };
}

for (const capacity of CAPACITIES)
  test(`${EVENTS / CAPACITIES.length} events through a ring of ${capacity}`, async (t) => {
    const events = EVENTS / CAPACITIES.length;
    const ring = newRing({ events: capacity, worker: 1, wallNs: 0n, monotonicNs: 0n });
    const reader = ringReader(ring);
    const { ended } = pusher({ ring, events, original: false });
    let running = true;
    void ended.then(() => (running = false));
    let [delivered, dropped, last] = [0, 0, -1];
    const drain = (): void => {
      for (;;) {
        const taken = reader.drain(512);
        if (taken.events.length === 0 && taken.dropped === 0) return;
        delivered += taken.events.length;
        dropped += taken.dropped;
        for (const event of taken.events) {
          const fault = spoiled(event, EVENT_TYPES);
          if (fault !== null) assert.fail(fault);
          if (event.seq <= last) assert.fail(`event ${event.seq} came behind ${last}`);
          last = event.seq;
        }
        if (delivered + dropped !== last + 1 && taken.events.length > 0)
          assert.fail(`${delivered} + ${dropped} events were accounted for at ${last}`);
      }
    };
    while (running) {
      drain();
      await turn();
    }
    reader.ended();
    drain();
    assert.equal(delivered + dropped, events);
    assert.equal(last, events - 1, "the newest event is never the one that is lost");
    assert.ok(delivered > 0);
    t.diagnostic(`${delivered} delivered, ${dropped} dropped`);
  });

test("the control: where the writer moves the reader's index, events are torn or out of order", async (t) => {
  let [torn, disordered, runs] = [0, 0, 0];
  while (torn + disordered === 0 && runs < CONTROL_RUNS_MAX) {
    runs++;
    const ring = newOriginal(8);
    const shared = openOriginal(ring);
    const { ended } = pusher({ ring, events: 500_000, original: true });
    let running = true;
    void ended.then(() => (running = false));
    let last = -1;
    while (running) {
      for (let n = 0; n < 20_000; n++) {
        const event = popOriginal(shared);
        if (event === "torn") torn++;
        else if (event !== null) {
          if (event <= last) disordered++;
          last = event;
        }
      }
      await turn();
    }
  }
  assert.ok(torn + disordered > 0, `nothing was found in ${runs} runs`);
  t.diagnostic(`${torn} torn, ${disordered} out of order in ${runs} runs`);
});
