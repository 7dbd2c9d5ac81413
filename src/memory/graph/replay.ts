// Doing again what the log has: every change behind the checkpoint, in order. Of frames that begin before it, what is in it
// already is not done again: only promises are taken note of, because no checkpoint has them. A gap is damage.

import type { LogRecord } from "../../store/log/log.ts";
import { FRAME_HEADER_BYTES, LEARN } from "./change.ts";
import { damaged } from "./files.ts";
import { inkOf } from "./ink.ts";
import type { Writer } from "./writer.ts";

/** Throws OPD4006. */
export function replayFrame(record: LogRecord, writer: Writer, folder: string): void {
  const ink = inkOf(record.payload);
  const firstSeq = ink.doubles[0]!;
  const count = ink.words[2]!;
  const { totals } = writer;
  if (firstSeq > totals.seq + 1)
    throw damaged(
      folder,
      `changes ${totals.seq + 1} to ${firstSeq - 1} are missing before record ${record.seq}`,
    );
  writer.frame = record.seq;
  if (firstSeq + count - 1 > totals.seq) writer.reserve(count, ink.end);
  let at = FRAME_HEADER_BYTES;
  for (let n = 0; n < count; n++) {
    const sizeBytes = ink.words[(at >>> 2) + 1] ?? 0;
    if (sizeBytes < 16 || sizeBytes % 8 !== 0 || at + sizeBytes > ink.end)
      throw damaged(folder, `record ${record.seq} has no whole change at byte ${at}`);
    if (firstSeq + n > totals.seq) {
      if (ink.words[at >>> 2] === LEARN) writer.makeWay(ink, at);
      writer.apply(ink, at, firstSeq + n);
    } else writer.promise(ink, at);
    at += sizeBytes;
  }
  // Nobody reads yet: everything that was replaced is free.
  writer.reclaim.run(Infinity, Infinity, totals.seq, Infinity);
}
