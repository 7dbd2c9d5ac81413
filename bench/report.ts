// What a bench run prints: the machine, because a number without its machine says nothing, then a table of figures; or
// one JSON line a figure.

import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Figure } from "./figure.ts";

export function machineFacts(): string {
  const model = cpus()[0]?.model ?? "unknown CPU";
  const gib = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!.toFixed(1);
  return `${model}, ${cpus().length} cores, ${gib} GiB, Linux ${release()}, ${system()}, Node ${process.versions.node}, load ${load}`;
}

export function table(figures: readonly Figure[]): string {
  const head = ["bench", "work", "value", "unit", "peer", "peer value", "ratio", "goal", "met"];
  const rows = figures.map((f) => [
    f.bench,
    f.work,
    text(f.value),
    f.unit,
    f.peer,
    text(f.peerValue),
    text(f.ratio),
    f.goal,
    f.met === null ? "" : f.met ? "yes" : "NO",
  ]);
  const right = new Set([2, 5, 6]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (right.has(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join("  ");
  const lines = [line(head), widths.map((width) => "-".repeat(width)).join("  ")];
  for (const [at, row] of rows.entries()) {
    lines.push(line(row).trimEnd());
    if (figures[at]!.note !== "") lines.push(`    ${figures[at]!.note}`);
  }
  return lines.join("\n");
}

function text(value: number | null): string {
  return value === null ? "-" : String(value);
}

function system(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown system";
  } catch {
    return "unknown system";
  }
}
