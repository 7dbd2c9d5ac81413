// The four kinds of TOML 1.0 text: basic and literal, each on one line or over several. Escapes are checked, control
// characters other than tab are faults, CR LF inside a text over several lines becomes LF.

import { show, type Scan, type StringToken } from "./scan.ts";

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
]);

/** Reads the text whose first quote stands at `start`. `multiline` says whether three quotes open one (not in keys). */
export function readTomlString(scan: Scan, start: number, multiline: boolean): StringToken {
  const { text } = scan.source;
  const quote = text[start] ?? "";
  const long = multiline && text.startsWith(quote.repeat(3), start);
  const token = long ? readLong(scan, start, quote) : readShort(scan, start, quote);
  scan.measure(start, token.value.length);
  return token;
}

function readShort(scan: Scan, start: number, quote: string): StringToken {
  const { text } = scan.source;
  const parts: string[] = [];
  const run =
    quote === '"' ? /[^"\\\u0000-\u0008\u000a-\u001f\u007f]*/y : /[^'\u0000-\u0008\u000a-\u001f\u007f]*/y;
  let at = start + 1;
  for (;;) {
    at = take(run, text, at, parts);
    if (scan.givenUp(parts.length)) return { value: parts.join(""), end: text.length };
    const unit = text[at];
    if (unit === quote) return { value: parts.join(""), end: at + 1 };
    if (unit === undefined || unit === "\n" || text.startsWith("\r\n", at)) {
      scan.syntax(
        start,
        "the text is not closed on its line",
        `over several lines it stands in ${quote.repeat(3)}`,
      );
      return { value: parts.join(""), end: at };
    }
    at = unit === "\\" ? readEscape(scan, at, parts) : control(scan, at, parts);
  }
}

function readLong(scan: Scan, start: number, quote: string): StringToken {
  const { text } = scan.source;
  const parts: string[] = [];
  const run =
    quote === '"' ? /[^"\\\u0000-\u0008\u000b-\u001f\u007f]*/y : /[^'\u0000-\u0008\u000b-\u001f\u007f]*/y;
  let at = start + 3;
  if (text.startsWith("\r\n", at)) at += 2;
  else if (text[at] === "\n") at++;
  for (;;) {
    at = take(run, text, at, parts);
    if (scan.givenUp(parts.length)) return { value: parts.join(""), end: text.length };
    const unit = text[at];
    if (unit === quote) {
      let count = 1;
      while (count < 5 && text[at + count] === quote) count++;
      parts.push(quote.repeat(count < 3 ? count : count - 3));
      at += count;
      if (count >= 3) return { value: parts.join(""), end: at };
    } else if (unit === undefined) {
      scan.syntax(start, `the text is never closed with ${quote.repeat(3)}`);
      return { value: parts.join(""), end: at };
    } else if (text.startsWith("\r\n", at)) {
      parts.push("\n");
      at += 2;
    } else if (unit === "\\") {
      const folded = /\\[ \t]*\r?\n[ \t\r\n]*/y;
      folded.lastIndex = at;
      const fold = folded.exec(text)?.[0] ?? "";
      at = fold === "" ? readEscape(scan, at, parts) : at + fold.length;
    } else at = control(scan, at, parts);
  }
}

function take(run: RegExp, text: string, at: number, parts: string[]): number {
  run.lastIndex = at;
  const taken = run.exec(text)?.[0] ?? "";
  if (taken !== "") parts.push(taken);
  return at + taken.length;
}

function control(scan: Scan, at: number, parts: string[]): number {
  scan.syntax(at, `${show(scan.source.text, at)} inside a text`, "write it as an escape, such as \\u001b");
  parts.push(scan.source.text[at] ?? "");
  return at + 1;
}

function readEscape(scan: Scan, at: number, parts: string[]): number {
  const { text } = scan.source;
  const letter = text[at + 1] ?? "";
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    parts.push(simple);
    return at + 2;
  }
  if (letter !== "u" && letter !== "U") {
    scan.syntax(
      at,
      "an escape that TOML does not have",
      "a backslash is written \\\\, or the text in single quotes",
    );
    return at + 1;
  }
  const length = letter === "u" ? 4 : 8;
  const digits = text.slice(at + 2, at + 2 + length);
  const point = new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits) ? Number.parseInt(digits, 16) : -1;
  if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    scan.syntax(at, `\\${letter} takes the ${length} hexadecimal digits of a character`);
    return at + 2;
  }
  parts.push(String.fromCodePoint(point));
  return at + 2 + length;
}
