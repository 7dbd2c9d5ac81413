// The journal over a real log: what is pending is what was begun and not ended, whoever wrote it, however it was cut.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { systemDisk } from "../file/file.ts";
import { openLog } from "../log/log.ts";
import { openJournal, type Journal } from "./journal.ts";

const A = "a".repeat(16);
const B = "b".repeat(16);

function folder(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-journal-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function opened(t: TestContext, directory: string, readOnly = false): Promise<Journal> {
  const journal = await openJournal({ directory, disk: systemDisk, clock: systemClock, readOnly });
  t.after(() => journal.close());
  return journal;
}

test("what is begun is pending with its notes, in order, until it is ended", async (t) => {
  const directory = folder(t);
  const journal = await opened(t, directory);
  assert.deepEqual(journal.pending(), []);
  await journal.begin(A, { type: "apply", big: 2n ** 60n }, [{ type: "intent", ids: ["a1"] }]);
  await journal.begin(B, { type: "apply" });
  await journal.note(A, { type: "outcome" }, false);
  await journal.note(A, { type: "intent", ids: ["a2"] }, true);
  const expected = [
    {
      id: A,
      begin: { type: "apply", big: 2n ** 60n },
      notes: [{ type: "intent", ids: ["a1"] }, { type: "outcome" }, { type: "intent", ids: ["a2"] }],
    },
    { id: B, begin: { type: "apply" }, notes: [] },
  ];
  const plain = (all: unknown): unknown => structuredClone(all);
  assert.deepEqual(plain(journal.pending()), expected);
  const other = await opened(t, directory, true);
  assert.deepEqual(plain(other.pending()), expected);
  await journal.end(A);
  assert.deepEqual(
    journal.pending().map(({ id }) => id),
    [B],
  );
  await other.refresh();
  assert.deepEqual(
    other.pending().map(({ id }) => id),
    [B],
  );
});

test("two writers see each other's transactions and end their own", async (t) => {
  const directory = folder(t);
  const [one, two] = [await opened(t, directory), await opened(t, directory)];
  await one.begin(A, { n: 1 });
  await two.begin(B, { n: 2 });
  await one.refresh();
  assert.deepEqual([one.pending().length, two.pending().length], [2, 2]);
  await one.end(A);
  await two.end(B);
  const after = await opened(t, directory);
  assert.deepEqual(after.pending(), []);
});

test("many applies leave a small journal, although one of another bus never ends", async (t) => {
  const directory = folder(t);
  const journal = await opened(t, directory);
  await journal.begin(B, { stays: "x".repeat(1000) }, [{ said: 1 }]);
  await journal.note(B, { said: 2 }, true);
  for (let n = 0; n < 250; n++) {
    const id = n.toString(16).padStart(16, "0");
    await journal.begin(id, { value: "y".repeat(500) });
    await journal.end(id);
  }
  const bytes = readdirSync(directory)
    .map((name) => statSync(join(directory, name)).size)
    .reduce((sum, size) => sum + size, 0);
  assert.ok(bytes <= 4 * LIMITS.journalSegmentBytes, `${bytes} bytes`);
  const again = await opened(t, directory);
  assert.deepEqual(
    again.pending().map(({ id, notes }) => [id, structuredClone(notes)]),
    [[B, [{ said: 1 }, { said: 2 }]]],
  );
});

test("who slept while segments were dropped forgets what was ended behind them, and keeps what is open", async (t) => {
  const directory = folder(t);
  const [journal, sleeper, writer] = [
    await opened(t, directory),
    await opened(t, directory, true),
    await opened(t, directory),
  ];
  await journal.begin(A, { type: "apply" });
  await journal.begin(B, { type: "apply" }, [{ said: 1 }]);
  await sleeper.refresh();
  await writer.refresh();
  for (let n = 0; n < 900; n++) {
    if (n === 300) await journal.end(A);
    const id = n.toString(16).padStart(16, "0");
    await journal.begin(id, { value: "y".repeat(500) });
    await journal.end(id);
  }
  const ids = (each: Journal): readonly string[] => each.pending().map(({ id }) => id);
  await sleeper.refresh();
  assert.deepEqual(ids(sleeper), [B]);
  // One that writes, too: what it had open must not come back to life with its next record.
  await writer.end("f".repeat(16));
  assert.deepEqual(ids(writer), [B]);
  assert.deepEqual(ids(await opened(t, directory)), [B]);
});

test("a note or an end without its begin is nothing: the begin was dropped with what it closed", async (t) => {
  const directory = folder(t);
  const journal = await opened(t, directory);
  await journal.note(A, { late: true }, true);
  await journal.end(A);
  assert.deepEqual(journal.pending(), []);
});

test("a record of a later version is not guessed at", async (t) => {
  const directory = folder(t);
  await (await opened(t, directory)).begin(A, { type: "apply" });
  const log = await openLog({
    directory,
    kind: "JRNL",
    disk: systemDisk,
    clock: systemClock,
    segmentBytesFirst: LIMITS.journalSegmentBytes,
    segmentBytesMax: LIMITS.journalSegmentBytes,
  });
  await log.append([{ type: 9, payload: Buffer.from(A) }]);
  await log.close();
  await assert.rejects(opened(t, directory), { code: "OPD5201" });
});
