// A counting disk does what the disk under it does, failures included, and counts what was written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { systemDisk, type Disk } from "../../store/file/file.ts";
import { both } from "./both.ts";
import { meteredDisk } from "./metered-disk.ts";

test("bytes and syncs are counted in both recorders; a failed sync is no sync", async () => {
  const [own, whole] = [createMetrics(), createMetrics()];
  const written: number[] = [];
  let broken = false;
  const under: Disk = {
    ...systemDisk,
    write: (_fd, bytes) => void written.push(bytes.length),
    writeAsync: async (_fd, bytes) => void written.push(bytes.length),
    fdatasync: () => undefined,
    fdatasyncAsync: async () => {
      if (broken) throw new Error("EIO");
    },
  };
  const disk = meteredDisk(under, both(own, whole), "audit");
  disk.write(0, new Uint8Array(3), 0);
  await disk.writeAsync(0, new Uint8Array(4), 0);
  disk.fdatasync(0);
  await disk.fdatasyncAsync(0);
  broken = true;
  await assert.rejects(disk.fdatasyncAsync(0), /EIO/);
  assert.deepEqual(written, [3, 4]);
  for (const metrics of [own, whole]) {
    const shown = metrics.read().filter(({ labels }) => labels["records"] === "audit");
    assert.deepEqual(
      shown.map(({ name, value }) => [name, typeof value === "number" ? value : value.count]),
      [
        ["records_written_bytes", 7],
        ["records_sync_ms", 2],
      ],
    );
  }
});

test("without a recorder it is the disk itself", () =>
  assert.equal(meteredDisk(systemDisk, null, "audit"), systemDisk));
