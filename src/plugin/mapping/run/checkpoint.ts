// The service's own transaction: created before an apply, committed after its verification, rolled back otherwise. The
// handle is the reply of `create`. What it covers is the mapping's claim; verification decides.

import { OpError } from "../../../base/error.ts";
import type { NativeCheckpoint, Outcome, PluginContext } from "../../plugin.ts";
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
  const end = (recipe: Recipe) => async (ctx: PluginContext, handle: unknown) =>
    (await run(start(ctx), recipe, handle as Answer | null, 0)).outcome;
  return Object.freeze({
    covers: checkpoint.covers,
    async create(ctx: PluginContext, timeoutMs: number) {
      const { outcome, reply } = await run(start(ctx), checkpoint.create, null, Math.ceil(timeoutMs / 1000));
      if (outcome.outcome !== "done")
        throw new OpError("OPD6065", `${mapping.service}: no checkpoint: ${outcome.reason}`);
      return { handle: reply };
    },
    commit: end(checkpoint.commit),
    rollback: end(checkpoint.rollback),
  });
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
