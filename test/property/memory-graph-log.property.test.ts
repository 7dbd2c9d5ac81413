// A graph whose log was changed by a hand or a disk: cut at a byte, or with a byte that flipped, it opens as a beginning of what
// was done, in whole transactions, or it refuses and names the byte; it never shows what was not done.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { applyTo, timeOf } from "../crash/graph-work.ts";
import { clockAt, contentOf, GRAPH_FOLDER, openOn } from "../support/graph-case.ts";
import { seeded } from "../support/log-case.ts";
import { memoryDisk, type MemoryDisk } from "../support/memory-disk.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const SAMPLE = 250;
const SEED = 20_261_123;
const TRANSACTIONS = 24;

interface Written {
  readonly disk: MemoryDisk;
  readonly segment: string;
  /** Bytes of the segment up to the last one that is not zero. */
  readonly usedBytes: number;
  /** What the graph held after a change, where a transaction ended. */
  readonly states: ReadonlyMap<number, unknown>;
}

/** Some transactions, most of them a commit of their own, the last ones behind a checkpoint. */
async function written(): Promise<Written> {
  const disk = memoryDisk();
  const time = { ms: timeOf(0) };
  const graph = await openOn(disk, clockAt(time));
  const states = new Map<number, unknown>();
  for (let number = 0; number < TRANSACTIONS; number++) {
    time.ms = timeOf(number);
    applyTo(graph, number);
    graph.take(1000);
    states.set(graph.seq, contentOf(graph));
    if (number % 3 !== 0) await graph.durable();
    if (number === TRANSACTIONS / 2) await graph.checkpoint([]);
  }
  await graph.close();
  const segment = `${GRAPH_FOLDER}/log/${disk.list(`${GRAPH_FOLDER}/log`).findLast((name) => name.endsWith(".log"))}`;
  const usedBytes = disk.content(segment).findLastIndex((byte) => byte !== 0) + 1;
  return { disk, segment, usedBytes, states };
}

/** The seq that it opens with, or -1 where it refuses; anything but a beginning of what was done fails. */
async function opened(disk: MemoryDisk, states: Written["states"], what: string): Promise<number> {
  try {
    const graph = await openOn(disk);
    assert.ok(states.has(graph.seq), `${what}: change ${graph.seq} is the end of no transaction`);
    assert.deepEqual(contentOf(graph), states.get(graph.seq), what);
    const { seq } = graph;
    await graph.close();
    return seq;
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
    // The second: the log ends before the checkpoint that was made of it.
    if (error.code === "OPD5003") assert.match(error.message, /at byte \d+/, what);
    else assert.deepEqual([error.code, error.message.includes("its records are")], ["OPD4006", true], what);
    return -1;
  }
}

async function eachByte(
  t: TestContext,
  change: (bytes: Buffer, at: number) => Buffer,
): Promise<{ readonly refused: number; readonly shorter: number }> {
  const { disk, segment, usedBytes, states } = await written();
  const choose = seeded(SEED);
  const places = LONG
    ? Array.from({ length: usedBytes }, (_, at) => at)
    : Array.from({ length: SAMPLE }, () => choose(usedBytes));
  const last = Math.max(...states.keys());
  let [refused, shorter] = [0, 0];
  for (const at of places) {
    const copy = disk.copy();
    copy.setContent(segment, change(copy.content(segment), at));
    const seq = await opened(copy, states, `byte ${at}`);
    if (seq < 0) refused++;
    else if (seq < last) shorter++;
  }
  t.diagnostic(
    `seed ${SEED}: ${places.length} of ${usedBytes} bytes, ${refused} refused, ${shorter} shorter`,
  );
  return { refused, shorter };
}

test("a log that ends at any byte opens with what lies before it", async (t) => {
  const { refused, shorter } = await eachByte(t, (bytes, at) => bytes.fill(0, at));
  assert.ok(refused > 0 && shorter > 0, "up to the checkpoint it was on disk once, behind it it is a cut");
});

test("a file that is cut is refused: a segment has its size", async (t) => {
  const { shorter } = await eachByte(t, (bytes, at) => bytes.subarray(0, at));
  assert.equal(shorter, 0);
});

test("a byte that flipped is never believed", async (t) => {
  const choose = seeded(SEED + 1);
  const { refused, shorter } = await eachByte(t, (bytes, at) => {
    bytes[at]! ^= 1 << choose(8);
    return bytes;
  });
  assert.ok(refused > 0 && shorter > 0, "in the middle it is damage, in the last commit it is a cut");
});
