// The list of generations, newest first, a line each; and how one generation reads in a line wherever it is named.

import { visible } from "../../base/visible.ts";
import type { Brief, Listed, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { count, replyJson } from "./value.ts";

export function historyText(reply: ReplyOf<"history">, look: Look): string {
  const { listed, total } = reply;
  const open = reply.waiting.map((each) => `${look.paint("yellow", openText(each))}\n`).join("");
  if (total === 0 && listed.length === 0) return open || "Nothing was applied here yet.\n";
  if (listed.length === 0) return `None of ${count(total, "generation")} fits.\n${open}`;
  const columns = [
    { title: "GEN", right: true },
    { title: "TIME" },
    { title: "WHO" },
    { title: "WHAT" },
    { title: "END" },
    { title: "CHANGED", right: true },
    { title: "DOCUMENTS" },
  ];
  const [head, ...lines] = fitted(table(columns, listed.map(row)), look);
  const shown = listed.filter(({ kind }) => kind === "generation").length;
  const rest =
    total > shown ? [look.paint("dim", `${shown} of ${count(total, "generation")}; --limit shows more`)] : [];
  return `${[look.paint("dim", head!), ...lines, ...rest].join("\n")}\n${open}`;
}

type Open = ReplyOf<"history">["waiting"][number];

function openText({ id, actor, deadline, state }: Open): string {
  const who = `Not ended: checkpoint ${id} of ${visible(actor.user)}`;
  return state === "held" || state === "running"
    ? `${who} waits for its commit until ${timeText(deadline)} (op-dbus checkpoint list)`
    : `${who} is due to go back (op-dbus recover)`;
}

function row(entry: Listed): string[] {
  if (entry.kind === "other") {
    const { index, type, time, about } = entry.other;
    return [`#${index}`, timeText(time), "", visible(type), "", "", visible(about)];
  }
  const { generation } = entry;
  const { number, time, changed, documents } = generation;
  const files = documents.map((file) => visible(file)).join(", ");
  const changes = String(changed);
  return [
    `@${number}`,
    timeText(time),
    whoText(generation),
    purposeText(generation),
    endText(generation),
    changes,
    files,
  ];
}

/** `2026-05-01 12:00:03Z`: in UTC, as the log has it. */
export function timeText(time: string): string {
  return visible(time.replace("T", " ").replace(/\.\d+Z$/, "Z"));
}

/** Login name and unit, where there is one. */
function whoText({ user, uid, unit }: Pick<Brief, "user" | "uid" | "unit">): string {
  const name = user === "" ? `uid ${uid}` : visible(user);
  return unit === "" ? name : `${name} (${visible(unit)})`;
}

export function purposeText({ purpose, of }: Pick<Brief, "purpose" | "of">): string {
  if (of === null) return visible(purpose);
  return `${visible(purpose)} ${of.startsWith("@") ? "to" : "of"} ${visible(of)}`;
}

export function endText({ end, by }: Pick<Brief, "end" | "by">): string {
  return by === "apply" ? end : `${end} by ${by}`;
}

/** `@12, 2026-05-01 12:00:03Z, root`. */
export function briefText(generation: Brief): string {
  return `@${generation.number}, ${timeText(generation.time)}, ${whoText(generation)}`;
}

export function historyJson({ listed, total, waiting }: ReplyOf<"history">): string {
  const entries = listed.map((entry) =>
    entry.kind === "generation"
      ? { kind: entry.kind, ...entry.generation }
      : { kind: entry.kind, ...entry.other },
  );
  return replyJson({ type: "history", total, waiting, entries });
}
