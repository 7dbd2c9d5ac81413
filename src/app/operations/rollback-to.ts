// rollback.to: the document that leads to the machine of an earlier generation, and then the ordinary road of an apply:
// planned against what is there now, shown, confirmed, applied, verified and recorded.

import { OpError } from "../../base/error.ts";
import { checkGeneration, stateAt, wayTo } from "../../state/history/history.ts";
import type { RequestOf, SourceText } from "../../api/api.ts";
import { applyDocuments } from "../applying.ts";
import type { Bound } from "../bound.ts";
import { withPast } from "../past.ts";

export const rollbackTo: Bound<"rollback.to"> = async (parts, request, talk) => {
  const { generation: number, ...asked } = request;
  const { then, now } = await withPast(parts, ({ past }) => {
    checkGeneration(past, number);
    return { then: stateAt(past, number), now: stateAt(past, Infinity) };
  });
  const session = await parts.session(talk);
  const names = new Set([...then.later.keys()].map((name) => then.owners.get(name)!.place.plugin));
  const plugins = await session.pluginsFor([...names], { starts: true });
  const { schemas, unreachable } = await session.schemas(plugins);
  const [away] = unreachable.values();
  if (away !== undefined) throw new OpError(away.code, away.message, { now: "nothing was changed" });
  const { text, unsaid } = wayTo(then, now, schemas);
  for (const { address, reason } of unsaid) {
    const message = `${address} is left as it is: ${reason}`;
    talk.tell({ type: "diagnostic", severity: "warning", message });
  }
  const source: SourceText = { file: `@${number}`, format: "json", text, untrusted: null };
  const plain: Omit<RequestOf<"apply">, keyof typeof asked> = {
    sources: [source],
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
  return await applyDocuments(parts, { ...plain, ...asked }, talk, { purpose: "rollback", of: `@${number}` });
};
