// One generation as a page: who and what, each action with what was there and what is, how it was checked, what is left,
// and where the audit log has it.

import { visible } from "../../base/visible.ts";
import type { DocValue, Generation, GenerationReply } from "../../api/api.ts";
import type { Look, Tone } from "../terminal.ts";
import { purposeText, timeText } from "./history.ts";
import { wrap } from "./table.ts";
import { count, replyJson, showMs, showValue } from "./value.ts";

const SIGNS = { create: "+", update: "~", delete: "-" } as const;
const TONES: Readonly<Record<keyof typeof SIGNS, Tone>> = {
  create: "green",
  update: "yellow",
  delete: "red",
};
const ENDS = {
  done: "done: as the documents say",
  restored: "restored: everything was put back, and read again",
  left: "left: not everything is as before",
} as const;

export function generationText({ generation, checkpoint }: GenerationReply, look: Look): string {
  const { number, time, begin, actions, end, first, last } = generation;
  const lines = [`${look.paint("bold", `@${number}`)}  ${timeText(time)}  ${ENDS[end.end]}`];
  const part = (name: string, text: string): void =>
    void lines.push(`  ${look.paint("dim", `${name}:`.padEnd(10))} ${text}`);
  part("apply", begin.apply);
  part("purpose", purposeText(begin));
  part("by", actorText(begin.actor));
  if (begin.actor.subject !== "") part("as", visible(begin.actor.subject));
  part("began", timeText(begin.started));
  if (end.by !== "apply") part("ended by", end.by);
  for (const { file, digest } of begin.documents)
    part("document", `${visible(file)}  sha256 ${visible(digest)}`);
  part("plan", `sha256 ${begin.plan}`);
  lines.push("");
  for (const action of actions) lines.push(...actionLines(action, look));
  if (actions.length > 0) lines.push("");
  lines.push(...checkLines(end, look));
  part("audit", `entries ${first} to ${last}${checkpointText(checkpoint)}`);
  return `${lines.join("\n")}\n`;
}

function actorText({ uid, pid, user, unit }: Generation["begin"]["actor"]): string {
  const name = user === "" ? `uid ${uid}` : `${visible(user)} (uid ${uid})`;
  return `${name}, pid ${pid}${unit === "" ? "" : `, ${visible(unit)}`}`;
}

function checkpointText(checkpoint: GenerationReply["checkpoint"]): string {
  if (checkpoint === null) return ", not signed since";
  return `, under the signed checkpoint of ${checkpoint.size} entries, root ${checkpoint.root}`;
}

function actionLines(action: Generation["actions"][number], look: Look): string[] {
  const { verb, address, outcome, reason, elapsed_ms: elapsedMs, also, undo } = action;
  const sign = look.paint(TONES[verb], SIGNS[verb]);
  const how = outcome === "not-started" ? "not started" : `${outcome} in ${showMs(elapsedMs)}`;
  const lines = [
    `  ${sign} ${look.paint("bold", visible(address))}  ${changeText(action)}`,
    `      ${look.paint(outcome === "failed" ? "red" : "dim", `${how}, undo ${undo}`)}`,
  ];
  if (reason !== "") lines.push(...wrap(visible(reason), look.width, "      "));
  for (const effect of also)
    lines.push(
      `    ${look.paint(TONES[effect.verb], SIGNS[effect.verb])} ${visible(`${effect.resource}/${effect.key}`)}  ${look.paint("dim", `came along: ${visible(effect.about)}`)}`,
    );
  return lines;
}

function changeText({ verb, field, before, after, secret }: Generation["actions"][number]): string {
  if (secret) return "(secret)";
  if (verb === "create") return showValue(after);
  if (verb === "delete") return `was ${showValue(before)}`;
  if (field === null) return "newest version";
  return `${showValue(before as DocValue)} -> ${after === null ? "(default)" : showValue(after)}`;
}

function checkLines({ faults, verification, probes, left }: Generation["end"], look: Look): string[] {
  const lines = faults.flatMap((fault) => wrap(look.paint("red", visible(fault)), look.width, "  "));
  if (verification !== null) {
    const { holds, checked, attempts, elapsed_ms: elapsedMs } = verification;
    const tries = attempts > 1 ? `, try ${attempts}` : "";
    lines.push(
      `  ${holds ? "verified" : look.paint("red", "verification failed")}: ${count(checked, "value")} in ${showMs(elapsedMs)}${tries}`,
    );
  } else lines.push("  not verified");
  for (const { about, passed, found, elapsed_ms: elapsedMs } of probes) {
    const result = passed ? "passed" : look.paint("red", `failed: ${visible(found)}`);
    lines.push(`  probe ${visible(about)}: ${result} (${showMs(elapsedMs)})`);
  }
  for (const { address, found } of left)
    lines.push(`  ${look.paint("red", "left")} ${look.paint("bold", visible(address))}  ${showValue(found)}`);
  return lines;
}

export function generationJson({ generation, checkpoint }: GenerationReply): string {
  const { number, time, first, last, previous, begin, actions, end } = generation;
  const { apply, purpose, of, bus, actor, started, documents, plan, base } = begin;
  const { faults, verification, probes, left, by } = end;
  const head = {
    type: "generation",
    number,
    time,
    started,
    apply,
    purpose,
    of,
    end: end.end,
    by,
    bus,
    actor,
  };
  const audit = { first, last, previous, checkpoint };
  const told = actions.map((action) => {
    const { id, address, plugin, resource, key, field, verb, before, after, secret, also } = action;
    const { undo, outcome, reason, elapsed_ms: elapsedMs } = action;
    const place = { id, address, plugin, resource, key, field };
    return { ...place, verb, before, after, secret, also, undo, outcome, reason, elapsedMs };
  });
  return replyJson({
    ...head,
    documents,
    plan,
    base,
    actions: told,
    verification,
    probes,
    faults,
    left,
    audit,
  });
}
