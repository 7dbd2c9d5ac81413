// Rows with aligned columns, for lists. Numbers stand right. The last column may run over; nothing is cut.

import type { Look } from "../terminal.ts";

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines of a table, two spaces between columns; the head only where `head` is set and there are rows. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  head = true,
): string[] {
  const lines = head && rows.length > 0 ? [columns.map((column) => column.title), ...rows] : rows;
  const widths = columns.map((_column, i) => Math.max(0, ...lines.map((row) => (row[i] ?? "").length)));
  return lines.map((row) =>
    row
      .map((cell, i) => {
        if (columns[i]?.right === true) return cell.padStart(widths[i]!);
        return i === row.length - 1 ? cell : cell.padEnd(widths[i]!);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Lines no wider than the terminal they go to. */
export function fitted(lines: readonly string[], look: Look): string[] {
  return lines.map((line) =>
    look.cut && line.length > look.width ? `${line.slice(0, look.width - 1)}…` : line,
  );
}

/** Words broken into lines of at most `width` columns, each behind `indent`. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && indent.length + line.length + 1 + word.length > width) {
        lines.push(indent + line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line === "" ? "" : indent + line);
  }
  return lines;
}
