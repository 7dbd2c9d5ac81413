// audit prove: which entries are meant, signed if they are not yet, and the file that proves them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import type { PlainTable } from "../../base/text/text.ts";
import type { Audit } from "../../store/audit/audit.ts";
import { makeProof, proofJson, proofPage } from "../../store/audit/proof.ts";
import type { Bound } from "../bound.ts";
import { signed } from "./audit-checkpoint.ts";

export const prove: Bound<"audit.prove"> = async (parts, { what, format }) => {
  const records = await parts.records();
  const { audit } = records;
  await audit.refresh();
  const indexes = indexesOf(audit, what);
  // An entry that does not exist is no reason to sign anything.
  if ((indexes.at(-1) ?? -1) < audit.size) await signed(records);
  const proof = makeProof(audit, indexes);
  const verifier = (): string => readFileSync(join(parts.packageDir, "docs/verifier/verify.mjs"), "utf8");
  const text = format === "json" ? proofJson(proof) : proofPage(proof, verifier());
  return { indexes, size: audit.latest()!.size, key: proof.key, text };
};

/** `12` is an entry, `@12` all entries of a generation, an address those of the newest apply that set it. */
function indexesOf(audit: Audit, what: string): readonly number[] {
  if (/^\d{1,15}$/.test(what)) return [Number(what)];
  const generation = /^@([1-9]\d{0,14})$/.exec(what)?.[1];
  const found = generation === undefined ? ofAddress(audit, what) : ofGeneration(audit, Number(generation));
  if (found !== null) return found;
  throw new OpError("OPD5120", `the audit log has nothing of ${visible(what)}`, { hint: "op-dbus history" });
}

/** Entries of the apply that ended as the `number`-th. */
function ofGeneration(audit: Audit, number: number): readonly number[] | null {
  let seen = 0;
  for (const { index, value } of audit.entries(0))
    if (value["type"] === "end" && ++seen === number) return groupOf(index, value);
  return null;
}

function ofAddress(audit: Audit, address: string): readonly number[] | null {
  let found: number | null = null;
  for (const { index, value } of audit.entries(0))
    if (value["type"] === "action" && value["address"] === address) found = index;
  if (found === null) return null;
  for (const { index, value } of audit.entries(found))
    if (value["type"] === "end") return groupOf(index, value);
  return [found];
}

/** The last entry of a group says where it began: the whole group is proven, so that nothing of it can be left out. */
function groupOf(index: number, { binds }: PlainTable): readonly number[] {
  const first = (binds as { readonly first?: unknown } | undefined)?.first;
  const from = typeof first === "number" && first <= index ? first : index;
  return Array.from({ length: index - from + 1 }, (_, i) => from + i);
}
