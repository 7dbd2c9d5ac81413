// Records that are known to be there, read again from the segments. Other than at the end of a log nothing may be cut
// short here: what does not hold is damage.

import { damaged } from "./faults.ts";
import type { LogOptions, LogRecord } from "./model.ts";
import { listSegments, openSegment } from "./segment.ts";
import { startOf, walk } from "./walk.ts";

/** Records from..to (not included), of those that are kept. Throws OPD5003. */
export function* readRecords(options: LogOptions, from: number, to: number): Generator<LogRecord> {
  if (from >= to) return;
  const where = { ...options, readOnly: true };
  const firsts = listSegments(options.disk, options.directory);
  let next = firsts.findLast((first) => first <= from) ?? firsts[0] ?? 0;
  let id: Buffer | null = null;
  while (next < to) {
    const segment = openSegment(where, next, id);
    if (segment === null) throw damaged(options.directory, 0, `record ${next} is missing, and its segment`);
    id = segment.id;
    try {
      const batches = walk(options.disk, segment, startOf(next));
      for (;;) {
        const step = batches.next();
        if (step.done === true) {
          const { offset, next: end, atEnd } = step.value;
          if (!atEnd || end === next) throw damaged(segment.path, offset, `record ${end} is not there`);
          next = end;
          break;
        }
        for (const record of step.value) {
          if (record.seq >= to) return;
          if (record.seq >= from) yield record;
        }
      }
    } finally {
      options.disk.close(segment.fd);
    }
  }
}
