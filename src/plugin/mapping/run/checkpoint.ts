// The service's own transaction: created before an apply, committed after its verification, rolled back otherwise. The
// handle is the reply of `create` as a document value, so that another process can go on with it. What it covers is the
// mapping's claim; verification decides.

import { OpError } from "../../../base/error.ts";
import { isTable, tableOf, type DocValue } from "../../doc.ts";
import type { NativeCheckpoint, Outcome, PluginContext } from "../../plugin.ts";
import { splitTypes } from "../../value/signature.ts";
import { toDocument, toWire } from "../../value/value.ts";
import { walkReply, type Answer } from "./answer.ts";
import { startReading } from "./items.ts";
import type { Mapping, Recipe } from "../model.ts";
import type { Runtime } from "./runtime.ts";
import { sendStep } from "./step.ts";
import { Subject, withLocals } from "./subject.ts";

export function checkpointOf(
  mapping: Mapping,
  start: (ctx: PluginContext) => Runtime,
): NativeCheckpoint | null {
  const { checkpoint } = mapping;
  if (checkpoint === null) return null;
  const end = (recipe: Recipe) => async (ctx: PluginContext, handle: DocValue) =>
    (await run(start(ctx), recipe, answerOf(handle), 0)).outcome;
  return Object.freeze({
    covers: checkpoint.covers,
    async create(ctx: PluginContext, timeoutMs: number) {
      const { outcome, reply } = await run(start(ctx), checkpoint.create, null, Math.ceil(timeoutMs / 1000));
      if (outcome.outcome !== "done")
        throw new OpError("OPD6065", `${mapping.service}: no checkpoint: ${outcome.reason}`);
      return { handle: handleOf(reply) };
    },
    commit: end(checkpoint.commit),
    rollback: end(checkpoint.rollback),
  });
}

/** {signature, body}: arguments as documents have them; null without a reply. */
function handleOf(reply: Answer | null): DocValue {
  if (reply === null) return null;
  const types = splitTypes(reply.signature);
  const body = types.map((type, at) => toDocument(type, reply.body[at] ?? ""));
  return Object.freeze(
    tableOf([
      ["signature", reply.signature],
      ["body", body],
    ]),
  );
}

/** What `handleOf` made. A value that is none gives null, and the service refuses what has no handle. */
function answerOf(handle: DocValue): Answer | null {
  if (!isTable(handle)) return null;
  const { signature, body } = handle;
  if (typeof signature !== "string" || !Array.isArray(body)) return null;
  const args = splitTypes(signature).map((type, at) =>
    toWire(type, (body as readonly DocValue[])[at] ?? null),
  );
  const wires = args.flatMap((arg) => ("wire" in arg ? [arg.wire] : []));
  return wires.length === args.length ? { signature, body: wires } : null;
}

async function run(
  runtime: Runtime,
  recipe: Recipe,
  handle: Answer | null,
  timeoutS: number,
): Promise<{ readonly outcome: Outcome; readonly reply: Answer | null }> {
  const subject = new Subject(startReading(runtime), runtime.mapping.self, null, undefined);
  const scope = withLocals(subject, { timeoutS, reply: (path) => walkReply(handle, path) });
  let reply = handle;
  for (const step of recipe.steps) {
    const sent = await sendStep(runtime, step, [{ subject, scope }]);
    reply = sent.reply ?? reply;
    if (sent.outcome.outcome !== "done") return { outcome: sent.outcome, reply };
  }
  return { outcome: { outcome: "done" }, reply };
}
