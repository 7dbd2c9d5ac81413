// rollback.to: the document that leads to the machine of an earlier generation, and then the ordinary road of an apply:
// planned against what is there now, shown, confirmed, applied, verified and recorded.

import { OpError } from "../../base/error.ts";
import { checkGeneration, stateAt, wayTo } from "../../state/history/history.ts";
import type { RequestOf, SourceText } from "../../api/api.ts";
import { applyDocuments } from "../applying.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";
import { withPast } from "../records/past.ts";
import type { Session } from "../session.ts";

export const rollbackTo: Bound<"rollback.to"> = async (parts, request, talk) => {
  const { generation: number, ...asked } = request;
  // A slip of the finger waits for no lock.
  await withPast(parts, ({ past }) => checkGeneration(past, number));
  const plain: Omit<RequestOf<"apply">, keyof typeof asked> = {
    sources: [],
    target: [],
    exclude: [],
    checkAuth: false,
    refresh: false,
    verify: true,
    requireUndo: null,
    requireFidelity: null,
    verifyTimeoutMs: null,
    holdMs: null,
  };
  const meaning = { purpose: "rollback", of: `@${number}` } as const;
  const made = async (session: Session): Promise<readonly SourceText[]> => [
    await wayBackTo(parts, session, number),
  ];
  return await applyDocuments(parts, { ...plain, ...asked }, talk, meaning, made);
};

async function wayBackTo(parts: Parts, session: Session, number: number): Promise<SourceText> {
  const { then, now } = await withPast(parts, ({ past }) => ({
    then: stateAt(past, number),
    now: stateAt(past, Infinity),
  }));
  const names = new Set([...then.later.keys()].map((name) => then.owners.get(name)!.place.plugin));
  const plugins = await session.pluginsFor([...names], { starts: true });
  const { schemas, unreachable } = await session.schemas(plugins);
  const [away] = unreachable.values();
  if (away !== undefined) throw new OpError(away.code, away.message, { now: "nothing was changed" });
  const { text, unsaid } = wayTo(then, now, schemas);
  for (const { address, reason } of unsaid) {
    const message = `${address} is left as it is: ${reason}`;
    session.talk.tell({ type: "diagnostic", severity: "warning", message });
  }
  return { file: `@${number}`, format: "json", text, untrusted: null };
}
