// Which table a TOML header or dotted key means, and whether it may be written there: the rules of TOML 1.0, "Table"
// and "Array of Tables". Each table remembers how it came to be, which decides who may still add to it:
//
//   implicit  named on the way to another ([a] of [a.b])    a header may define it once
//   header    [a] or one [[a]]                              closed to other headers and to dotted keys from outside
//   dotted    a of a.b = 1                                  more dotted keys; headers may pass through it
//   inline    { ... }                                       nobody

import { LIMITS } from "../limits.ts";
import { Node, type LocatedValue, type Source } from "./located.ts";
import type { Scan } from "./scan.ts";

export interface Key {
  readonly name: string;
  readonly offset: number;
}
type Made = "implicit" | "header" | "dotted" | "inline";
export interface Table {
  readonly entries: Map<string, Node>;
  readonly depth: number;
  made: Made;
}

export class TomlTables {
  readonly root: Table;
  readonly #scan: Scan;
  readonly #source: Source;
  readonly #tables = new Map<LocatedValue, Table>();
  /** Arrays made by [[a]], which more headers may append to. */
  readonly #arrays = new Map<LocatedValue, Node[]>();

  constructor(scan: Scan) {
    this.#scan = scan;
    this.#source = scan.source;
    this.root = this.#make("header", 0);
  }

  #make(made: Made, depth: number): Table {
    const table: Table = { entries: new Map(), depth, made };
    this.#tables.set(table.entries, table);
    return table;
  }

  /** A table that hangs nowhere: what follows a wrong header is still read for its own faults. */
  loose(): Table {
    return this.#make("header", 1);
  }

  inline(depth: number): Table {
    return this.#make("dotted", depth);
  }

  /** The table of `[path]` or `[[path]]`; null (and a fault) if it may not stand here. */
  header(path: readonly Key[], array: boolean): Table | null {
    let table = this.root;
    for (const key of path.slice(0, -1)) {
      const next = this.#through(table, key);
      if (next === null) return null;
      table = next;
    }
    const last = path.at(-1);
    if (last === undefined || this.#tooDeep(table, last, array ? 2 : 1)) return null;
    const there = table.entries.get(last.name);
    if (array) return this.#append(table, last, there);
    if (there === undefined) return this.#child(table, last, "header");
    const known = this.#tables.get(there.value);
    if (known?.made !== "implicit")
      return this.#taken(last, there, known === undefined ? "a value" : "a table");
    known.made = "header";
    return known;
  }

  #through(table: Table, key: Key): Table | null {
    const there = table.entries.get(key.name);
    if (there === undefined) return this.#tooDeep(table, key, 1) ? null : this.#child(table, key, "implicit");
    const value = this.#arrays.get(there.value)?.at(-1)?.value ?? there.value;
    const next = this.#tables.get(value);
    if (next !== undefined && next.made !== "inline") return next;
    return this.#taken(key, there, next === undefined ? "a value" : "an inline table");
  }

  #append(table: Table, key: Key, there: Node | undefined): Table | null {
    const element = this.#make("header", table.depth + 2);
    const node = new Node(element.entries, this.#source, key.offset, -1);
    this.#scan.count(key.offset);
    if (there === undefined) {
      const list = [node];
      this.#arrays.set(list, list);
      table.entries.set(key.name, new Node(list, this.#source, key.offset, key.offset));
      return element;
    }
    const list = this.#arrays.get(there.value);
    if (list === undefined) return this.#taken(key, there, "something else");
    list.push(node);
    return element;
  }

  /** Puts `value` under a dotted key below `table`. Faults if it is taken or leads through what is closed. */
  put(table: Table, path: readonly Key[], value: LocatedValue, offset: number): void {
    let inner = table;
    for (const key of path.slice(0, -1)) {
      const there = inner.entries.get(key.name);
      const known = there === undefined ? undefined : this.#tables.get(there.value);
      if (there !== undefined && known?.made !== "dotted") {
        this.#taken(key, there, known === undefined ? "a value" : "a closed table");
        return;
      }
      if (known === undefined && this.#tooDeep(inner, key, 1)) return;
      inner = known ?? this.#child(inner, key, "dotted");
    }
    const last = path.at(-1);
    if (last === undefined || this.#tooDeep(inner, last, 0)) return;
    const there = inner.entries.get(last.name);
    if (there === undefined) inner.entries.set(last.name, new Node(value, this.#source, offset, last.offset));
    else this.#taken(last, there, null);
  }

  close(table: Table): void {
    table.made = "inline";
  }

  #child(table: Table, key: Key, made: Made): Table {
    const child = this.#make(made, table.depth + 1);
    this.#scan.count(key.offset);
    table.entries.set(key.name, new Node(child.entries, this.#source, key.offset, key.offset));
    return child;
  }

  #tooDeep(table: Table, key: Key, levels: number): boolean {
    if (table.depth + levels < LIMITS.textDepthMax) return false;
    this.#scan.tooDeep(key.offset);
    this.#scan.full = true;
    return true;
  }

  #taken(key: Key, there: Node, as: string | null): null {
    const name = JSON.stringify(key.name);
    const what = as === null ? `the key ${name} is written twice` : `${name} is already ${as}`;
    this.#scan.duplicate(what, key.offset, there.keyOffset === -1 ? there.offset : there.keyOffset);
    return null;
  }
}
