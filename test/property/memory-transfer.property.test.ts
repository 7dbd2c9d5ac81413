// What is exported and taken over again is the same, whatever it is; and any bytes are told as faults, never a crash.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { exportLines, importFile, type OwnSpace } from "../../src/memory/memory.ts";
import {
  ASSOCIATION_TYPES,
  CAUSAL_TYPES,
  DOMAINS,
  NEGATION_TYPES,
  SEMANTIC_TYPES,
  TEMPORAL_RELATIONS,
  type Change,
  type NewConcept,
} from "../../src/memory/model.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { openScratch, scratchFolder } from "../support/memory-case.ts";
import fc from "../support/property.ts";

const folder = scratchFolder();
const file = join(folder, "export.jsonl");
const never = new AbortController().signal;

const f32 = (max: number) => fc.float({ min: 0, max, noNaN: true }).map((value) => Math.fround(value + 0));
const timeUs = fc.integer({ min: 0, max: 4e15 });
const id = fc.integer({ min: 0, max: 5 }).map((n) => new Uint8Array(16).fill(n));
const timeS = fc.option(fc.integer({ min: -1e9, max: 4e9 }));
const semantic = fc.record({
  type: fc.constantFrom(...SEMANTIC_TYPES),
  domain: fc.constantFrom(...DOMAINS),
  confidence: f32(1),
  bounds: fc.option(
    fc.record({ startS: timeS, endS: timeS, relation: fc.constantFrom(...TEMPORAL_RELATIONS) }),
  ),
  causal: fc.array(
    fc.record({ type: fc.constantFrom(...CAUSAL_TYPES), confidence: f32(1), strength: f32(1) }),
    { maxLength: 3 },
  ),
  negation: fc.option(fc.record({ type: fc.constantFrom(...NEGATION_TYPES), confidence: f32(1) })),
});
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const concept: fc.Arbitrary<NewConcept> = fc.record({
  id,
  content: fc.oneof(
    text.map((value) => Buffer.from(value)),
    fc.uint8Array({ maxLength: 12 }),
  ),
  vector: fc.option(
    fc
      .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 })
      .map((row) => Float32Array.from(row)),
  ),
  strength: f32(10),
  confidence: f32(1),
  attributes: fc.array(fc.tuple(text, text), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  semantic: fc.option(semantic),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("learn" as const), concept, createdUs: timeUs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("associate" as const),
      association: fc.record({
        source: id,
        target: id,
        type: fc.constantFrom(...Object.values(ASSOCIATION_TYPES)),
        confidence: f32(1),
        weight: f32(10),
      }),
      createdUs: timeUs,
    }),
  },
  fc.record({
    kind: fc.constant("access" as const),
    id,
    count: fc.integer({ min: 1, max: 9 }),
    accessedUs: timeUs,
  }),
  fc.record({ kind: fc.constant("forget" as const), id }),
);

function exported(space: OwnSpace): string {
  const snapshot = space.snapshot();
  try {
    let whole = "";
    for (let from: string | null = ""; from !== null;) {
      const page: { text: string; next: string | null } = exportLines(snapshot, space.vectorsOf, from);
      whole += page.text;
      from = page.next;
    }
    return whole;
  } finally {
    snapshot.release();
  }
}

/** Rows that were given away again come in another order. */
function sorted(lines: string): readonly string[] {
  return lines.split("\n").toSorted();
}

for (const shards of [1, 4])
  test(`an export that is taken over is exported the same, ${shards} shards`, async () => {
    const memory = await openScratch(join(folder, String(shards)), { shards });
    const [one, other] = [await memory.space("one"), await memory.space("other")];
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
          await Promise.all([one.clear(), other.clear()]);
          const before = [one, other].map(({ reader }) => [reader.size, reader.associations]);
          assert.deepEqual(before, [
            [0, 0],
            [0, 0],
          ]);
          for (const each of changes)
            await one.apply([each], "buffered").catch((error: unknown) => {
              // An end that is not there.
              if (!(error instanceof OpError && error.code === "OPD4002")) throw error;
            });
          const text = exported(one);
          writeFileSync(file, text);
          const report = await importFile(other, systemDisk, file, never);
          assert.deepEqual(report.faults, []);
          assert.deepEqual(sorted(exported(other)), sorted(text));
          for (const known of one.list(null, 100)) assert.deepEqual(other.get(known), one.get(known));
          await importFile(other, systemDisk, file, never);
          assert.deepEqual(sorted(exported(other)), sorted(text), "and once more");
        }),
        { numRuns: shards === 1 ? 60 : 30 },
      );
    } finally {
      await memory.close();
    }
  });

test("bytes that are no file of any kind are refused or listed", async () => {
  const memory = await openScratch(folder);
  const space = await memory.space("any");
  const head = `{"format":"op-dbus-memory","version":1}\n`;
  const stored = fc
    .tuple(
      fc.constantFrom(2, 3, 9),
      fc.array(fc.nat({ max: 3 }), { minLength: 3, maxLength: 3 }),
      fc.uint8Array({ maxLength: 200 }),
    )
    .map(([version, counts, rest]) => {
      const header = Buffer.alloc(64);
      header.write("SUTRADAT", "latin1");
      header.writeUInt32LE(version, 8);
      for (const [n, count] of counts.entries()) header.writeUInt32LE(count, 12 + 4 * n);
      return Buffer.concat([header, rest]);
    });
  const lines = fc
    .array(fc.oneof(fc.json(), text), { maxLength: 5 })
    .map((all) => Buffer.from(head + all.join("\n")));
  try {
    await fc.assert(
      fc.asyncProperty(fc.oneof(stored, lines, fc.uint8Array()), async (bytes) => {
        writeFileSync(file, bytes);
        await importFile(space, systemDisk, file, never).catch((error: unknown) => {
          assert.ok(error instanceof OpError && error.code === "OPD4601", String(error));
        });
      }),
      { numRuns: 200 },
    );
  } finally {
    await memory.close();
  }
});
