// A disk that counts: bytes written (space that is made ahead, too) and how long they took to be durable, for the records of
// one kind; in a trace that is a span. What it is told to do it hands on as it is, and what fails there fails here.

import { systemClock } from "../../base/clock.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import { MEASURED } from "../../telemetry/measured.ts";
import { spanned, beginSpan } from "../../telemetry/trace/span.ts";
import type { Disk } from "../../store/file/file.ts";

/** The disk itself where nothing is measured. `records`: "audit" or "journal". */
export function meteredDisk(disk: Disk, metrics: Metrics | null, records: string): Disk {
  if (!MEASURED || metrics === null) return disk;
  const bytes = metrics.counter("records_written_bytes", "Bytes written to the records", { records });
  const syncMs = metrics.histogram("records_sync_ms", "Time until what was written is durable", { records });
  return Object.freeze({
    ...disk,
    write(fd: number, content: Uint8Array, position: number) {
      bytes.add(content.length);
      disk.write(fd, content, position);
    },
    writeAsync(fd: number, content: Uint8Array, position: number) {
      bytes.add(content.length);
      return disk.writeAsync(fd, content, position);
    },
    fdatasync(fd: number) {
      const startMs = systemClock.monotonicMs();
      const span = beginSpan("storage", `${records} fdatasync`);
      let failed = true;
      try {
        disk.fdatasync(fd);
        failed = false;
      } finally {
        span?.end(failed);
      }
      syncMs.record(systemClock.monotonicMs() - startMs);
    },
    async fdatasyncAsync(fd: number) {
      const startMs = systemClock.monotonicMs();
      await spanned("storage", `${records} fdatasync`, () => disk.fdatasyncAsync(fd));
      syncMs.record(systemClock.monotonicMs() - startMs);
    },
  } satisfies Disk);
}
