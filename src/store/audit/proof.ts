// A proof file: some entries of the audit log with all that somebody without op-dbus needs to check that the signed log
// holds them: their paths in the tree, the signed tree head, its key, the blobs they bind. As JSON, or as a page that holds
// the same JSON as data and runs nothing but the verifier. docs/verifier has its form and a program that checks it.
// A proof shows what was recorded, not that nothing else was: that is what consistency with an earlier head shows.

import { createHash } from "node:crypto";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { writeJson, type Plain, type PlainTable } from "../../base/text/text.ts";
import { referenceOf } from "./entry.ts";
import type { Audit, Entry } from "./model.ts";

/** What a proof is made from. */
type Provable = Pick<Audit, "size" | "key" | "latest" | "entries" | "inclusion" | "blob">;

export interface Proof {
  readonly format: "op-dbus-proof/1";
  readonly entries: readonly {
    readonly index: number;
    /** The entry's bytes as text. */
    readonly entry: string;
    /** base64, from the leaf's sibling upwards. */
    readonly hashes: readonly string[];
  }[];
  /** The signed note. */
  readonly checkpoint: string;
  /** The verifier key that signed it. */
  readonly key: string;
  /** hex SHA-256 -> base64 of the content: the values that entries hold as {"$blob": …}. */
  readonly blobs: { readonly [digest: string]: string };
}

/**
 * Proves `indexes` (ascending) under the newest signed checkpoint. Throws OPD5120 (no such entry), OPD5121 (larger than a
 * proof may be), OPD5122 (not signed yet: nothing could be proven).
 */
export function makeProof(audit: Provable, indexes: readonly number[]): Proof {
  const last = indexes.at(-1) ?? -1;
  if (last < 0 || last >= audit.size) throw noEntry(last, audit.size);
  const signed = audit.latest();
  if (signed === null || signed.size <= last)
    throw new OpError("OPD5122", `entry ${last} is not under a signed checkpoint yet`);
  const blobs: { [digest: string]: string } = Object.create(null);
  let sizeBytes = 0;
  const entries = indexes.map((index) => {
    const entry = entryAt(audit, index);
    refuseLarge((sizeBytes += entry.bytes.length));
    for (const digest of blobsOf(entry.value)) {
      if (Object.hasOwn(blobs, digest)) continue;
      blobs[digest] = audit.blob(digest).toString("base64");
      refuseLarge((sizeBytes += blobs[digest].length));
    }
    const hashes = audit.inclusion(index, signed.size).map((hash) => hash.toString("base64"));
    return { index, entry: Buffer.from(entry.bytes).toString("utf8"), hashes };
  });
  return Object.freeze({
    format: "op-dbus-proof/1",
    entries,
    checkpoint: signed.note,
    key: audit.key,
    blobs,
  });
}

export function proofJson(proof: Proof): string {
  return `${writeJson(plain(proof), 2)}\n`;
}

/** The page: `verifier` is the text of docs/verifier/verify.mjs. Of the proof nothing stands in the markup: it is one
 * block of data without a `<`, so that no text in it can end the block or begin another. */
export function proofPage(proof: Proof, verifier: string): string {
  const data = writeJson(plain(proof), 0).replaceAll("<", "\\u003c");
  const policy = `default-src 'none'; script-src '${sourceHash(verifier)}'; style-src '${sourceHash(STYLE)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>op-dbus proof</title>
<style>${STYLE}</style>
</head>
<body>
<h1>op-dbus proof</h1>
<pre id="result">Nothing was checked: this page needs JavaScript.</pre>
<p>The page checks the data in it, and a forged page could say anything. Where it counts, check the file with a verifier of
your own, and the key with what you know of the machine: <code>node verify.mjs FILE --key KEY</code></p>
<script type="application/json" id="proof">${data}</script>
<script type="module">${verifier}</script>
</body>
</html>
`;
}

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;border:2px solid currentcolor}" +
  ".valid pre{border-color:#0a7d32}.invalid pre{border-color:#c0182b}";

/** Content Security Policy Level 3, hash-source: of the text between the tags, byte for byte. */
function sourceHash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function entryAt(audit: Provable, index: number): Entry {
  for (const entry of audit.entries(index, index + 1)) return entry;
  throw noEntry(index, audit.size);
}

function noEntry(index: number, size: number): OpError {
  const range = size === 0 ? "the log is empty" : `the log has 0 to ${size - 1}`;
  return new OpError("OPD5120", `there is no entry ${index}: ${range}`, { hint: "op-dbus audit list" });
}

function refuseLarge(sizeBytes: number): void {
  if (sizeBytes <= LIMITS.proofBytesMax) return;
  throw new OpError("OPD5121", `the proof has more than ${LIMITS.proofBytesMax} bytes`);
}

/** Digests of the members that lie in blobs. */
function blobsOf(value: PlainTable): readonly string[] {
  return Object.values(value)
    .map(referenceOf)
    .filter((digest) => digest !== null);
}

/** As a plain value, its members in the order that a person reads them. */
function plain({ format, entries, checkpoint, key, blobs }: Proof): Plain {
  return {
    format,
    key,
    checkpoint,
    entries: entries.map(({ index, entry, hashes }) => ({ index, entry, hashes })),
    blobs,
  };
}
