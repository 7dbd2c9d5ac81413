// The explanation that the guide shows is what the retention says of those snapshots and what the command prints.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { plainPaint } from "../../src/cli/terminal.ts";
import { replicateText, snapshotsText } from "../../src/cli/views/snapshots.ts";
import { formatName, judgeAll } from "../../src/store/snapshot/snapshot.ts";

const guide = readFileSync(join(import.meta.dirname, "../../docs/guide/snapshots.md"), "utf8");
const look = { width: 100, cut: false, paint: plainPaint, verbose: false };
const block = (command: string): string =>
  new RegExp(`^\\$ op-dbus ${command}\\n(.*?)^\`\`\`$`, "ms").exec(guide)?.[1] ?? "";

test("snapshots --explain", () => {
  const made = [
    ["2026-01-01T10:00:00Z", 9, "apply"],
    ["2026-01-02T09:00:00Z", 10, "apply"],
    ["2026-01-02T21:00:00Z", 11, "apply"],
    ["2026-01-03T00:05:00Z", 12, "time"],
  ] as const;
  const snapshots = made.map(([time, sequence, what]) => ({
    atMs: Date.parse(time),
    sequence,
    what,
    parts: ["@state", "@timing"],
  }));
  const reply = {
    folder: "/var/lib/op-dbus/@snapshots",
    lacks: null,
    interval: "hourly",
    retention: "2d",
    space: { freeBytes: 5 * 2 ** 30, floorBytes: 134_217_728 },
    snapshots: judgeAll(snapshots, { amounts: { daily: 2 }, needed: new Map() }).map((verdict) => ({
      name: verdict.name,
      time: new Date(verdict.snapshot.atMs).toISOString(),
      what: verdict.snapshot.what,
      parts: verdict.snapshot.parts,
      kept: verdict.kept,
      always: verdict.always,
      judgements: verdict.judgements,
    })),
    foreign: ["mine\u001b[2J"],
  };
  const sum = [
    "4 snapshots in /var/lib/op-dbus/@snapshots, 2 to go.",
    "interval hourly, retention 2d, free 5.0 GiB (128.0 MiB stay free)",
    "not ours, never touched: mine\\u{1b}[2J",
    "",
  ].join("\n");
  assert.equal(snapshotsText(reply, true, look), block("snapshots --explain") + sum);
  assert.equal(
    snapshotsText(reply, false, look).split("\n").slice(0, 3).join("\n"),
    [
      "SNAPSHOT                       KEPT  HOLDS",
      `${formatName(snapshots[3]!).padEnd(29)}  yes   @state @timing`,
      `${formatName(snapshots[2]!).padEnd(29)}  yes   @state @timing`,
    ].join("\n"),
  );
});

test("replicate", () => {
  const text = replicateText(
    [
      {
        target: "/mnt/backup/web-1",
        sent: [
          { name: "20260102T210000Z-000011-apply", from: null, sizeBytes: 5 * 2 ** 20 },
          { name: "20260103T000500Z-000012-time", from: "20260102T210000Z-000011-apply", sizeBytes: 2150 },
        ],
        removed: [],
        newest: "20260103T000500Z-000012-time",
        fault: null,
      },
    ],
    look,
  );
  assert.equal(text, block("replicate"));
});
