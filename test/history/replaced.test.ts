// An apply that ended twice: its records were written, their sync failed, so nobody was told and all was put back; the next
// command found that and recorded the end that counts. The log keeps both, and everything that tells of it knows one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemDisk } from "../../src/store/file/file.ts";
import { faultyDisk } from "../support/fault-disk.ts";
import { applyRequest, listener, openTwoServices, type TwoServices } from "../crash/two-services.ts";

/** The sync of the records fails: the last one of an apply. */
async function appliedTwice(stage: TwoServices): Promise<void> {
  const first = stage.app();
  await first.invoke("apply", applyRequest(WAY), listener());
  await first.close();
  const counting = faultyDisk(systemDisk, null);
  {
    await using other = await openTwoServices(`${stage.directory}`);
    const app = other.app(counting);
    await app.invoke("apply", applyRequest(), listener());
    await app.close();
  }
  const at = counting.operations.lastIndexOf("fdatasyncAsync") + 1;
  const failing = stage.app(faultyDisk(systemDisk, { at, errno: "EIO" }));
  await assert.rejects(failing.invoke("apply", applyRequest(), listener()), { code: "OPD2124", exit: 3 });
  await failing.close();
}

/** Another apply before: its generation stays as it is. */
const WAY = JSON.stringify({ version: 1, plugins: { test1: { Note: "earlier" } } });

test("the last end of an apply counts, everywhere", async () => {
  await using stage = await openTwoServices();
  await appliedTwice(stage);
  const app = stage.app();
  const talk = listener();
  await app.invoke("query", { addresses: ["test1:Title"] }, talk);
  const { entries } = await app.invoke("audit.list", { from: null, to: null, type: "end", limit: 100 }, talk);
  const ends = entries;
  assert.deepEqual(
    ends.map(({ value }) => [value["end"], value["replaces"]]),
    [
      ["done", undefined],
      ["done", undefined],
      ["restored", ends[1]!.index],
    ],
  );

  const all = { addresses: [], limit: 100, since: null, all: false };
  const { listed, total } = await app.invoke("history", all, talk);
  assert.deepEqual(
    [
      total,
      listed.map((each) => each.kind === "generation" && [each.generation.number, each.generation.end]),
    ],
    [
      2,
      [
        [2, "restored"],
        [1, "done"],
      ],
    ],
  );
  const { generation } = await app.invoke("history.show", { generation: 2 }, talk);
  assert.equal(generation.end.end, "restored");
  assert.equal(generation.last, ends[2]!.index);
  await assert.rejects(app.invoke("history.show", { generation: 3 }, talk), { code: "OPD2150" });
  const { rows } = await app.invoke("blame", { addresses: [] }, talk);
  assert.deepEqual(
    rows.map(({ address, generation: { number }, outside }) => [address, number, outside]),
    [["test1:Note", 1, null]],
  );
  const { found } = await app.invoke("search", { text: "test1:Title", limit: 10 }, talk);
  assert.deepEqual(
    found.map(({ generation: { number } }) => number),
    [2],
  );
  const { indexes } = await app.invoke("audit.prove", { what: "@2", format: "json" }, talk);
  assert.deepEqual([indexes[0], indexes.at(-1)], [generation.first, generation.last]);
  const { indexes: ofAddress } = await app.invoke(
    "audit.prove",
    { what: "test1:Title", format: "json" },
    talk,
  );
  assert.deepEqual(ofAddress, indexes);
  await app.close();
});
