// JSON texts that hold escapes or mistakes: both are rare, so the reader comes here only for them. An escape or control
// character that may not stand there costs nothing but its fault; a text that is not closed ends with its line.

import { show, type Scan, type StringToken } from "./scan.ts";

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads the text whose first quote stands at `start`. */
export function readJsonString(scan: Scan, start: number): StringToken {
  const { text } = scan.source;
  const parts: string[] = [];
  const plain = /[^"\\\u0000-\u001f]*/y;
  let at = start + 1;
  for (;;) {
    plain.lastIndex = at;
    const run = plain.exec(text)?.[0] ?? "";
    if (run !== "") parts.push(run);
    at += run.length;
    if (scan.givenUp(parts.length)) {
      at = text.length;
      break;
    }
    const unit = text[at];
    if (unit === '"') {
      at++;
      break;
    }
    if (unit === undefined || unit === "\n" || unit === "\r") {
      scan.syntax(start, "the text is not closed on its line", "a line end inside a text is written \\n");
      break;
    }
    if (unit === "\\") at = readEscape(scan, at, parts);
    else {
      const escape = JSON.stringify(unit).slice(1, -1);
      scan.syntax(at, `${show(text, at)} inside a text`, `write ${escape}`);
      parts.push(unit);
      at++;
    }
  }
  const value = parts.join("");
  scan.measure(start, value.length);
  if (!value.isWellFormed()) scan.syntax(start, "half of a surrogate pair in a text");
  return { value, end: at };
}

/** The place behind the escape that begins at `at`. */
function readEscape(scan: Scan, at: number, parts: string[]): number {
  const { text } = scan.source;
  const letter = text[at + 1] ?? "";
  if (letter === "u") {
    const digits = text.slice(at + 2, at + 6);
    if (/^[0-9a-fA-F]{4}$/.test(digits)) {
      parts.push(String.fromCharCode(Number.parseInt(digits, 16)));
      return at + 6;
    }
    scan.syntax(at, "\\u takes four hexadecimal digits");
    return at + 2;
  }
  const value = ESCAPES.get(letter);
  if (value === undefined)
    scan.syntax(at, "an escape that JSON does not have", "a backslash is written \\\\");
  // What is no escape is read again as what it is: a line end ends the text, a control character is its own fault.
  if (value === undefined && !/^[!-~]$/.test(letter)) return at + 1;
  parts.push(value ?? letter);
  return at + 2;
}

/** A text in single quotes, which JSON does not have: reported, and understood. */
export function readSingleQuoted(scan: Scan, start: number): StringToken {
  const { text } = scan.source;
  const body = /[^'\n]*/y;
  body.lastIndex = start + 1;
  const value = body.exec(text)?.[0] ?? "";
  const end = start + 1 + value.length;
  scan.syntax(start, "a text in single quotes", "JSON has double quotes only");
  return { value, end: text[end] === "'" ? end + 1 : end };
}
