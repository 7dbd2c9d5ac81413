// A service may repeat in its error what it was given. What a person reads must not: the values that the secrets of these
// actions stand for are taken out of every reason. Pure but for asking what the references stand for.

import {
  isTable,
  type Action,
  type DocValue,
  type Outcome,
  type PluginContext,
} from "../../plugin/plugin.ts";

/** The outcomes, with every secret of `actions` in their reasons replaced by `(secret)`. */
export function redacted(
  outcomes: readonly Outcome[],
  actions: readonly Pick<Action, "after">[],
  ctx: Pick<PluginContext, "secretValue">,
): readonly Outcome[] {
  if (outcomes.every(({ outcome }) => outcome === "done")) return outcomes;
  const values = actions
    .flatMap(({ after }) => [...references(after)])
    .map((reference) => valueOf(reference, ctx))
    .filter((value) => value !== "")
    // A secret that begins another one must not leave the other's rest behind.
    .toSorted((a, b) => b.length - a.length);
  if (values.length === 0) return outcomes;
  return outcomes.map((outcome) =>
    outcome.outcome === "done"
      ? outcome
      : {
          ...outcome,
          reason: values.reduce((text, value) => text.replaceAll(value, "(secret)"), outcome.reason),
        },
  );
}

function* references(value: DocValue): Generator<string> {
  if (Array.isArray(value)) for (const element of value as readonly DocValue[]) yield* references(element);
  if (!isTable(value)) return;
  const { secret } = value;
  if (typeof secret === "string") yield secret;
  for (const entry of Object.values(value)) yield* references(entry);
}

/** "" for what cannot be read (any more): it was not sent either. */
function valueOf(reference: string, ctx: Pick<PluginContext, "secretValue">): string {
  try {
    return ctx.secretValue(reference);
  } catch {
    return "";
  }
}
