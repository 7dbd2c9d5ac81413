// Reads TOML 1.0, keeping the place of every value. A fault costs its line (inside an array its element), and reading
// goes on behind it; what stands below a wrong header is still checked. Depth is checked before going down. Tables
// keep the first of two equal keys.

import { LIMITS } from "../limits.ts";
import { Node, type Located, type LocatedValue } from "./located.ts";
import { show, type Scan } from "./scan.ts";
import { tomlScalar } from "./toml-scalar.ts";
import { readTomlString } from "./toml-string.ts";
import { TomlTables, type Key, type Table } from "./toml-tables.ts";

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const SCALAR = /[A-Za-z0-9_+.:-]+/y;
const DATE_GAP = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
/** A line that begins a statement and can be no element of an array: the array before it was not closed. */
const STATEMENT =
  /[ \t]*(?:(?:[A-Za-z0-9_.-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=|\[\[?(?!true|false|inf|nan)[A-Za-z_])/y;

/** The table of a TOML text. Faults go to `scan`. */
export function readToml(scan: Scan): Located {
  const reader = new TomlReader(scan);
  reader.read();
  return new Node(reader.tables.root.entries, scan.source, 0, -1);
}

class TomlReader {
  readonly tables: TomlTables;
  readonly #scan: Scan;
  readonly #text: string;
  #at = 0;
  #table: Table;
  /** An array ended where the next statement begins: there is no end of line to look for. */
  #cut = false;

  constructor(scan: Scan) {
    this.#scan = scan;
    this.#text = scan.source.text;
    this.tables = new TomlTables(scan);
    this.#table = this.tables.root;
  }

  read(): void {
    for (;;) {
      this.#blank(true);
      if (this.#at >= this.#text.length || this.#scan.full) return;
      const understood = this.#text[this.#at] === "[" ? this.#header() : this.#entry(this.#table);
      if (this.#cut) this.#cut = false;
      else if (understood) this.#endOfLine();
      else this.#nextLine();
    }
  }

  /** Passes over blanks, and with `lines` over line ends and comments too. */
  #blank(lines: boolean): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (isBlank(unit) || (lines && unit === 0x0a)) this.#at++;
      else if (lines && unit === 0x23) this.#comment();
      else if (lines && unit === 0x0d && this.#text.charCodeAt(this.#at + 1) === 0x0a) this.#at += 2;
      else return;
    }
  }

  #comment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    const stop = end === -1 ? this.#text.length : end;
    const body = this.#text.slice(this.#at, this.#text[stop - 1] === "\r" && end !== -1 ? stop - 1 : stop);
    const control = body.search(/[\u0000-\u0008\u000a-\u001f\u007f]/);
    if (control !== -1) {
      const at = this.#at + control;
      this.#scan.syntax(at, `${show(this.#text, at)} in a comment`);
    }
    this.#at = stop;
  }

  #endOfLine(): void {
    this.#blank(false);
    const unit = this.#text[this.#at];
    if (unit === "#") this.#comment();
    else if (unit !== undefined && unit !== "\n" && !this.#text.startsWith("\r\n", this.#at)) {
      this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} where the line should end`);
      this.#nextLine();
    }
  }

  #nextLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
  }

  #header(): boolean {
    const start = this.#at;
    const array = this.#text.startsWith("[[", start);
    const close = array ? "]]" : "]";
    this.#at += close.length;
    const path = this.#path();
    const closed = path !== null && this.#text.startsWith(close, this.#at);
    const table = closed ? this.tables.header(path, array) : null;
    // Whatever is wrong with the header, what follows does not belong to the table before it.
    this.#table = table ?? this.tables.loose();
    if (closed) this.#at += close.length;
    else if (path !== null)
      this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} where \`${close}\` closes the header`);
    return closed;
  }

  #entry(table: Table): boolean {
    const path = this.#path();
    if (path === null) return false;
    if (this.#text[this.#at] !== "=") {
      const hint = this.#text[this.#at] === ":" ? "TOML writes key = value" : undefined;
      this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} where \`=\` follows the key`, hint);
      return false;
    }
    this.#at++;
    this.#blank(false);
    const offset = this.#at;
    const value = this.#value(table.depth + path.length);
    if (value === undefined) return false;
    this.tables.put(table, path, value, offset);
    return true;
  }

  /** A key, bare, quoted or dotted, with the blanks around it; null after a fault. */
  #path(): readonly Key[] | null {
    const path: Key[] = [];
    for (;;) {
      this.#blank(false);
      const offset = this.#at;
      const name = this.#name();
      if (name === null) return null;
      path.push({ name, offset });
      this.#blank(false);
      if (this.#text[this.#at] !== ".") return path;
      if (path.length > LIMITS.textDepthMax) {
        this.#scan.tooDeep(offset);
        return null;
      }
      this.#at++;
    }
  }

  #name(): string | null {
    const unit = this.#text[this.#at];
    if (unit === '"' || unit === "'") {
      const token = readTomlString(this.#scan, this.#at, false);
      this.#at = token.end;
      return token.value;
    }
    const name = this.#match(BARE_KEY);
    if (name === "")
      this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} where a key is expected`, keyHint(unit));
    return name === "" ? null : name;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  /** The value that begins here; undefined after a fault. `depth` is that of the value. */
  #value(depth: number): LocatedValue | undefined {
    const start = this.#at;
    this.#scan.count(start);
    if (this.#scan.full) return undefined;
    const unit = this.#text[start];
    if (unit === '"' || unit === "'") {
      const token = readTomlString(this.#scan, start, true);
      this.#at = token.end;
      return token.value;
    }
    if (unit === "[" || unit === "{") {
      if (depth < LIMITS.textDepthMax) return unit === "[" ? this.#array(depth) : this.#inlineTable(depth);
      this.#scan.tooDeep(start);
      this.#scan.full = true;
      return undefined;
    }
    let token = this.#match(SCALAR);
    if (DATE_GAP.test(token) && /^ [0-9]{2}:/.test(this.#text.slice(this.#at, this.#at + 4))) {
      this.#at++;
      token += ` ${this.#match(SCALAR)}`;
    }
    if (token !== "") return tomlScalar(token, this.#scan, start);
    this.#scan.syntax(start, `${show(this.#text, start)} where a value is expected`);
    return undefined;
  }

  #array(depth: number): readonly Node[] | undefined {
    const open = this.#at++;
    const list: Node[] = [];
    let comma = true;
    while (!this.#scan.full) {
      this.#blank(true);
      const unit = this.#text[this.#at];
      if (unit === "]") {
        this.#at++;
        return list;
      }
      if (unit === undefined || this.#statementHere()) {
        this.#scan.syntax(open, "`[` is never closed");
        this.#cut = true;
        return list;
      }
      if (unit === ",") {
        if (comma) this.#scan.syntax(this.#at, "a comma with nothing before it");
        comma = true;
        this.#at++;
        continue;
      }
      if (!comma) this.#scan.syntax(this.#at, "a comma is missing before this");
      const start = this.#at;
      const value = this.#value(depth + 1);
      comma = false;
      if (value === undefined) comma = this.#skipElement();
      else list.push(new Node(value, this.#scan.source, start, -1));
    }
    return undefined;
  }

  /** At the beginning of a line inside an array: does a statement begin here? */
  #statementHere(): boolean {
    let start = this.#at;
    while (isBlank(this.#text.charCodeAt(start - 1))) start--;
    if (this.#text[start - 1] !== "\n") return false;
    STATEMENT.lastIndex = this.#at;
    return STATEMENT.test(this.#text);
  }

  /** After a fault: to the next comma or bracket, at most to the end of the line (then true). */
  #skipElement(): boolean {
    const found = /[,\]\n]/g;
    found.lastIndex = this.#at;
    this.#at = found.exec(this.#text)?.index ?? this.#text.length;
    return this.#text[this.#at] === "\n";
  }

  #inlineTable(depth: number): LocatedValue | undefined {
    const open = this.#at++;
    const table = this.tables.inline(depth);
    let comma = -1;
    let first = true;
    let folded = false;
    for (;;) {
      this.#blank(false);
      if (this.#lineEndHere()) {
        if (!folded) this.#scan.syntax(open, "an inline table ends on its line", "write it as a [table]");
        folded = true;
        this.#blank(true);
      }
      const unit = this.#text[this.#at];
      if (unit === "}") {
        if (comma !== -1) this.#scan.syntax(comma, "a comma before the closing brace");
        this.#at++;
        this.tables.close(table);
        return table.entries;
      }
      if (unit === undefined || this.#scan.full) {
        this.#scan.syntax(open, "`{` is never closed");
        return undefined;
      }
      if (unit === "," && comma === -1 && !first) {
        comma = this.#at++;
        continue;
      }
      if (comma === -1 && !first) {
        this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} where a comma or \`}\` is expected`);
        return undefined;
      }
      if (!this.#entry(table)) return undefined;
      comma = -1;
      first = false;
    }
  }

  /** A line end or comment: inside `{ }` a fault of TOML 1.0; reading goes on as if it were allowed. */
  #lineEndHere(): boolean {
    const unit = this.#text[this.#at];
    return unit === "\n" || unit === "#" || this.#text.startsWith("\r\n", this.#at);
  }
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function keyHint(unit: string | undefined): string | undefined {
  return unit !== undefined && /[^\s\x00-\x7f]|[/:@*+$]/u.test(unit)
    ? "a key with such a character stands in double quotes"
    : undefined;
}
