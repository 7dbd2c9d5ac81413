// Reads JSON, RFC 8259 and nothing beside it, keeping the place of every value and every integer of 64 bits exact. What
// people write by mistake (a comma too many or too few, comments, single quotes, bare words) is understood, reported
// and read past, so that one run shows all faults of a file. Depth is checked before going down: no text overflows the
// stack. Tables keep the first of two equal keys.

import { LIMITS } from "../limits.ts";
import { Node, type Located, type LocatedValue, type Source } from "./located.ts";
import { exactNumber } from "./number.ts";
import { readJsonString, readSingleQuoted } from "./json-string.ts";
import { show, type Scan, type StringToken } from "./scan.ts";

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_TABLE = 0x7b;
const CLOSE_TABLE = 0x7d;
const NEWLINE = 0x0a;
/** A text ends where charCodeAt gives NaN; as an integer it is one that no character has. */
const END = -1;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const WORD_HINTS: readonly (readonly [RegExp, string])[] = [
  [/^(true|yes|on)$/i, "write true"],
  [/^(false|no|off)$/i, "write false"],
  [/^(null|none|nil|undefined)$/i, "write null"],
  [/^[+-]?nan$/i, 'write { "$d": "nan" }'],
  [/^[+-]?inf(inity)?$/i, 'write { "$d": "inf" } or { "$d": "-inf" }'],
];

/** The value of a JSON text; null if there is none. Faults go to `scan`. */
export function readJson(scan: Scan): Located | null {
  return new JsonReader(scan).read();
}

class JsonReader {
  readonly #scan: Scan;
  readonly #source: Source;
  readonly #text: string;
  #at = 0;
  /** A bracket of the wrong kind was taken for the right one: what is open at the end is its consequence. */
  #mismatched = false;

  constructor(scan: Scan) {
    this.#scan = scan;
    this.#source = scan.source;
    this.#text = scan.source.text;
  }

  read(): Located | null {
    if (this.#next() === END) {
      this.#scan.syntax(0, "the file is empty");
      return null;
    }
    const root = this.#value(0, -1);
    if (root !== null && this.#next() !== END && !this.#scan.full)
      this.#scan.syntax(this.#at, `${show(this.#text, this.#at)} after the end of the document`);
    return root;
  }

  /** Passes over white space (and reports comments); the unit that stands there, or END. */
  #next(): number {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit > 0x20) {
        if (unit !== 0x2f && unit !== 0x23) return unit;
        if (!this.#comment(unit)) return unit;
      } else if (unit === 0x20 || unit === NEWLINE || unit === 0x0d || unit === 0x09) this.#at++;
      else return this.#at < this.#text.length ? unit : END;
    }
  }

  #comment(unit: number): boolean {
    const block = this.#text.startsWith("/*", this.#at);
    if (unit === 0x2f && !block && !this.#text.startsWith("//", this.#at)) return false;
    this.#scan.syntax(this.#at, "JSON has no comments", "take it out, or write the file as TOML");
    const end = this.#text.indexOf(block ? "*/" : "\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end + (block ? 2 : 1);
    return true;
  }

  /** The value that begins here; null when there is none to be understood (reported, and perhaps passed over). */
  #value(depth: number, keyOffset: number): Node | null {
    const unit = this.#next();
    const start = this.#at;
    this.#scan.count(start);
    if (this.#scan.full) return null;
    const value = this.#bare(unit, start, depth);
    return value === undefined ? null : new Node(value, this.#source, start, keyOffset);
  }

  #bare(unit: number, start: number, depth: number): LocatedValue | undefined {
    if (unit === QUOTE) return this.#string();
    if (unit === OPEN_TABLE || unit === OPEN_LIST) {
      if (depth < LIMITS.textDepthMax) return unit === OPEN_TABLE ? this.#table(depth) : this.#list(depth);
      this.#scan.tooDeep(start);
      this.#scan.full = true;
      return undefined;
    }
    if (unit === APOSTROPHE) return this.#take(readSingleQuoted(this.#scan, this.#at));
    if (isWordUnit(unit)) return this.#word(start);
    if (unit === END) this.#scan.syntax(start, "the file ends where a value is expected");
    else this.#scan.syntax(start, `${show(this.#text, start)} where a value is expected`);
    return undefined;
  }

  #table(depth: number): ReadonlyMap<string, Node> {
    const table = new Map<string, Node>();
    this.#entries(CLOSE_TABLE, () => {
      const keyOffset = this.#at;
      const key = this.#key();
      if (key === undefined) return false;
      this.#colon(this.#at);
      const first = table.get(key);
      if (first !== undefined)
        this.#scan.duplicate(`the key ${JSON.stringify(key)} is written twice`, keyOffset, first.keyOffset);
      const node = this.#value(depth + 1, keyOffset);
      if (node !== null && first === undefined) table.set(key, node);
      return node !== null;
    });
    return table;
  }

  #colon(keyEnd: number): void {
    const unit = this.#next();
    if (unit === 0x3d) this.#scan.syntax(this.#at, "`=` where a colon is expected");
    else if (unit !== COLON) this.#scan.syntax(keyEnd, "a colon is missing after the key");
    if (unit === COLON || unit === 0x3d) this.#at++;
  }

  #list(depth: number): readonly Node[] {
    const list: Node[] = [];
    this.#entries(CLOSE_LIST, () => {
      const node = this.#value(depth + 1, -1);
      if (node !== null) list.push(node);
      return node !== null;
    });
    return list;
  }

  /** Everything between two brackets. `entry` reads one and says whether it was understood. */
  #entries(close: typeof CLOSE_LIST | typeof CLOSE_TABLE, entry: () => boolean): void {
    const open = this.#at++;
    let commaAt = -1;
    let entryEnd = -1;
    while (!this.#scan.full) {
      const unit = this.#next();
      if (unit === close || unit === CLOSE_LIST || unit === CLOSE_TABLE) {
        if (unit !== close) this.#mismatch(open);
        else if (commaAt !== -1) this.#scan.syntax(commaAt, "a comma before the closing bracket");
        this.#at++;
        return;
      }
      if (unit === END) {
        if (!this.#mismatched) this.#scan.syntax(open, `${show(this.#text, open)} is never closed`);
        this.#scan.full = true;
        return;
      }
      if (unit === COMMA) {
        if (entryEnd === -1) this.#scan.syntax(this.#at, "a comma with nothing before it");
        commaAt = this.#at++;
        entryEnd = -1;
        continue;
      }
      if (entryEnd !== -1) this.#scan.syntax(entryEnd, "a comma is missing here");
      commaAt = -1;
      const understood = entry();
      entryEnd = this.#at;
      if (!understood && this.#resume()) entryEnd = -1;
    }
  }

  #mismatch(open: number): void {
    this.#mismatched = true;
    const { line, column } = this.#source.position(open);
    const opened = show(this.#text, open);
    this.#scan.syntax(
      this.#at,
      `${show(this.#text, this.#at)} closes the ${opened} of line ${line}, column ${column}`,
    );
  }

  /** After a fault: to the next comma or closing bracket of this level, at most to the end of the line. True if a new
   * entry may follow without a comma. */
  #resume(): boolean {
    let level = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === QUOTE) {
        const end = /"(?:[^"\\\n]|\\.)*"?/y;
        end.lastIndex = this.#at;
        this.#at += Math.max(0, (end.exec(this.#text)?.[0].length ?? 1) - 1);
      } else if (unit === OPEN_LIST || unit === OPEN_TABLE) level++;
      else if (unit === CLOSE_LIST || unit === CLOSE_TABLE) {
        if (level-- === 0) return false;
      } else if (level === 0 && unit === COMMA) return false;
      else if (level === 0 && unit === NEWLINE) return true;
    }
    return false;
  }

  #key(): string | undefined {
    const unit = this.#text.charCodeAt(this.#at);
    if (unit === QUOTE) return this.#string();
    if (unit === APOSTROPHE) return this.#take(readSingleQuoted(this.#scan, this.#at));
    const start = this.#at;
    const word = this.#token();
    if (word === "")
      this.#scan.syntax(start, `${show(this.#text, start)} where a key in double quotes is expected`);
    else this.#scan.syntax(start, "a key without double quotes", `write ${JSON.stringify(word)}`);
    return word === "" ? undefined : word;
  }

  #token(): string {
    const start = this.#at;
    while (isWordUnit(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #word(start: number): LocatedValue | undefined {
    const small = this.#smallInteger();
    if (small !== -1) return small;
    const word = this.#token();
    if (this.#scan.tooLong(start, word.length)) return undefined;
    if (word === "true") return true;
    if (word === "false") return false;
    if (word === "null") return null;
    if (NUMBER.test(word)) {
      const value = exactNumber(word, this.#scan, start);
      return value ?? undefined;
    }
    const hint = WORD_HINTS.find(([pattern]) => pattern.test(word))?.[1];
    if (/^[+-]?[.0-9]/.test(word))
      this.#scan.syntax(
        start,
        "this is not a number of JSON",
        "digits without leading zeros, then .5 or e9; no +, _ or 0x",
      );
    else this.#scan.syntax(start, "a word where a value is expected", hint ?? "texts stand in double quotes");
    return undefined;
  }

  /** Up to 15 digits and nothing else: what nearly all numbers are. -1 if it is another token; the place stays. */
  #smallInteger(): number {
    let at = this.#at;
    let value = 0;
    let unit = this.#text.charCodeAt(at);
    if (unit === 0x30) unit = this.#text.charCodeAt(++at);
    else
      while (unit >= 0x30 && unit <= 0x39 && at - this.#at < 15) {
        value = value * 10 + (unit - 0x30);
        unit = this.#text.charCodeAt(++at);
      }
    if (at === this.#at || isWordUnit(unit)) return -1;
    this.#at = at;
    return value;
  }

  #take({ value, end }: StringToken): string {
    this.#at = end;
    return value;
  }

  /** A text without escapes, which nearly all are, is cut out at once. */
  #string(): string {
    const start = ++this.#at;
    for (let at = start; ; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === QUOTE) {
        this.#at = at + 1;
        if (at - start > LIMITS.textStringMax) this.#scan.measure(start - 1, at - start);
        return this.#text.slice(start, at);
      }
      if (unit === BACKSLASH || !(unit >= 0x20)) return this.#take(readJsonString(this.#scan, start - 1));
    }
  }
}

/** Letters, digits and what numbers are made of: one bare token. */
function isWordUnit(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x30 && unit <= 0x39) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    unit === 0x5f ||
    unit === 0x2e ||
    unit === 0x2d ||
    unit === 0x2b ||
    unit === 0x24
  );
}
