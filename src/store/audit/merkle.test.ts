// Trees and proofs: published roots, every tree of up to 70 leaves against the definition in RFC 6962 word by word, and
// proofs that must be refused. With OP_DBUS_MERKLE_VECTORS (a checkout of github.com/transparency-dev/merkle) its
// test vectors are run too.

import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EMPTY_ROOT, isConsistent, leafHash, nodeHash, rootFromInclusion } from "./merkle.ts";
import { consistencyPath, inclusionPath, rootOf, type SubtreeHash } from "./path.ts";
import { Tree } from "./tree.ts";

/** MTH(D), RFC 6962, 2.1, as it is written there. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

function treeOf(leaves: readonly Buffer[]): Tree {
  const tree = new Tree(() => undefined);
  for (const leaf of leaves) tree.push(leaf);
  return tree;
}

const subtrees =
  (leaves: readonly Buffer[]): SubtreeHash =>
  (height, index) =>
    mth(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height));

// Leaf inputs and roots of the Certificate Transparency reference: transparency-dev/merkle, testonly/constants.go.
const INPUTS = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("the reference roots of Certificate Transparency", () => {
  const leaves = INPUTS.map((hex) => leafHash(Buffer.from(hex, "hex")));
  ROOTS.forEach((root, size) => {
    assert.equal(treeOf(leaves.slice(0, size)).root().toString("hex"), root);
    assert.equal(rootOf(size, subtrees(leaves)).toString("hex"), root);
  });
});

const leaves = Array.from({ length: 70 }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));

test("every tree of up to 70 leaves, every proof in it, and every proof spoiled", () => {
  const subtree = subtrees(leaves);
  let proofs = 0;
  for (let size = 0; size <= leaves.length; size++) {
    const root = mth(leaves.slice(0, size));
    assert.deepEqual(treeOf(leaves.slice(0, size)).root(), root);
    for (let index = 0; index < size; index++) {
      const proof = inclusionPath(index, size, subtree);
      assert.deepEqual(rootFromInclusion(leaves[index]!, index, size, proof), root, `${index} of ${size}`);
      for (const spoiled of spoil(proof))
        assert.notDeepEqual(rootFromInclusion(leaves[index]!, index, size, spoiled), root);
      for (const other of [index - 1, index + 1, index ^ 2].filter((n) => n !== index))
        assert.notDeepEqual(rootFromInclusion(leaves[index]!, other, size, proof), root);
      proofs++;
    }
    assert.ok(!isConsistent(0, size, EMPTY_ROOT, root, []));
    for (let from = 1; from <= size; from++) {
      const proof = consistencyPath(from, size, subtree);
      const older = mth(leaves.slice(0, from));
      assert.ok(isConsistent(from, size, older, root, proof), `${from} to ${size}`);
      const wrong = flipped(root, 7);
      assert.ok(!isConsistent(from, size, flipped(older, 3), root, proof));
      assert.ok(!isConsistent(from, size, older, wrong, proof));
      for (const spoiled of spoil(proof)) assert.ok(!isConsistent(from, size, older, root, spoiled));
      proofs++;
    }
  }
  assert.equal(proofs, 70 * 71);
});

/** The ways in which a proof can be wrong whose length and order matter. */
function spoil(proof: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const stranger = leafHash(Buffer.from("stranger"));
  const first = proof[0];
  const last = proof.at(-1);
  if (first === undefined || last === undefined) return [[stranger], [Buffer.alloc(0)]];
  return [
    proof.slice(1),
    proof.slice(0, -1),
    [...proof, stranger],
    [stranger, ...proof],
    [...proof, last],
    [flipped(first, 0), ...proof.slice(1)],
    [...proof.slice(0, -1), flipped(last, 255)],
    [...proof.slice(0, -1), last.subarray(1)],
    ...(proof.length > 1 ? [proof.toReversed()] : []),
  ];
}

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

test("sizes and indexes that are none", () => {
  const leaf = leaves[0]!;
  for (const [index, size] of [
    [0, 0],
    [1, 1],
    [-1, 1],
    [0.5, 1],
    [0, Number.NaN],
    [0, 2 ** 53],
    [2 ** 32, 2 ** 32],
  ])
    assert.equal(rootFromInclusion(leaf, index!, size!, []), null, `${index} of ${size}`);
  assert.ok(!isConsistent(2, 1, leaf, leaf, []));
  assert.ok(!isConsistent(-1, 1, leaf, leaf, []));
});

test("an index beyond 32 bits is its own index", () => {
  // 2^33 + 1 leaves: the last one stands alone beside a complete subtree.
  const left = leaves[1]!;
  const root = nodeHash(left, leaves[0]!);
  assert.deepEqual(rootFromInclusion(leaves[0]!, 2 ** 33, 2 ** 33 + 1, [left]), root);
  assert.equal(rootFromInclusion(leaves[0]!, 0, 2 ** 33 + 1, [left]), null);
});

const vectors = process.env["OP_DBUS_MERKLE_VECTORS"] ?? "";
interface Inclusion {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}
interface Consistency {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

test(
  "the public vectors of transparency-dev/merkle",
  { skip: vectors === "" && "OP_DBUS_MERKLE_VECTORS names no checkout of transparency-dev/merkle" },
  () => {
    assert.ok(existsSync(join(vectors, "testdata")), "no folder testdata there");
    const bytes = (text: string): Buffer => Buffer.from(text, "base64");
    const read = <T>(pattern: string): T[] =>
      globSync(pattern, { cwd: join(vectors, "testdata") }).map(
        (file) => JSON.parse(readFileSync(join(vectors, "testdata", file), "utf8")) as T,
      );
    const inclusions = read<Inclusion>("inclusion/**/*.json");
    for (const one of inclusions) {
      const root = rootFromInclusion(
        bytes(one.leafHash),
        one.leafIdx,
        one.treeSize,
        (one.proof ?? []).map(bytes),
      );
      const holds = root !== null && root.equals(bytes(one.root));
      assert.equal(holds, !one.wantErr, JSON.stringify(one));
    }
    const consistencies = read<Consistency>("consistency/**/*.json");
    for (const one of consistencies) {
      const proof = (one.proof ?? []).map(bytes);
      const holds = isConsistent(one.size1, one.size2, bytes(one.root1), bytes(one.root2), proof);
      assert.equal(holds, !one.wantErr, JSON.stringify(one));
    }
    assert.ok(inclusions.length > 90 && consistencies.length > 90);
  },
);
