// The one reader and writer of what people write: JSON and TOML 1.0, every value with its place, exact integers, all
// faults at once. Values are plain: tables are Maps in order of appearance, so no key of a stranger can reach a
// prototype; integers beyond 2^53 are bigint. It does not touch files (base/file.ts) and knows no word of a document.

import { isUtf8 } from "node:buffer";
import type { Fault, Position } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { readJson } from "./json.ts";
import { Source, type Located } from "./located.ts";
import { Scan } from "./scan.ts";
import { readToml } from "./toml.ts";

export { Source, type Located, type LocatedTable, type LocatedValue } from "./located.ts";
export { plainOf, samePlain, type Plain, type PlainTable } from "./plain.ts";
export { canonicalJson, writeJson } from "./write-json.ts";
export { writeToml } from "./write-toml.ts";

export interface TextResult {
  /** null when nothing useful could be read. With faults it holds what was understood. */
  readonly root: Located | null;
  readonly faults: readonly Fault[];
}

/**
 * "canonical": JSON that canonicalJson wrote, where a double beyond 64 bits looks like an integer and is read as a double.
 * People who write such an integer meant something else: in "json" it is a fault.
 */
export type TextFormat = "json" | "toml" | "canonical";

/**
 * Reads a whole text. `file` is the name that positions carry. Never throws for what the text says: its faults
 * (OPD1101 syntax, OPD1102 twice, OPD1103 limit, OPD1105 date) come back in order, at most LIMITS.textFaultsMax.
 */
export function readText(file: string, text: string, format: TextFormat): TextResult {
  if (text.length > LIMITS.textSizeBytesMax) return { root: null, faults: [tooBig(file, text.length)] };
  const scan = new Scan(new Source(file, text), format === "canonical");
  const root = format === "toml" ? readToml(scan) : readJson(scan);
  return { root, faults: scan.faults };
}

/** The text of a file's bytes, or the fault (OPD1104, OPD1103) at the first byte that is not UTF-8. */
export function decodeText(
  file: string,
  bytes: Buffer,
): { readonly text: string } | { readonly fault: Fault } {
  if (bytes.length > LIMITS.textSizeBytesMax) return { fault: tooBig(file, bytes.length) };
  const text = bytes.toString("utf8");
  if (isUtf8(bytes)) return { text };
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const source = new Source(file, text);
  const at = source.position(firstReplaced(text, bytes));
  const message = wide ? "the file is UTF-16" : "a byte that is not UTF-8";
  const hint = `iconv -f ${wide ? "UTF-16" : "ISO-8859-1"} -t UTF-8`;
  return { fault: { code: "OPD1104", message, at, snippet: source.snippet(at), hint } };
}

/** The line of `position` in its text, for the snippet under a message. */
export function snippetOf(text: string, position: Position): string {
  return new Source(position.file, text).snippet(position);
}

/** Where decoding first put U+FFFD for bytes that are not its own encoding. */
function firstReplaced(text: string, bytes: Buffer): number {
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf("\u{fffd}"); at !== -1; at = text.indexOf("\u{fffd}", from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return at;
    byte += 3;
    from = at + 1;
  }
  return 0;
}

function tooBig(file: string, size: number): Fault {
  const at = { file, line: 1, column: 1 };
  return { code: "OPD1103", message: `${size} bytes; ${LIMITS.textSizeBytesMax} is the most`, at };
}
