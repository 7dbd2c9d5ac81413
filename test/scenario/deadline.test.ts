// Setters that answer late, not in time, or with a lie. After a deadline the outcome is unknown: the machine is read
// again and decides, and the call that was sent is never sent a second time.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "../service/state.ts";
import { ends, openStage, wishes } from "./stage.ts";

interface Case {
  readonly name: string;
  readonly field: "Title" | "Quiet";
  readonly fault: Fault;
  readonly status: number;
  readonly after: string;
  /** Calls of the setter, in order. */
  readonly sent: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "an answer that is late but within the deadline counts",
    field: "Title",
    fault: "slow",
    status: 0,
    after: "second",
    sent: ["second"],
  },
  {
    name: "no answer in time, but it was done: reading again finds it done",
    field: "Title",
    fault: "late-done",
    status: 0,
    after: "second",
    sent: ["second"],
  },
  {
    name: "no answer in time, done without a signal: polling finds it",
    field: "Quiet",
    fault: "late-done",
    status: 0,
    after: "second",
    sent: ["second"],
  },
  {
    name: "no answer in time and not done: not sent again",
    field: "Title",
    fault: "late-not",
    status: 3,
    after: "first",
    sent: ["second"],
  },
  {
    name: "success that did nothing: verification finds out",
    field: "Title",
    fault: "ignore",
    status: 3,
    after: "first",
    sent: ["second"],
  },
  {
    name: "a change without a signal is seen by reading again",
    field: "Quiet",
    fault: "slow",
    status: 0,
    after: "second",
    sent: ["second"],
  },
];

for (const { name, field, fault, status, after, sent } of cases) {
  test(name, async () => {
    await using stage = await openStage();
    const member = `Set${field}`;
    stage.service.faults.arm(member, fault, { times: 1 });
    ends(await stage.op(["apply", stage.file("wish.json", wishes({ [field]: "second" }))]), status);
    assert.equal(field === "Title" ? stage.service.state.title : stage.service.state.quiet, after);
    assert.deepEqual(
      stage.sent().map((call) => JSON.parse(call) as unknown),
      sent.map((value) => [member, value]),
    );
  });
}

test("what the service makes of a value is compared, not what was sent", async () => {
  await using stage = await openStage();
  ends(await stage.op(["apply", stage.file("plain.json", wishes({ Folded: "second" }))]), 0);
  const { stderr } = ends(
    await stage.op(["apply", stage.file("folded.json", wishes({ Folded: "  Third " }))]),
    3,
  );
  assert.match(stderr, /test1:Folded/);
  assert.equal(stage.service.state.folded, "second");
});
