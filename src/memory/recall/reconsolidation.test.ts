// The window of reconsolidation to the millisecond, what an edit makes of a concept, and that it can be gone back by.

import assert from "node:assert/strict";
import { test } from "node:test";
import { alike, DAY_MS, HOUR_MS, recallCase, type RecallCase } from "../../../test/support/recall-case.ts";
import { idOf } from "../../../test/support/vectors.ts";
import { LIMITS } from "../../base/limits.ts";
import { ASSOCIATION_TYPES, type Change } from "../model.ts";
import { revertedBy, type Edit } from "./edit.ts";
import { windowOf } from "./reconsolidation.ts";

const RECALLED_MS = 1_800_000_000_000;
interface At {
  readonly sinceMs?: number;
  readonly ageMs?: number;
  readonly cycles?: number;
}
const at = ({ sinceMs = 3.5 * HOUR_MS, ageMs = 2 * DAY_MS, cycles = 0 }: At) =>
  windowOf({ recalledMs: RECALLED_MS, learnedMs: RECALLED_MS - ageMs, cycles }, RECALLED_MS + sinceMs);

const EDGES: readonly (readonly [string, At, "open" | "too-soon" | "outside-window" | "other"])[] = [
  ["a millisecond before an hour", { sinceMs: HOUR_MS - 1 }, "too-soon"],
  ["an hour", { sinceMs: HOUR_MS }, "open"],
  ["six hours", { sinceMs: 6 * HOUR_MS }, "open"],
  ["a millisecond after six hours", { sinceMs: 6 * HOUR_MS + 1 }, "outside-window"],
  ["before its recall, for clocks are set back", { sinceMs: -1 }, "too-soon"],
  ["a day old but a millisecond", { ageMs: DAY_MS - 1 }, "too-soon"],
  ["a day old", { ageMs: DAY_MS }, "open"],
  ["a year old", { ageMs: 365 * DAY_MS }, "open"],
  ["a year and a millisecond old", { ageMs: 365 * DAY_MS + 1 }, "outside-window"],
  ["the twentieth edit", { cycles: 19 }, "open"],
  ["the twenty-first", { cycles: 20 }, "other"],
];
for (const [name, given, wanted] of EDGES)
  test(`window: ${name} is ${wanted}`, () => {
    const window = at(given);
    assert.equal(window.open ? "open" : window.reason, wanted);
  });

test("a memory that was not actively recalled has no window", () => {
  const window = windowOf({ recalledMs: null, learnedMs: 0, cycles: 0 }, RECALLED_MS);
  assert.deepEqual([window.open, window.position], [false, NaN]);
  assert.equal(window.open ? "" : window.reason, "other");
});

const PLASTICITY: readonly (readonly [
  hours: number,
  position: number,
  plasticity: number,
  certainty: number,
])[] = [
  [1, 0, 0, 0.5],
  [2.25, 0.25, 0.375, 0.8],
  [3.5, 0.5, 0.5, 0.9],
  [6, 1, 0, 0.5],
];
for (const [hours, position, plasticity, certainty] of PLASTICITY)
  test(`${hours} h after its recall a memory is plastic by ${plasticity}`, () => {
    const window = at({ sinceMs: hours * HOUR_MS });
    assert(window.open);
    assert.deepEqual([window.position, window.plasticity], [position, plasticity]);
    assert(Math.abs(window.certainty - certainty) < 1e-12);
  });

test("from the tenth edit on there is a warning", () => {
  const [ninth, tenth] = [at({ cycles: 9 }), at({ cycles: 10 })];
  assert(ninth.open && ninth.warning === null);
  assert(tenth.open && tenth.warning !== null);
});

/** Concept 1 was learned, recalled two days later, and `hours` have passed since. */
async function recalledSince(hours: number): Promise<RecallCase> {
  const made = recallCase();
  made.learn(1, alike(1), { content: Buffer.from("as it was"), confidence: 0.8 });
  await made.clock.pass(2 * DAY_MS);
  await made.search([1]);
  await made.clock.pass(hours * HOUR_MS);
  return made;
}
const edit = (made: RecallCase, given: Edit) =>
  made.recall.reconsolidate(idOf(1), given, async (changes) => made.graph.apply(changes));
const concept = ({ graph }: RecallCase, id = idOf(1)) => graph.concept(graph.slotOf(id))!;
const NEW = Buffer.from("as it is now");

test("an edit in the window is one transaction with its record, and can be gone back by", async () => {
  const made = await recalledSince(3.5);
  const before = concept(made);
  let changes: readonly Change[] = [];
  const window = await made.recall.reconsolidate(
    idOf(1),
    {
      kind: "update",
      extent: 1,
      content: NEW,
      attributes: new Map([["by", "a test"]]),
      seen: before.content,
    },
    async (given) => made.graph.apply((changes = given)),
  );
  assert(window?.open === true);
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["learn", "learn", "associate", "associate"],
  );
  const after = concept(made);
  assert.equal(Buffer.from(after.content).toString(), "as it is now");
  assert(Math.abs(after.confidence - 0.8 * 1.05) < 1e-6);
  assert.equal(after.vector, null, "the vector was the old content's");
  assert.deepEqual([...after.attributes], [["by", "a test"]]);

  const record = changes[1]!;
  assert(record.kind === "learn");
  assert.equal(record.concept.attributes.get("concept_type"), "AuditLog");
  const { graph } = made;
  const types: number[] = [];
  const slot = graph.slotOf(record.concept.id);
  for (let e = graph.firstOut(slot); e !== 0; e = graph.nextOut(e)) types.push(graph.type(e));
  assert.deepEqual(
    types.toSorted((a, b) => a - b),
    [ASSOCIATION_TYPES["triggered-by"], ASSOCIATION_TYPES["relates-to"]],
  );
  const said = JSON.parse(Buffer.from(record.concept.content).toString()) as Record<
    string,
    { content: string }
  >;
  assert.deepEqual([said["before"]!.content, said["after"]!.content], ["as it was", "as it is now"]);

  graph.apply([revertedBy(record.concept.content)]);
  const { accessCount: _count, lastAccessedUs: _at, ...back } = concept(made);
  const { accessCount: _was, lastAccessedUs: _then, ...wanted } = before;
  assert.deepEqual(
    { ...back, content: Buffer.from(back.content) },
    { ...wanted, content: Buffer.from(wanted.content) },
  );
});

test("content that is no text, vectors and attributes of any name come back byte for byte", async () => {
  const made = await recalledSince(0);
  const content = Uint8Array.of(0xff, 0, 0xc3, 0x28);
  const attributes = new Map([["__proto__", "kept"]]);
  made.learn(1, [-0, 1e-40], { content, attributes });
  await made.clock.pass(3.5 * HOUR_MS);
  const changes: Change[] = [];
  await made.recall.reconsolidate(idOf(1), { kind: "update", extent: 1, content: NEW }, async (given) => {
    changes.push(...given);
  });
  const record = changes[1]!;
  assert(record.kind === "learn");
  const back = revertedBy(record.concept.content);
  assert(back.kind === "learn");
  assert.deepEqual(back.concept.content, content);
  assert.deepEqual(back.concept.attributes, attributes);
  assert.deepEqual(back.concept.vector, Float32Array.of(-0, 1e-40));
});

test("near the edges only the confidence changes", async () => {
  const made = await recalledSince(1.2);
  await edit(made, { kind: "update", extent: 1, content: NEW });
  assert.equal(Buffer.from(concept(made).content).toString(), "as it was");
  assert(concept(made).confidence > 0.8);
});

const KINDS: readonly (readonly [Edit["kind"], extent: number, confidence: number, strength: number])[] = [
  ["update", 1, 0.84, 1.05],
  ["corruption", 1, 0.72, 0.925],
  ["corruption", 0.5, 0.76, 0.925],
  ["replacement", 0.1, 0.3, 1.05],
  ["replacement", 0.6, 0.6, 1.05],
  ["replacement", 1, 0.8, 1.05],
];
for (const [kind, extent, confidence, strength] of KINDS)
  test(`${kind} by ${extent} in the middle of the window`, async () => {
    const made = await recalledSince(3.5);
    await edit(made, { kind, extent });
    const { confidence: is, strength: isStrong } = concept(made);
    assert(Math.abs(is - confidence) < 1e-6 && Math.abs(isStrong - strength) < 1e-6, `${is} ${isStrong}`);
  });

test("outside it is refused, nothing changes, and it is told", async () => {
  const made = await recalledSince(0.5);
  const { seq } = made.graph;
  const window = await edit(made, { kind: "update", extent: 1, content: NEW });
  assert(window?.open === false && window.reason === "too-soon");
  assert.equal(made.graph.seq, seq);
  assert.equal(made.cognitive.reconsolidationRejectionCount("too-soon"), 1);
  assert.equal(made.cognitive.reconsolidationEventsTotal(), 1);
  assert.equal(made.cognitive.reconsolidationWindowHitRate(), 0);
});

test("an edit closes the window, also for one at the same time; one that fails leaves it open", async () => {
  const made = await recalledSince(3.5);
  const fails = made.recall.reconsolidate(idOf(1), { kind: "update", extent: 1 }, () =>
    Promise.reject(new Error("no room")),
  );
  await assert.rejects(fails, /no room/);
  const both = await Promise.all([1, 2].map(() => edit(made, { kind: "update", extent: 1 })));
  assert.deepEqual(
    both.map((window) => window?.open),
    [true, false],
  );
  assert.equal(made.cognitive.reconsolidationEventsTotal(), 2);
});

test("what was changed since it was seen is a conflict", async () => {
  const made = await recalledSince(3.5);
  const window = await edit(made, {
    kind: "update",
    extent: 1,
    content: NEW,
    seen: Buffer.from("something else"),
  });
  assert(window?.open === false && window.reason === "conflicting");
  assert.equal(Buffer.from(concept(made).content).toString(), "as it was");
});

test("what does not exist, is no record, or gives a record too large", async () => {
  const made = await recalledSince(3.5);
  assert.equal(await made.recall.reconsolidate(idOf(9), { kind: "update", extent: 1 }, async () => 0), null);
  assert.throws(() => revertedBy(Buffer.from("{}")), { code: "OPD4402" });
  assert.throws(() => revertedBy(Buffer.from("what")), { code: "OPD4402" });
  const content = Buffer.alloc(LIMITS.memoryContentBytesMax, "a");
  await assert.rejects(edit(made, { kind: "update", extent: 1, content }), { code: "OPD4401" });
  assert.equal((await edit(made, { kind: "update", extent: 1 }))?.open, true);
});
