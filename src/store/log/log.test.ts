// What the face of a log promises, on a disk in memory: order, followers, atomic batches, segments, reading while
// another one writes, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { openLog, scanLog, type LogOptions } from "./log.ts";
import {
  appendNames,
  frameOf,
  LOG_FOLDER,
  logOptions,
  namesIn,
  nameOf,
} from "../../../test/support/log-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => String(from + n));

function following(options: LogOptions): { readonly options: LogOptions; readonly seen: string[] } {
  const seen: string[] = [];
  const follow = (record: Parameters<NonNullable<LogOptions["follow"]>>[0]): void =>
    void seen.push(`${record.seq}:${nameOf(record)}`);
  return { options: { ...options, follow }, seen };
}

async function rejects(code: string, work: () => Promise<unknown>): Promise<OpError> {
  const error = await work().then(
    () => assert.fail(`${code} was expected`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OpError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

test("an empty log has no file; the first append makes it", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  assert.deepEqual([log.first, log.next, [...log.records(0)]], [0, 0, []]);
  assert.deepEqual(disk.list(LOG_FOLDER), []);
  assert.equal(await log.append([frameOf("0")]), 0);
  await log.close();
  assert.deepEqual(disk.list(LOG_FOLDER), ["0000000000000000.log"]);
  assert.deepEqual(await namesIn(logOptions(disk)), ["0"]);
});

test("records are read back as they were, through many segments", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  for (let n = 0; n < 200; n++) assert.equal(await log.append([frameOf(String(n), n * 3)]), n);
  assert.ok(disk.list(LOG_FOLDER).length > 3);
  const { type, payload } = frameOf("150", 450);
  const [found] = log.records(150, 151);
  assert.deepEqual([found!.seq, found!.type, Buffer.from(found!.payload)], [150, type, payload]);
  assert.deepEqual([...log.records(190)].map(nameOf), range(190, 200));
  assert.deepEqual([...log.records(5, 5)], []);
  assert.deepEqual([...log.records(199, 900)].map(nameOf), ["199"]);
  await log.close();
});

test("segments grow with the log up to the largest size, and take a batch that is larger still", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  for (let n = 0; n < 120; n++) await log.append([frameOf(String(n), 500)]);
  await log.append([frameOf("large", 50_000)]);
  const made = disk.list(LOG_FOLDER).filter((name) => name.endsWith(".log"));
  const sizesBytes = made.map((name) => disk.content(`${LOG_FOLDER}/${name}`).length);
  assert.deepEqual(sizesBytes, [4096, 4096, 8192, 16_384, 16_384, 16_384, 53_248]);
  assert.equal([...log.records(120)].map(nameOf)[0], "large");
  await log.close();
});

test("appends of one turn share a commit, in the order they were asked for", async () => {
  const disk = memoryDisk();
  let syncs = 0;
  const counting = { ...disk, fdatasyncAsync: (fd: number) => (syncs++, disk.fdatasyncAsync(fd)) };
  const log = await openLog(logOptions(counting));
  await log.append([frameOf("first")]);
  syncs = 0;
  const seqs = await Promise.all(range(1, 65).map((name) => log.append([frameOf(name)])));
  assert.deepEqual(seqs.map(String), range(1, 65));
  // The first goes alone or with all that were asked for in the same moment; then, at most, the rest.
  assert.ok(syncs <= 4, `${syncs} syncs`);
  await log.close();
  assert.deepEqual(await namesIn(logOptions(disk)), ["first", ...range(1, 65)]);
});

test("a follower sees every record once, in order, whoever appended it", async () => {
  const disk = memoryDisk();
  const one = following(logOptions(disk));
  const two = following({ ...logOptions(disk), followFrom: 2 });
  const [a, b] = [await openLog(one.options), await openLog(two.options)];
  await a.append([frameOf("a"), frameOf("a")]);
  await b.append([frameOf("b")]);
  await a.append([frameOf("c")]);
  await b.refresh();
  assert.deepEqual(one.seen, ["0:a", "1:a", "2:b", "3:c"]);
  assert.deepEqual(two.seen, ["2:b", "3:c"]);
  assert.deepEqual([a.next, b.next], [4, 4]);
  const three = following({ ...logOptions(disk), followFrom: 1, readOnly: true });
  const c = await openLog(three.options);
  await appendNames(b, range(10, 60));
  await c.refresh();
  assert.deepEqual(three.seen.slice(0, 4), ["1:a", "2:b", "3:c", "4:10"]);
  assert.equal(c.next, 54);
  for (const log of [a, b, c]) await log.close();
});

test("a function is called when all before it is followed, and may have nothing to say", async () => {
  const disk = memoryDisk();
  const { options, seen } = following(logOptions(disk));
  const log = await openLog(options);
  const other = await openLog(logOptions(disk));
  await other.append([frameOf("other")]);
  const asked: string[][] = [];
  const plain = log.append([frameOf("plain")]);
  const made = log.append((next) => {
    asked.push([...seen]);
    return [frameOf(`at${next}`)];
  });
  const nothing = log.append(() => []);
  const failing = log.append(() => {
    throw new Error("changed its mind");
  });
  const after = log.append([frameOf("after")]);
  await assert.rejects(failing, /changed its mind/);
  assert.deepEqual(await Promise.all([plain, made, nothing, after]), [1, 2, 3, 3]);
  assert.deepEqual(asked, [["0:other", "1:plain"]]);
  assert.deepEqual(await namesIn(logOptions(disk)), ["other", "plain", "at2", "after"]);
  await log.close();
  await other.close();
});

test("notes are not synced; the next append syncs them", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await log.append([frameOf("first")]);
  assert.equal(await log.note([frameOf("note")]), 1);
  const none = (): number => 0;
  assert.deepEqual(await namesIn(logOptions(disk.afterPowerCut(none))), ["first"]);
  await log.append([frameOf("second")]);
  assert.deepEqual(await namesIn(logOptions(disk.afterPowerCut(none))), ["first", "note", "second"]);
  await log.close();
});

test("what can be read but may not be on disk is written again before anything is written behind it", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await log.append([frameOf("first")]);
  await log.note([frameOf("note")]);
  await log.close();
  const writes: number[] = [];
  const watched = {
    ...disk,
    write(fd: number, bytes: Uint8Array, position: number) {
      writes.push(position);
      disk.write(fd, bytes, position);
    },
    async writeAsync(fd: number, bytes: Uint8Array, position: number) {
      writes.push(position);
      await disk.writeAsync(fd, bytes, position);
    },
  };
  const next = await openLog(logOptions(watched));
  await next.append([frameOf("second")]);
  // The note proves by its frame that the first one was on disk.
  assert.deepEqual(writes, [48 + 24, 48 + 24 + 24]);
  await next.close();
});

test("old segments are dropped whole; the seq goes on", async () => {
  const disk = memoryDisk();
  const { options, seen } = following({ ...logOptions(disk), readOnly: true });
  const log = await openLog(logOptions(disk));
  await appendNames(log, ["0"]);
  const reader = await openLog(options);
  await appendNames(log, range(1, 400));
  await log.dropBefore(300);
  assert.ok(log.first > 0 && log.first <= 300);
  assert.equal(await log.append([frameOf("400")]), 400);
  assert.deepEqual([...log.records(0)].map(nameOf), range(log.first, 401));
  await log.close();
  assert.deepEqual(await namesIn(logOptions(disk)), range(log.first, 401));
  await reader.refresh();
  assert.deepEqual(seen.at(-1), "400:400");
  await reader.close();
});

test("space that was reserved is used without making a segment", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await log.reserve(20_000);
  const made = disk.list(LOG_FOLDER);
  for (let n = 0; n < 20; n++) await log.append([frameOf(String(n), 900)]);
  assert.deepEqual(disk.list(LOG_FOLDER), made);
  await log.reserve(30_000);
  await log.reserve(60_000);
  await log.append([frameOf("large", 50_000)]);
  assert.deepEqual(await namesIn(logOptions(disk)), [...range(0, 20), "large"]);
  await log.close();
});

test("a reader sees whole batches only, at any moment of a write", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await log.append([frameOf("0")]);
  const seen: string[][] = [];
  // What the writer writes reaches the disk in pieces, small ones at both ends, and a reader looks in between.
  const slow = {
    ...disk,
    async writeAsync(fd: number, bytes: Uint8Array, position: number) {
      for (let at = 0; at < bytes.length;) {
        const piece = at < 64 || at >= bytes.length - 64 ? 8 : Math.min(1024, bytes.length - 64 - at);
        disk.write(fd, bytes.subarray(at, at + piece), position + at);
        seen.push(await namesIn(logOptions(disk)));
        at += piece;
      }
    },
  };
  const writer = await openLog(logOptions(slow));
  await writer.append([frameOf("1"), frameOf("2", 40_000), frameOf("3")]);
  assert.ok(seen.length > 50);
  assert.deepEqual(new Set(seen.map((names) => names.join())), new Set(["0", "0,1,2,3"]));
  await log.close();
  await writer.close();
});

test("what belongs to another log, kind or place is damage; a link is refused", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await appendNames(log, range(0, 700));
  await log.close();
  const other = memoryDisk();
  const stranger = await openLog(logOptions(other));
  await appendNames(stranger, range(0, 700));
  await stranger.close();
  const [first, second] = disk.list(LOG_FOLDER).map((name) => `${LOG_FOLDER}/${name}`) as [string, string];
  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["another kind", () => namesIn({ ...logOptions(disk), kind: "else" })],
    ["a foreign segment", () => namesIn(logOptions(changed(second, other.content(second))))],
    ["a segment in the place of another", () => namesIn(logOptions(changed(second, disk.content(first))))],
    ["a segment that is missing", () => namesIn(logOptions(without(second)))],
  ];
  function changed(path: string, bytes: Uint8Array): ReturnType<typeof memoryDisk> {
    const copy = disk.copy();
    copy.setContent(path, bytes);
    return copy;
  }
  function without(path: string): ReturnType<typeof memoryDisk> {
    const copy = disk.copy();
    copy.unlink(path);
    return copy;
  }
  for (const [, work] of cases) await rejects("OPD5003", work);
  const linked = {
    ...disk,
    open: () => {
      throw Object.assign(new Error("link"), { code: "ELOOP" });
    },
  };
  await rejects("OPD5001", () => namesIn(logOptions(linked)));
});

for (const who of ["a process that opens the log", "a process that has it open"])
  test(`what a writer left half written when it died is cleared by ${who}`, async () => {
    const disk = memoryDisk();
    const idle = await openLog(logOptions(disk));
    await idle.append([frameOf("0")]);
    let alive = true;
    const died = Promise.withResolvers<void>();
    const dying = await openLog(
      logOptions({
        ...disk,
        write(fd, bytes, position) {
          disk.write(fd, alive ? bytes : bytes.subarray(0, bytes.length - 30), position);
        },
        async fdatasyncAsync(fd) {
          if (alive) return disk.fdatasyncAsync(fd);
          died.resolve();
          return new Promise(() => undefined);
        },
      }),
    );
    await dying.append([frameOf("1")]);
    alive = false;
    void dying.append([frameOf("lost"), frameOf("lost too", 100)]);
    await died.promise;
    disk.freeLocks();
    if (who === "a process that opens the log") {
      const opened = await openLog(logOptions(disk));
      assert.deepEqual([opened.next, opened.droppedBytes > 0], [2, true]);
      await opened.close();
      assert.equal((await scanLog(logOptions(disk))).behindBytes, 0);
    }
    assert.equal(await idle.append([frameOf("2")]), 2);
    await idle.close();
    assert.deepEqual(await namesIn(logOptions(disk)), ["0", "1", "2"]);
    assert.equal((await scanLog(logOptions(disk))).behindBytes, 0);
  });

test("who does not get its turn gives up after the deadline, and may try again", async () => {
  const disk = memoryDisk();
  const held = disk.lock(`${LOG_FOLDER}/lock`);
  assert.ok(held.take());
  let nowMs = 0;
  const clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms: number) {
      nowMs += ms;
    },
  };
  const log = await openLog({ ...logOptions(disk), clock });
  const error = await rejects("OPD5004", () => log.append([frameOf("0")]));
  assert.match(error.message, /another process has kept .* locked for 10000 ms/);
  held.release();
  assert.equal(await log.append([frameOf("0")]), 0);
  await log.close();
});

test("a busy writer lets another one in", async () => {
  const disk = memoryDisk();
  const [busy, other] = [await openLog(logOptions(disk)), await openLog(logOptions(disk))];
  let waiting = true;
  const writing = (async () => {
    while (waiting) await Promise.all([busy.append([frameOf("busy")]), busy.append([frameOf("busy")])]);
  })();
  await busy.append([frameOf("busy")]);
  const seq = await other.append([frameOf("other")]);
  waiting = false;
  await writing;
  assert.equal([...busy.records(seq, seq + 1)].map(nameOf)[0], "other");
  await busy.close();
  await other.close();
});

test("who opened an empty log finds what others made of it meanwhile", async () => {
  const disk = memoryDisk();
  const early = await openLog(logOptions(disk));
  const log = await openLog(logOptions(disk));
  await appendNames(log, range(0, 400));
  await log.dropBefore(300);
  assert.equal(await early.append([frameOf("400")]), 400);
  await early.close();
  await log.close();
  assert.deepEqual((await namesIn(logOptions(disk))).slice(-2), ["399", "400"]);
});

test("a follower that fails is heard, and the log says no more to it", async () => {
  const disk = memoryDisk();
  const seen: number[] = [];
  const log = await openLog({
    ...logOptions(disk),
    follow({ seq }) {
      seen.push(seq);
      if (seq === 1) throw new Error("lost its thread");
    },
  });
  await log.append([frameOf("0")]);
  await assert.rejects(log.append([frameOf("1")]), /lost its thread/);
  await assert.rejects(log.append([frameOf("2")]), /lost its thread/);
  await log.close();
  assert.deepEqual(seen, [0, 1]);
  assert.deepEqual(await namesIn(logOptions(disk)), ["0", "1"]);
});

test("a scan tells where each record lies, and what lies behind the last one", async () => {
  const disk = memoryDisk();
  const log = await openLog(logOptions(disk));
  await log.append([frameOf("0"), frameOf("1", 100)]);
  await log.close();
  const path = `${LOG_FOLDER}/0000000000000000.log`;
  const places: [string, number, number][] = [];
  const clean = await scanLog(logOptions(disk), (record, place) =>
    places.push([nameOf(record), place.offset, place.sizeBytes]),
  );
  assert.deepEqual(places, [
    ["0", 48, 24],
    ["1", 72, 120],
  ]);
  assert.deepEqual(clean, {
    segments: 1,
    first: 0,
    next: 2,
    damage: null,
    behindBytes: 0,
    end: { path, offset: 192 },
  });
  const bytes = disk.content(path);
  bytes[1000] = 1;
  disk.setContent(path, bytes);
  assert.equal((await scanLog(logOptions(disk))).behindBytes, 1000 - 192 + 1);
});
