// An audit log in memory, for tests of what is made from one: the same tree and signed heads, nothing on a disk.

import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { OpError } from "../../src/base/error.ts";
import { canonicalJson, type PlainTable } from "../../src/base/text/text.ts";
import { headText } from "../../src/store/audit/checkpoint.ts";
import type { Audit, Checkpoint, Entry, EntryBody } from "../../src/store/audit/model.ts";
import { leafHash, nodeHash } from "../../src/store/audit/merkle.ts";
import {
  cosignatureLine,
  parseVkey,
  signatureLine,
  vkeyOf,
  type Signer,
} from "../../src/store/audit/note.ts";
import { inclusionPath, rootOf } from "../../src/store/audit/path.ts";

type Kept = Pick<Audit, "size" | "key" | "latest" | "entries" | "inclusion" | "blob" | "append" | "putBlob">;
export interface MemoryAudit extends Kept {
  /** Puts the cosignature of a new witness under the newest head; gives its verifier key. */
  witness(): string;
}

export function signer(name: string, type = 1): Signer {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } =
    generateKeyPairSync("ed25519");
  return { verifier: parseVkey(vkeyOf(name, publicKey, type))!, key: privateKey };
}

export function memoryAudit(): MemoryAudit {
  const origin = "op-dbus/0123456789abcdef";
  const own = signer(origin);
  const entries: Entry[] = [];
  const leaves: Buffer[] = [];
  const blobs = new Map<string, Buffer>();
  let head: Checkpoint | null = null;
  const subtree = (height: number, index: number): Buffer =>
    height === 0
      ? leaves[index]!
      : nodeHash(subtree(height - 1, 2 * index), subtree(height - 1, 2 * index + 1));

  const add = (body: EntryBody): void => {
    const value: PlainTable = { ...body, v: 1, time: "2026-01-01T00:00:00.000Z" };
    const bytes = Buffer.from(canonicalJson(value));
    leaves.push(leafHash(bytes));
    entries.push({ index: entries.length, value, bytes });
  };
  const sign = (): Checkpoint => {
    const root = rootOf(leaves.length, subtree).toString("base64");
    const text = headText({ origin, size: leaves.length, root }, "2026-01-01T00:00:00.000Z");
    return { size: leaves.length, root, note: `${text}\n${signatureLine(text, own)}` };
  };
  const blob = (digest: string): Buffer => {
    const content = blobs.get(digest);
    if (content === undefined) throw new OpError("OPD5003", `no blob ${digest}`);
    return content;
  };

  return {
    key: own.verifier.vkey,
    get size() {
      return entries.length;
    },
    append(bodies, { checkpoint }) {
      const first = entries.length;
      bodies.forEach(add);
      if (checkpoint) head = sign();
      return Promise.resolve({ first, checkpoint: checkpoint ? head : null });
    },
    putBlob(content) {
      const digest = createHash("sha256").update(content).digest("hex");
      blobs.set(digest, Buffer.from(content));
      return Promise.resolve(digest);
    },
    blob,
    *entries(from, to = entries.length) {
      yield* entries.slice(from, to);
    },
    inclusion: (index, size) => inclusionPath(index, size, subtree),
    latest: () => head,
    witness() {
      const other = signer("witness.example", 4);
      const text = head!.note.slice(0, head!.note.indexOf("\n\n") + 1);
      head = { ...head!, note: head!.note + cosignatureLine(text, other, 1_790_000_000) };
      return other.verifier.vkey;
    },
  };
}
