// A writer that drops segments just when somebody opens the log: before each single look that opening takes at the disk.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openLog } from "./log.ts";
import { appendNames, LOG_FOLDER, logOptions, namesIn } from "../../../test/support/log-case.ts";
import { memoryDisk } from "../../../test/support/memory-disk.ts";

test("segments that are dropped while somebody opens or reads the log are no damage", async () => {
  const whole = memoryDisk();
  const log = await openLog(logOptions(whole));
  await appendNames(
    log,
    Array.from({ length: 2000 }, (_, n) => String(n)),
  );
  await log.close();
  /** Drops the `count` oldest segments, one always stays, before the `at`-th look at the disk. */
  const dropping = (at: number, count: number) => {
    const disk = whole.copy();
    let looks = 0;
    const look = (): void => {
      if (looks++ !== at) return;
      const segments = disk.list(LOG_FOLDER).filter((name) => name.endsWith(".log"));
      for (const name of segments.slice(0, -1).slice(0, count)) disk.unlink(`${LOG_FOLDER}/${name}`);
    };
    const looked = <A extends readonly unknown[], R>(inner: (...args: A) => R) => {
      return (...args: A): R => {
        look();
        return inner(...args);
      };
    };
    const { list, open, lstat, read } = disk;
    const slow = {
      ...disk,
      list: looked(list),
      open: looked(open),
      lstat: looked(lstat),
      read: looked(read),
    };
    return { slow, looks: () => looks };
  };
  const { slow, looks } = dropping(-1, 0);
  await namesIn(logOptions(slow));
  assert.ok(looks() > 20);
  for (let at = 0; at < looks(); at++) {
    for (const count of [1, 2, 100]) {
      const names = await namesIn(logOptions(dropping(at, count).slow));
      assert.equal(names.at(-1), "1999", `${count} dropped before look ${at}`);
      assert.equal(new Set(names).size, names.length, "each record once");
    }
  }
});
