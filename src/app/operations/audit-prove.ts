// audit prove: which entries are meant, signed if they are not yet, and the file that proves them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { generationOf, generations, type Generation } from "../../state/history/history.ts";
import type { Audit } from "../../store/audit/audit.ts";
import { makeProof, proofJson, proofPage } from "../../store/audit/proof.ts";
import type { Bound } from "../bound.ts";
import { countedEntries } from "../records/past.ts";
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

/** `12` is an entry, `@12` all entries of a generation, an address those of the newest generation that names it: always
 * whole groups, so that nothing of one can be left out. */
function indexesOf(audit: Audit, what: string): readonly number[] {
  if (/^\d{1,15}$/.test(what)) return [Number(what)];
  const number = generationOf(what);
  let found: Generation | null = null;
  for (const generation of generations({ entries: () => countedEntries(audit) })) {
    const isNamed = generation.actions.some(({ address }) => address === what);
    if (number === null ? isNamed : generation.number === number) found = generation;
  }
  if (found === null)
    throw new OpError("OPD5120", `the audit log has nothing of ${visible(what)}`, {
      hint: "op-dbus history",
    });
  const { first, last } = found;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
