// Observed state as a document: JSON or TOML that can be given back. On a terminal foreign characters are made visible;
// in a pipe the bytes are exact, because the next program needs the value and not its picture.

import { visible } from "../../base/visible.ts";
import { writeJson, writeToml } from "../../base/text/text.ts";
import type { DocTable } from "../../api/api.ts";

export function documentText(document: DocTable, format: "json" | "toml", shown: boolean): string {
  const text = format === "json" ? writeJson(document, 2) : writeToml(document);
  if (!shown) return text;
  return text
    .split("\n")
    .map((line) => visible(line))
    .join("\n");
}
