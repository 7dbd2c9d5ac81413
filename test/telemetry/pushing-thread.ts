// A thread that pushes numbered events into a ring, in bursts of random length, most of them with a pause behind them, and
// ends. Some bursts are longer than the ring, so that events are lost while they are read; others let the reader keep up.

import { workerData } from "node:worker_threads";
import { openWriter } from "../../src/telemetry/trace/writer.ts";
import { mixed, pushChecked } from "./checked-events.ts";
import { openOriginal, pushOriginal } from "./original-ring.ts";

export interface PusherData {
  readonly ring: SharedArrayBuffer;
  readonly events: number;
  readonly original: boolean;
}

const { ring, events, original } = workerData as PusherData;
const nap = new Int32Array(new SharedArrayBuffer(4));
const push = original ? originalPush() : ownPush();
const SHORT = 1_000;
const LONG = 20_000;
const NAP_MS = 0.5;
let next = 0;
for (let burst = 0; next < events; burst++) {
  const random = mixed(burst);
  const length = (random & 7) !== 0 ? 200 + (random % SHORT) : random % LONG;
  const end = Math.min(events, next + length);
  while (next < end) push(next++);
  if ((random & 48) !== 0) Atomics.wait(nap, 0, 0, NAP_MS);
}

function ownPush(): (n: number) => void {
  const writer = openWriter(ring);
  return (n) => pushChecked(writer, n);
}

function originalPush(): (n: number) => void {
  const shared = openOriginal(ring);
  return (n) => pushOriginal(shared, n);
}
