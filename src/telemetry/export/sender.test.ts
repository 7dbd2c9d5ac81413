// One way out under every behaviour of the other side: nothing lost while it works, everything counted when it does not,
// and never more waiting than the bounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { steppedClock } from "../../../test/support/stepped-clock.ts";
import { createSender, pause, type Outcome, type Payload, type Sender } from "./sender.ts";

const TAKEN: Outcome = { end: "taken", refusedItems: 0, why: "" };
const later = (afterMs: number | null = null): Outcome => ({ end: "later", why: "busy", afterMs });

function payload(items = 1, sizeBytes = 100): Payload {
  return { bytes: new Uint8Array(sizeBytes), items };
}

/** `answers`: of each try in turn, the last one for all that follow; a function may keep it waiting. */
function setUp(...answers: (Outcome | ((signal: AbortSignal) => Promise<Outcome>))[]) {
  const clock = steppedClock();
  const metrics = createMetrics();
  const tries: { readonly atMs: number; readonly items: number }[] = [];
  let atOnce = 0;
  let closed = 0;
  const sender = createSender({
    name: "test",
    transport: {
      async send({ items }, signal) {
        assert.equal(++atOnce, 1, "one request at a time");
        tries.push({ atMs: clock.monotonicMs(), items });
        const answer = answers[Math.min(tries.length, answers.length) - 1]!;
        try {
          return typeof answer === "function" ? await answer(signal) : answer;
        } finally {
          atOnce--;
        }
      },
      close: () => void closed++,
    },
    timeoutMs: 10_000,
    secrets: ["hunter2"],
    clock,
    random: () => 1,
    metrics,
  });
  return { clock, sender, tries, closed: () => closed, metrics };
}

/** Waits and drops nothing: exported + dropped + waiting = offered. */
function balanced(
  { exportedItems, droppedItems }: ReturnType<Sender["state"]>,
  offered: number,
  waiting = 0,
): void {
  assert.equal(exportedItems + droppedItems + waiting, offered);
}

test("all goes well: everything arrives in order, nothing waits", async () => {
  const { clock, sender, tries } = setUp(TAKEN);
  for (let i = 1; i <= 20; i++) sender.offer(payload(i));
  await clock.pass(0);
  assert.equal(await sender.flush(1), true);
  assert.deepEqual(
    tries.map(({ items }) => items),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  assert.deepEqual(sender.state(), {
    name: "test",
    exportedItems: 210,
    droppedItems: 0,
    retries: 0,
    waitingBatches: 0,
    waitingBytes: 0,
    lastTakenMs: clock.wallMs(),
    lastError: null,
  });
});

test("pauses double up to their limit and are jittered by half", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 99].map((attempt) => pause(attempt, 1)),
    [1e3, 2e3, 4e3, 8e3, 16e3, 3e4, 3e4, 3e4],
  );
  assert.equal(pause(1, 0), 1e3);
});

test("what is refused for now is sent again until it is taken", async () => {
  const { clock, sender, tries } = setUp(later(), later(), TAKEN);
  sender.offer(payload(7));
  await clock.pass(60_000);
  assert.deepEqual(
    tries.map(({ atMs }) => atMs),
    [0, 1_000, 3_000],
  );
  const state = sender.state();
  assert.deepEqual([state.exportedItems, state.droppedItems, state.retries], [7, 0, 2]);
  assert.equal(state.lastError?.why, "busy");
});

test("the receiver's own wish of when counts", async () => {
  const { clock, sender, tries } = setUp(later(12_345), TAKEN);
  sender.offer(payload());
  await clock.pass(60_000);
  assert.deepEqual(
    tries.map(({ atMs }) => atMs),
    [0, 12_345],
  );
});

test("after a minute it is given up and counted", async () => {
  const { clock, sender, tries } = setUp(later());
  sender.offer(payload(9));
  await clock.pass(120_000);
  assert(tries.at(-1)!.atMs < LIMITS.exportRetryMs);
  const state = sender.state();
  assert.deepEqual([state.exportedItems, state.droppedItems, state.waitingBatches], [0, 9, 0]);
});

test("a wish beyond the minute is not waited for", async () => {
  const { clock, sender } = setUp(later(LIMITS.exportRetryMs), TAKEN);
  sender.offer(payload(3));
  await clock.pass(0);
  assert.equal(sender.state().droppedItems, 3);
});

test("a refusal is final", async () => {
  const { clock, sender, tries } = setUp({ end: "refused", why: "HTTP 400: no\u001b[2J hunter2" }, TAKEN);
  sender.offer(payload(3));
  sender.offer(payload(4));
  await clock.pass(0);
  assert.equal(tries.length, 2);
  const state = sender.state();
  assert.deepEqual([state.exportedItems, state.droppedItems, state.retries], [4, 3, 0]);
  assert.equal(state.lastError?.why, "HTTP 400: no\\u{1b}[2J (secret)");
});

const partials: readonly (readonly [refused: number, exported: number, dropped: number])[] = [
  [2, 8, 2],
  [0, 10, 0],
  [99, 0, 10],
  [-5, 10, 0],
];
for (const [refusedItems, exported, dropped] of partials)
  test(`a partial success of ${refusedItems} refused is counted and not sent again`, async () => {
    const { clock, sender, tries } = setUp({ end: "taken", refusedItems, why: "too old" });
    sender.offer(payload(10));
    await clock.pass(60_000);
    assert.equal(tries.length, 1);
    const state = sender.state();
    assert.deepEqual([state.exportedItems, state.droppedItems], [exported, dropped]);
    assert.equal(state.lastError?.why, "too old");
  });

test("a transport that never answers costs its deadline, and is told", async () => {
  let told = 0;
  const { clock, sender, tries } = setUp(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => (told++, reject(new Error("cut"))))),
    TAKEN,
  );
  sender.offer(payload());
  await clock.pass(9_999);
  assert.equal(sender.state().waitingBatches, 1);
  await clock.pass(5_000);
  assert.deepEqual(
    tries.map(({ atMs }) => atMs),
    [0, 11_000],
  );
  assert.equal(told, 1);
  assert.equal(sender.state().exportedItems, 1);
});

test("a transport that fails is tried again", async () => {
  const { clock, sender } = setUp(() => Promise.reject(new Error("ECONNREFUSED")), TAKEN);
  sender.offer(payload());
  await clock.pass(2_000);
  assert.equal(sender.state().exportedItems, 1);
  assert.equal(sender.state().lastError?.why, "ECONNREFUSED");
});

test("while nothing is taken the oldest go: never more waits than the bounds", async () => {
  const sizes: readonly (readonly [string, number])[] = [
    ["many small ones", 100],
    ["few large ones", LIMITS.exportQueueBytesMax / 4],
  ];
  for (const [name, sizeBytes] of sizes) {
    const { clock, sender, tries } = setUp(later(50_000), TAKEN);
    let offered = 0;
    for (let i = 1; i <= 1_000; i++) {
      sender.offer(payload(i, sizeBytes));
      offered += i;
      const { waitingBytes, waitingBatches } = sender.state();
      // The one that is on its way comes on top.
      assert(waitingBytes <= LIMITS.exportQueueBytesMax + sizeBytes, name);
      assert(waitingBatches <= LIMITS.exportQueueBatchesMax + 1, name);
      if (i % 100 === 0) await clock.pass(1);
    }
    await clock.pass(60_000);
    balanced(sender.state(), offered);
    // First the one that was on its way, then the newest in their order.
    const sent = tries.slice(1).map(({ items }) => items);
    assert.equal(sent[0], 1, name);
    assert.deepEqual(
      sent.slice(1),
      Array.from({ length: sent.length - 1 }, (_, i) => 1_002 - sent.length + i),
      name,
    );
  }
});

test("a payload beyond the bound is dropped alone", async () => {
  const { clock, sender } = setUp(TAKEN);
  sender.offer(payload(2));
  sender.offer(payload(3, LIMITS.exportQueueBytesMax + 1));
  await clock.pass(0);
  const { exportedItems, droppedItems } = sender.state();
  assert.deepEqual([exportedItems, droppedItems], [2, 3]);
});

test("flush waits for what is there, and not beyond its deadline", async () => {
  const { clock, sender } = setUp(later(5_000), TAKEN);
  sender.offer(payload());
  const short = sender.flush(1_000);
  await clock.pass(1_000);
  assert.equal(await short, false);
  const long = sender.flush(10_000);
  await clock.pass(5_000);
  assert.equal(await long, true);
});

test("close cuts a pause short, sends what it can, drops and counts the rest", async () => {
  const { clock, sender, tries, closed } = setUp(later(40_000), TAKEN, TAKEN, () => new Promise(() => {}));
  for (let i = 0; i < 5; i++) sender.offer(payload(10));
  await clock.pass(1);
  assert.equal(tries.length, 1);
  const begunMs = clock.monotonicMs();
  let endMs = 0;
  const closing = sender.close(500).then(() => (endMs = clock.monotonicMs()));
  await clock.pass(2_000);
  await closing;
  assert.equal(endMs - begunMs, 500);
  const state = sender.state();
  assert.deepEqual([state.exportedItems, state.droppedItems, state.waitingBatches], [20, 30, 0]);
  assert.equal(closed(), 1);
  sender.offer(payload(4));
  assert.equal(sender.state().droppedItems, 34);
  assert.equal(clock.sleepers(), 0);
});

test("close of an idle sender is done at once", async () => {
  const { clock, sender, closed } = setUp(TAKEN);
  await sender.close(1_000);
  assert.equal(clock.monotonicMs(), 0);
  assert.equal(closed(), 1);
});

test("what it counts of itself is in the metrics", async () => {
  const { clock, sender, metrics } = setUp(later(), TAKEN, { end: "refused", why: "no" });
  sender.offer(payload(5));
  sender.offer(payload(6));
  await clock.pass(10_000);
  const read = metrics.read().map(({ name, labels, value }) => [name, labels["exporter"], value]);
  assert.deepEqual(read, [
    ["export_offered", "test", 11],
    ["export_items", "test", 5],
    ["export_dropped", "test", 6],
    ["export_retries", "test", 1],
  ]);
});

test("one that follows in the same metrics goes on counting, and drops what the one before it still held", async () => {
  const { clock, sender, metrics } = setUp(TAKEN, later());
  sender.offer(payload(5));
  sender.offer(payload(6));
  await clock.pass(10);
  const silent = { send: () => Promise.resolve(TAKEN), close: () => undefined };
  const next = createSender({
    name: "test",
    transport: silent,
    timeoutMs: 1000,
    secrets: [],
    clock,
    random: () => 0,
    metrics,
  });
  const { exportedItems, droppedItems, retries } = next.state();
  assert.deepEqual([exportedItems, droppedItems, retries], [5, 6, 1]);
  next.offer(payload(7));
  await clock.pass(10);
  assert.equal(next.state().exportedItems, 12);
  const read = metrics.read().map(({ name, value }) => [name, value]);
  assert.deepEqual(read, [
    ["export_offered", 18],
    ["export_items", 12],
    ["export_dropped", 6],
    ["export_retries", 1],
  ]);
});
