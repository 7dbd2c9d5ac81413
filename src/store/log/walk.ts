// Reading a segment forward, batch by batch. A batch that is not whole, a frame without its checksum and the end mark all
// stop the walk at the beginning of that batch; what the rest means is judged elsewhere (tail.ts).

import type { Disk } from "../file/file.ts";
import { decodeFrameHeader, FRAME_HEADER_BYTES, frameHolds, HEADER_BYTES } from "./format.ts";
import type { LogRecord } from "./model.ts";
import type { Segment } from "./segment.ts";
import { Window } from "./window.ts";

/** A place between two batches of a segment. */
export interface Position {
  /** Where the next frame begins. */
  readonly offset: number;
  /** Its seq. */
  readonly next: number;
  /** Everything before this offset was on disk when the last frame before it was written. */
  readonly settled: number;
}

export interface Stop extends Position {
  /** Zeros, or no room for a frame: the segment ends here as it should, as far as these few bytes tell. */
  readonly atEnd: boolean;
}

/** Before the first frame of a segment. */
export function startOf(first: number): Stop {
  return { offset: HEADER_BYTES, next: first, settled: HEADER_BYTES, atEnd: false };
}

/** A record and where its frame lies. */
export interface Found extends LogRecord {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Yields whole batches from `from` on and returns where and how they end. */
export function* walk(disk: Disk, segment: Segment, from: Position): Generator<readonly Found[], Stop> {
  const window = new Window(disk, segment);
  let position = from;
  let batch: Found[] = [];
  let { offset, settled } = from;
  for (;;) {
    if (!window.holds(offset, FRAME_HEADER_BYTES))
      return { ...position, atEnd: segment.sizeBytes - offset < FRAME_HEADER_BYTES && batch.length === 0 };
    let { block, base } = window;
    const header = decodeFrameHeader(block, offset - base, base, segment.sizeBytes);
    if (header === "end") return { ...position, atEnd: batch.length === 0 };
    if (header === null || !window.holds(offset, header.sizeBytes)) return { ...position, atEnd: false };
    ({ block, base } = window);
    const at = offset - base;
    if (!frameHolds(block, at, base, header.sizeBytes, segment.seed)) return { ...position, atEnd: false };
    const begin = at + FRAME_HEADER_BYTES;
    const payload = block.bytes.subarray(begin, begin + header.payloadBytes);
    const seq = position.next + batch.length;
    batch.push({ seq, type: header.type, payload, offset, sizeBytes: header.sizeBytes });
    offset += header.sizeBytes;
    settled = Math.max(settled, header.settled);
    if (!header.last) continue;
    yield batch;
    position = { offset, next: seq + 1, settled };
    batch = [];
  }
}
