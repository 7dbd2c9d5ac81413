// (i) Durable records: microseconds an append with 1, 64 and 1,024 writers, beside the least that anybody can do for one
// record, an asynchronous write and fdatasync into a preallocated file, on the same disk in the same run. And whether an
// append costs more in a log of a million records (ten with OP_DBUS_LONG=1) than in one of a thousand.

import { constants, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { systemDisk as disk } from "../src/store/file/file.ts";
import { openLog, type Frame, type Log } from "../src/store/log/log.ts";
import { best, figure, type Figure, type Goal } from "./figure.ts";

const RECORD_BYTES = 300;
const frames: readonly Frame[] = [{ type: 1, payload: Buffer.alloc(RECORD_BYTES, "record ") }];
const PEER = "write + fdatasync of one";
const LONG = process.env["OP_DBUS_LONG"] === "1";

export async function logBench(rounds: number, progress: (text: string) => void): Promise<readonly Figure[]> {
  // Not tmpdir(): where that is memory, a sync costs nothing.
  const scratch = mkdtempSync("/var/tmp/op-dbus-bench-");
  try {
    return [...(await writers(scratch, rounds, progress)), await growth(scratch, rounds, progress)];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function writers(
  scratch: string,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const log = await open(scratch, "writers");
  const raw = preallocated(join(scratch, "raw"));
  const us = {
    raw: [] as number[],
    one: [] as number[],
    some: [] as number[],
    many: [] as number[],
    note: [] as number[],
  };
  for (let round = 1; round <= rounds; round++) {
    progress(`log: round ${round} of ${rounds}`);
    us.raw.push(await usEach(1, 1000, () => raw.append()));
    us.one.push(await usEach(1, 1000, () => log.append(frames)));
    us.some.push(await usEach(64, 300, () => log.append(frames)));
    us.many.push(await usEach(1024, 60, () => log.append(frames)));
    us.note.push(await usEach(1, 20_000, () => log.note(frames)));
  }
  raw.close();
  await log.close();
  const row = (work: string, values: readonly number[], goal?: Goal): Figure =>
    figure({
      bench: "log",
      work,
      value: best(values),
      unit: "us/record",
      peer: PEER,
      peerValue: best(us.raw),
      ...(goal === undefined ? {} : { goal }),
    });
  return [
    row("durable append, 1 writer (0.9x as many)", us.one, { timesMax: 1.11 }),
    row("durable append, 64 writers (25x as many)", us.some, { timesMax: 0.04 }),
    row("durable append, 1,024 writers (60x as many)", us.many, { timesMax: 0.0166 }),
    row("append without waiting for the disk", us.note),
  ];
}

/** The same appends in a small and in a large log, in turns. */
async function growth(scratch: string, rounds: number, progress: (text: string) => void): Promise<Figure> {
  const records = LONG ? 10_000_000 : 1_000_000;
  progress(`log: growing to ${records} records`);
  const small = await filled(scratch, "small", 1000);
  const large = await filled(scratch, "large", records);
  const us = { small: [] as number[], large: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    us.small.push(await usEach(64, 100, () => small.append(frames)));
    us.large.push(await usEach(64, 100, () => large.append(frames)));
  }
  await small.close();
  await large.close();
  return figure({
    bench: "log",
    work: `durable append, 64 writers, in a log of ${records / 1e6} M records`,
    value: best(us.large),
    unit: "us/record",
    peer: "the same of 1 K records",
    peerValue: best(us.small),
    goal: { timesMax: 1.5 },
    ...(LONG ? {} : { note: "10 M records with OP_DBUS_LONG=1" }),
  });
}

async function filled(scratch: string, name: string, records: number): Promise<Log> {
  const log = await open(scratch, name);
  const batch = Array.from({ length: 1000 }, () => ({ type: 1, payload: Buffer.alloc(40, "small ") }));
  for (let count = 0; count < records; count += batch.length) await log.note(batch);
  return log;
}

function open(scratch: string, name: string): Promise<Log> {
  const directory = join(scratch, name);
  disk.mkdir(directory, 0o700);
  const segments = { segmentBytesFirst: 256 * 1024, segmentBytesMax: 16 * 1024 * 1024 };
  return openLog({ directory, kind: "bnch", disk, clock: systemClock, ...segments });
}

async function usEach(count: number, each: number, append: () => Promise<unknown>): Promise<number> {
  const writer = async (): Promise<void> => {
    for (let n = 0; n < each; n++) await append();
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: count }, writer));
  return ((performance.now() - begun) * 1000) / (count * each);
}

/** A file of zeros on disk; each append goes behind the one before, and begins anew at its end. */
function preallocated(path: string): { append(): Promise<void>; close(): void } {
  const sizeBytes = 16 * 1024 * 1024;
  const fd = disk.open(path, constants.O_CREAT | constants.O_RDWR);
  disk.write(fd, Buffer.alloc(sizeBytes), 0);
  disk.fdatasync(fd);
  const record = Buffer.from(frames[0]!.payload);
  let at = 0;
  return {
    async append() {
      await disk.writeAsync(fd, record, at);
      await disk.fdatasyncAsync(fd);
      at = at + 2 * RECORD_BYTES > sizeBytes ? 0 : at + RECORD_BYTES;
    },
    close: () => disk.close(fd),
  };
}
