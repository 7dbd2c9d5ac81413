// Events whose every field follows from their number, so that a torn one is seen: what the stress tests push and check.

import type { TraceEvent } from "../../src/telemetry/trace/trace.ts";
import type { RingWriter } from "../../src/telemetry/trace/writer.ts";

/** A finalizer of MurmurHash3: neighbours share no bits. 32 bits without sign. */
export function mixed(n: number): number {
  let h = n | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function pushChecked(writer: RingWriter, n: number): void {
  const m = mixed(n);
  // The values are floats, which hold 24 bits.
  const place = writer.begin(n % 13, n & 0xff, m * 3, n, m, 0, (m & 1) === 1);
  writer.fill(place, n, m, n & 0xffffff, m & 0xffffff);
}

/** null = every field is as pushed; else what is not. */
export function spoiled(event: TraceEvent, types: readonly string[]): string | null {
  const n = event.seq;
  const m = mixed(n);
  const wanted: readonly (readonly [string, unknown, unknown])[] = [
    ["type", event.type, types[n % 13]],
    ["subtype", event.subtype, n & 0xff],
    ["timeNs", event.timeNs, BigInt(n)],
    ["lengthNs", event.lengthNs, BigInt(m)],
    ["traceId", event.traceId, BigInt(m * 3)],
    ["idA", event.idA, BigInt(n)],
    ["idB", event.idB, BigInt(m)],
    ["value 0", event.values[0], n & 0xffffff],
    ["value 1", event.values[1], m & 0xffffff],
    ["failed", event.failed, (m & 1) === 1],
  ];
  const wrong = wanted.find(([, found, expected]) => found !== expected);
  return wrong === undefined ? null : `${wrong[0]} of event ${n} is ${wrong[1]}, not ${wrong[2]}`;
}
