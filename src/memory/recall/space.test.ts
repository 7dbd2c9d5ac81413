// Recall in a namespace of a real memory: off unless it is asked for, and then the plain engine's answers; on, it weighs in, its
// practice survives a start without a write, and an edit in its window goes through the graph.

import assert from "node:assert/strict";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { scratchFolder } from "../../../test/support/memory-case.ts";
import { HOUR_MS, DAY_MS } from "../../../test/support/recall-case.ts";
import { systemClock } from "../../base/clock.ts";
import { systemDisk } from "../../store/file/file.ts";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { learnTexts, newEmbedder, openMemory, type Memory } from "../memory.ts";
import type { Found } from "../space.ts";
import type { Recalled } from "./recall.ts";

const LEARNED = { strength: 1, confidence: 0.8, embed: true, associations: null };
const TEXTS = ["The lamp in the hall is on.", "The lamp in the cellar is off.", "Nginx was restarted."];

/** A memory whose wall clock is `ahead.ms` ahead. */
function opened(folder: string, ahead: { ms: number }, recall?: boolean): Promise<Memory> {
  return openMemory({
    directory: join(folder, "@memory"),
    uid: process.getuid!(),
    disk: systemDisk,
    clock: { ...systemClock, wallMs: () => systemClock.wallMs() + ahead.ms },
    embedder: newEmbedder({ level: "lexical" }),
    metrics: createMetrics(),
    ...(recall === undefined ? {} : { recall }),
  });
}

test("off by default and bit for bit the plain engine's, also after recalls; on by the search or by the setting", async () => {
  const folder = scratchFolder();
  const memory = await opened(folder, { ms: 0 });
  const space = await memory.space("default");
  await learnTexts(space, TEXTS, LEARNED);
  const plain = await space.search("lamp", { limit: 5 });
  const isRecalled = (found: readonly Found[]): boolean => found.every((hit) => "priming" in hit);
  assert.equal(plain.length, 2);
  assert.equal(isRecalled(plain), false);
  for (const search of [
    (recall: boolean) => space.search("lamp", { limit: 5, recall }),
    (recall: boolean) => space.searchText("lamp", { limit: 5, recall }),
  ]) {
    const before = await search(false);
    for (let n = 0; n < 3; n++) assert.equal(isRecalled(await search(true)), true);
    assert.deepEqual(await search(false), before);
  }
  assert.deepEqual(await space.search("lamp", { limit: 5 }), plain);
  const [first] = (await space.search("lamp", { limit: 1, recall: true })) as readonly Recalled[];
  assert(first!.priming > 0);
  await memory.close();
  const byDefault = await opened(folder, { ms: 0 }, true);
  const again = (await byDefault.find("default"))!;
  assert.equal(isRecalled(await again.search("lamp", { limit: 5 })), true);
  assert.equal(isRecalled(await again.search("lamp", { limit: 5, recall: false })), false);
  await byDefault.close();
});

test("a recall opens the window of an edit, across a start of the memory", async () => {
  const folder = scratchFolder();
  const ahead = { ms: 0 };
  const memory = await opened(folder, ahead);
  const [id] = await learnTexts(await memory.space("default"), TEXTS, LEARNED);
  await memory.close();

  ahead.ms = 2 * DAY_MS;
  const recalling = await opened(folder, ahead, true);
  const found = await (await recalling.find("default"))!.searchText("hall", { limit: 1 });
  assert.deepEqual(found[0]?.id, id);
  await recalling.close();
  const files = readdirSync(join(folder, "@memory", "default"), { recursive: true, encoding: "utf8" });
  const kept = files.filter((name) => /^recall-\d+$/.test(name));
  assert.equal(kept.length, 1, "beside the checkpoint, for nothing else was written");

  ahead.ms += 3.5 * HOUR_MS;
  const editing = await opened(folder, ahead);
  const space = (await editing.find("default"))!;
  assert.deepEqual(space.rebuilt, []);
  const edit = {
    kind: "update",
    extent: 1,
    content: Buffer.from("The lamp in the hall is broken."),
  } as const;
  const window = await space.reconsolidate(id!, edit);
  assert.equal(window?.open, true);
  assert.equal(Buffer.from(space.get(id!)!.content).toString(), "The lamp in the hall is broken.");
  const records = space.select({ attributes: new Map([["action", "reconsolidate"]]) }, 10);
  assert.equal(records.length, 1);
  assert.equal(space.neighbours(records[0]!, "out").length, 2);
  assert.equal(
    (await space.reconsolidate(id!, edit))?.open,
    false,
    "the window is closed until the next recall",
  );
  await editing.close();
});
