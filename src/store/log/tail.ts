// What lies behind the last whole batch of a segment. Zeros: it ends there. Anything else is a commit that a crash cut
// short, unless a frame further on proves that it was on disk once: then it is damage, and nothing is thrown away.

import type { Disk } from "../file/file.ts";
import { decodeFrameHeader, FRAME_HEADER_BYTES, frameHolds, PAGE_BYTES } from "./format.ts";
import type { Segment } from "./segment.ts";
import { Window } from "./window.ts";

export interface Tail {
  /** Bytes up to the last one that is not zero. */
  readonly usedBytes: number;
  /** Offset of a whole frame that was written when what lies at the place was on disk; null = there is none. */
  readonly proof: number | null;
}

const ZEROS = Buffer.alloc(PAGE_BYTES);

/** Looks at everything from `offset` to the end of the segment. */
export function inspectTail(disk: Disk, segment: Segment, offset: number): Tail {
  const window = new Window(disk, segment);
  let usedEnd = offset;
  let proof: number | null = null;
  for (let at = offset; at < segment.sizeBytes;) {
    // To the end of this page, and from then on page by page: most are zeros.
    const end = Math.min(at - (at % PAGE_BYTES) + PAGE_BYTES, segment.sizeBytes);
    if (!window.holds(at, end - at)) break;
    const bytes = window.block.bytes.subarray(at - window.base, end - window.base);
    if (ZEROS.compare(bytes, 0, bytes.length, 0, bytes.length) !== 0) {
      usedEnd = at + bytes.findLastIndex((byte) => byte !== 0) + 1;
      for (let place = at; place < end && proof === null; place += 8)
        if (provesDamage(window, segment, place, offset)) proof = place;
    }
    at = end;
  }
  return { usedBytes: usedEnd - offset, proof };
}

/** Whether a whole frame at `place` was written when everything beyond `offset` was on disk. */
function provesDamage(window: Window, segment: Segment, place: number, offset: number): boolean {
  if (!window.holds(place, FRAME_HEADER_BYTES)) return false;
  const header = decodeFrameHeader(window.block, place - window.base, window.base, segment.sizeBytes);
  if (header === null || header === "end" || header.settled <= offset) return false;
  if (!window.holds(place, header.sizeBytes)) return false;
  return frameHolds(window.block, place - window.base, window.base, header.sizeBytes, segment.seed);
}
