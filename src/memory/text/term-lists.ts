// Which terms each document of a segment holds, so that its removal is known to them: ascending numbers as varints of the
// difference to the one before, -1 before the first. Half of what four bytes each would take.

import { putVarint, varintBytes } from "./postings.ts";

export function readVarints(bytes: Uint8Array, at: number, end: number, each: (value: number) => void): void {
  let value = -1;
  let next = at;
  while (next < end) {
    let step = bytes[next++]!;
    if (step > 127) {
      step &= 127;
      let shift = 7;
      for (; bytes[next]! > 127; shift += 7) step |= (bytes[next++]! & 127) << shift;
      step |= bytes[next++]! << shift;
    }
    value += step;
    each(value);
  }
}

/** Bytes that `term` takes behind `before`. */
export function termBytes(term: number, before: number): number {
  return varintBytes(term - before);
}

export function putTerm(bytes: Uint8Array, at: number, term: number, before: number): number {
  return putVarint(bytes, at, term - before);
}
