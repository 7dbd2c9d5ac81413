// Snapshots as text: a line each, and with --explain under it what every rule says of it.

import { visible } from "../../base/visible.ts";
import type { PrunedReply, ReplicaReply, ReplyOf, SnapshotReply, SnapshotsReply } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table, wrap } from "./table.ts";
import { count } from "./value.ts";

export function snapshotsText(reply: SnapshotsReply, explain: boolean, look: Look): string {
  const { snapshots, lacks, space } = reply;
  const lines = explain ? snapshots.flatMap((one) => explained(one, look)) : listed(snapshots, look);
  const going = snapshots.filter(({ kept }) => !kept).length;
  const sum = `${count(snapshots.length, "snapshot")} in ${visible(reply.folder)}${going > 0 ? `, ${going} to go` : ""}.`;
  const foreign = reply.foreign.map((name) => `not ours, never touched: ${visible(name)}`);
  return [
    ...lines,
    look.paint("bold", sum),
    `interval ${reply.interval}, retention ${reply.retention}, free ${bytes(space.freeBytes)} (${bytes(space.floorBytes)} stay free)`,
    ...foreign,
    ...(lacks === null ? [] : [look.paint("yellow", `No snapshots are made here: ${lacks}.`)]),
    "",
  ].join("\n");
}

function listed(snapshots: readonly SnapshotReply[], look: Look): readonly string[] {
  const columns = [{ title: "SNAPSHOT" }, { title: "KEPT" }, { title: "HOLDS" }];
  const rows = snapshots.map(({ name, kept, parts }) => [
    name,
    kept ? "yes" : "goes",
    parts.map((part) => visible(part)).join(" "),
  ]);
  const [head, ...lines] = fitted(table(columns, rows), look);
  return head === undefined ? [] : [look.paint("dim", head), ...lines];
}

function explained({ name, kept, always, judgements }: SnapshotReply, look: Look): readonly string[] {
  const mark = kept ? look.paint("green", "keep") : look.paint("red", "drop");
  const rules = judgements.map(({ rule, amount, period, rank, instead, keeps }) => {
    const place = rule === "newest" ? `number ${rank}` : `${rule} ${period}, period ${rank}`;
    const why = keeps
      ? `the newest of it, of ${amount} kept`
      : instead === null
        ? `beyond the newest ${amount}`
        : `${visible(instead)} stands for it`;
    return `${keeps ? look.paint("green", "+") : look.paint("dim", "-")} ${place}: ${why}`;
  });
  const reasons = [...always.map((why) => `${look.paint("green", "+")} ${visible(why)}`), ...rules];
  return [`${mark}  ${name}`, ...reasons.map((reason) => `      ${reason}`)];
}

export function snappedText(reply: ReplyOf<"snapshots.create">, look: Look): string {
  const made =
    reply.name === null
      ? look.paint("yellow", `No snapshot: ${reply.why}.`)
      : `${look.paint("green", "Made")} ${reply.name}.`;
  const without = reply.without.map((name) => `note: ${visible(name)} is no subvolume: no snapshot holds it`);
  return [made, ...without, ...(reply.pruned === null ? [] : goneLines(reply.pruned, look)), ""].join("\n");
}

export function prunedText({ pruned, why }: ReplyOf<"snapshots.prune">, look: Look): string {
  if (pruned === null) return `${look.paint("yellow", `Nothing to prune: ${why}.`)}\n`;
  const lines = goneLines(pruned, look);
  return `${lines.length === 0 ? "Nothing to remove." : lines.join("\n")}\n`;
}

function goneLines({ removed, forSpace, tight, faults }: PrunedReply, look: Look): readonly string[] {
  const spared = new Set(forSpace);
  return [
    ...removed.map((name) => `Removed ${name}${spared.has(name) ? ", to free space" : ""}.`),
    ...faults.flatMap((fault) => wrap(`${look.paint("red", "Not removed:")} ${visible(fault)}`, look.width)),
    ...(tight ? [look.paint("yellow", "There is less free space than snapshots must leave.")] : []),
  ];
}

export function replicateText(targets: readonly ReplicaReply[], look: Look): string {
  const lines = targets.flatMap(({ target, sent, removed, newest, fault }) => [
    ...sent.map(
      ({ name, from, sizeBytes }) =>
        `  ${name}  ${bytes(sizeBytes)}  ${from === null ? "whole" : `from ${from}`}`,
    ),
    ...removed.map((name) => `  ${look.paint("dim", `removed ${name}`)}`),
    fault === null
      ? `${look.paint("green", "Same")} ${visible(target)}: ${newest ?? "nothing to send"}`
      : `${look.paint("red", fault.code)} ${visible(fault.message)}`,
    ...(fault !== null && fault.hint !== null ? [`  -> ${visible(fault.hint)}`] : []),
  ]);
  return `${lines.join("\n")}\n`;
}

function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, size)) / 10));
  return `${at === 0 ? size : (size / 1024 ** at).toFixed(1)} ${units[at]}`;
}
