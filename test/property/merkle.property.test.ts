// Laws of trees, tiles and entries on random ones: proofs from tiles hold and spoiled ones do not, a tree begun from its
// tiles goes on as if it had never stopped, paths and bundles are read back, entries stay below their limit and come back.

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import fc from "../support/property.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { canonicalJson, type Plain, type PlainTable } from "../../src/base/text/text.ts";
import { canonicalValue, entryBytes, entryValue, slim, whole } from "../../src/store/audit/entry.ts";
import { Growth } from "../../src/store/audit/growth.ts";
import { isConsistent, leafHash, rootFromInclusion } from "../../src/store/audit/merkle.ts";
import { consistencyPath, inclusionPath } from "../../src/store/audit/path.ts";
import { Shelf } from "../../src/store/audit/shelf.ts";
import { bundled, parseTilePath, tilePath, Tiles, unbundled } from "../../src/store/audit/tiles.ts";
import { fullTiles, rowWidth, Tree } from "../../src/store/audit/tree.ts";
import { memoryDisk } from "../support/memory-disk.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 5_000 : 200;
const SIZE_MAX = 70_000;

/** One large tree whose tiles are in memory; every smaller one is in it. */
const leaves = Array.from({ length: SIZE_MAX }, (_, n) => leafHash(Buffer.from(String(n))));
const disk = memoryDisk();
const tiles = new Tiles(disk, "/log", false);
const tree = new Tree((level, index, hashes) => tiles.write(level, index, 256, hashes));
const roots = leaves.map((leaf) => {
  tree.push(leaf);
  return tree.root();
});
const shelf = new Shelf(tiles, tree);

const flip = (proof: readonly Buffer[], at: number, bit: number): Buffer[] =>
  proof.map((one, n) => {
    if (n !== at) return one;
    const copy = Buffer.from(one);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  });

test("proofs from tiles hold, and no other", () => {
  const size = fc.integer({ min: 1, max: SIZE_MAX });
  const bits = fc.tuple(fc.nat(20), fc.nat(255));
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), bits, (to, a, b, [at, bit]) => {
      const [index, from] = [a % to, 1 + (b % to)];
      const root = roots[to - 1]!;
      const path = inclusionPath(index, to, shelf.subtree);
      assert.ok(rootFromInclusion(leaves[index]!, index, to, path)?.equals(root));
      assert.ok(path.length <= Math.ceil(Math.log2(to)));
      const proof = consistencyPath(from, to, shelf.subtree);
      assert.ok(isConsistent(from, to, roots[from - 1]!, root, proof));
      if (at < path.length)
        assert.ok(rootFromInclusion(leaves[index]!, index, to, flip(path, at, bit))?.equals(root) !== true);
      if (at < proof.length) assert.ok(!isConsistent(from, to, roots[from - 1]!, root, flip(proof, at, bit)));
      if (to > 1)
        assert.ok(rootFromInclusion(leaves[(index + 1) % to]!, index, to, path)?.equals(root) !== true);
    }),
    { numRuns: RUNS },
  );
});

test("a tree begun from its tiles goes on as if it had never stopped", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: SIZE_MAX - 600 }),
      fc.integer({ min: 0, max: 600 }),
      (size, more) => {
        const rows: Buffer[] = [];
        for (let level = 0; size >= 256 ** level; level++) {
          const width = rowWidth(size, level);
          const index = fullTiles(size, level);
          const full = index < fullTiles(SIZE_MAX, level) ? tiles.read(level, index, 256) : tree.row(level);
          rows.push(full!.subarray(0, 32 * width));
        }
        const again = new Tree(
          (level, index, hashes) => {
            assert.ok(tiles.read(level, index, 256)?.equals(hashes), `tile ${level}/${index}`);
          },
          size,
          rows,
        );
        const ahead = leaves.slice(size, size + more);
        const expected = more + size === 0 ? again.root() : roots[size + more - 1]!;
        assert.ok(again.root(ahead).equals(expected));
        for (const leaf of ahead) again.push(leaf);
        assert.ok(again.root().equals(expected));
      },
    ),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});

test("paths of tiles are read back, and no other text is one", () => {
  const index = fc.oneof(fc.nat(2000), fc.maxSafeNat());
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(63), fc.constant("entries" as const)),
      index,
      fc.integer({ min: 1, max: 256 }),
      (level, n, w) => {
        if (n >= 1e15) return;
        assert.deepEqual(parseTilePath(tilePath(level, n, w)), { level, index: n, width: w });
      },
    ),
    { numRuns: RUNS },
  );
  const known: readonly (readonly [string, number, number])[] = [
    ["tile/0/x001/x234/067", 1_234_067, 256],
    ["tile/0/000", 0, 256],
    ["tile/0/x001/000.p/5", 1000, 5],
  ];
  for (const [path, n, w] of known) assert.equal(tilePath(0, n, w), path);
  for (const path of [
    "tile/0/1",
    "tile/0/x000/001",
    "tile/00/001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/0/001/002",
  ])
    assert.equal(parseTilePath(path), null, path);
});

test("bundles are read back, and a cut one is none", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 20 }), (entries) => {
      const bundle = Buffer.concat(entries.map(bundled));
      assert.deepEqual(
        unbundled(bundle, entries.length)?.map((one) => new Uint8Array(one)),
        entries,
      );
      assert.equal(unbundled(bundle.subarray(0, -1), entries.length), null);
      assert.equal(unbundled(bundle, entries.length + 1), null);
    }),
    { numRuns: RUNS },
  );
});

const scalar = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie("value"), { maxKeys: 4 }),
  ) as fc.Arbitrary<Plain>,
}));
const name = fc.constantFrom("a", "b", "ü", "before", "__proto__", "$blob");
const large = fc.integer({ min: 30_000, max: 40_000 }).map((length) => "x".repeat(length));
const members = fc.dictionary(name, fc.oneof(value, large, fc.constant({ $blob: "x", size: 1 })), {
  maxKeys: 5,
});

test("an entry stays below its limit, is canonical, and comes back whole", () => {
  fc.assert(
    fc.property(members, (table) => {
      const blobs = new Map<string, Buffer>();
      const put = (content: Buffer): string => {
        const digest = hash("sha256", content);
        blobs.set(digest, content);
        return digest;
      };
      const body = { ...table, type: "x" };
      const slimmed = slim(body, put);
      const stamp = { time: "2026-01-01T00:00:00.000Z", boot: "b".repeat(36), mono_ms: 2 ** 50 };
      const extra = {
        previous: { size: 2 ** 50, root: "r".repeat(44) },
        binds: { first: 2 ** 50, count: 2 ** 50, digest: "d".repeat(64) },
      };
      const bytes = entryBytes(slimmed, stamp, extra);
      assert.ok(bytes.length <= LIMITS.entrySizeBytesMax);
      const text = bytes.toString("utf8");
      assert.ok(canonicalValue(text) !== null, text.slice(0, 200));
      const back = whole(entryValue(bytes), (digest) => blobs.get(digest)!);
      assert.equal(canonicalJson(back), canonicalJson({ ...body, v: 1, ...stamp, ...extra } as PlainTable));
    }),
    { numRuns: RUNS },
  );
});

test("texts that are not canonical", () => {
  for (const text of [
    '{"b":1,"a":2}',
    '{"a": 1}',
    '{"a":1}\n',
    '{"a":1,"a":1}',
    '{"a":1.0}',
    '{"a":-0}',
    '{"a":1e2}',
    '{"a":"\\u0041"}',
    '{"a":"\\/"}',
    "[1]",
    "1",
    "",
    "{",
  ])
    assert.equal(canonicalValue(text), null, text);
  for (const text of ['{"a":1}', '{"a":18446744073709551615}', '{"__proto__":1}', "{}", '{"a":1e+21}'])
    assert.ok(canonicalValue(text) !== null, text);
});

test("what is followed in any steps gives the same files", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 1500 }), (count, at) => {
      const files = new Map<string, string>();
      const sink = {
        write: (level: number | "entries", index: number, width: number, bytes: Uint8Array) =>
          void files.set(tilePath(level, index, width), hash("sha256", bytes)),
      };
      const growth = new Growth(sink);
      for (let n = 0; n < count; n++) {
        growth.follow({ seq: n, type: 1, payload: Buffer.from(String(n)) });
        if (n === at) growth.writePartials(n);
      }
      growth.writePartials(count);
      assert.ok(growth.tree.root().equals(roots[count - 1]!));
      for (const [path, digest] of files) {
        const { level, index, width } = parseTilePath(path)!;
        const again = level === "entries" ? null : shelf.tile(level, index).subarray(0, width * 32);
        if (again !== null) assert.equal(digest, hash("sha256", again), path);
      }
      const full = [...files.keys()].filter((path) => !path.includes(".p/"));
      assert.equal(full.length, 2 * Math.floor(count / 256));
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
});
