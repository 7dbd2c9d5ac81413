// Concepts by attribute: those that have all of some key = value pairs. The index holds hashes and finds candidates; what it
// finds is compared with the concept itself, so two terms of one hash cost time and never give a wrong answer.

import { join } from "node:path";
import type { Disk } from "../../store/file/file.ts";
import type { Applied, Slot } from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import { readColumns, writeColumns } from "./file.ts";
import { Terms, type Hash } from "./terms.ts";

const NAME = "attribute";
const KIND = "attr";

export interface AttributeIndex extends Derived {
  /** Slots of concepts that have all of these, at most `limit`, the last learned first. Nothing asked for finds nothing. */
  select(graph: GraphReader, attributes: ReadonlyMap<string, string>, limit: number): readonly Slot[];
  /** How many concepts have this attribute, at most: two attributes of one hash are counted together. */
  count(key: string, value: string): number;
}

export function newAttributeIndex(disk: Disk): AttributeIndex {
  let terms = new Terms();
  return {
    name: NAME,

    apply(changes: readonly Applied[], graph: GraphReader): void {
      for (const { kind, slot } of changes) {
        if (kind === "clear") terms = new Terms();
        else {
          terms.remove(slot);
          for (const hash of hashesOf(graph.attributes(slot))) terms.add(slot, hash);
        }
      }
    },

    select(graph, attributes, limit) {
      const found: Slot[] = [];
      const rarest = hashesOf(attributes).toSorted((a, b) => terms.count(a) - terms.count(b))[0];
      if (rarest === undefined) return found;
      const wanted = [...attributes];
      for (const slot of terms.slotsOf(rarest)) {
        if (found.length >= limit) break;
        const has = graph.attributes(slot);
        if (wanted.every(([key, value]) => has.get(key) === value)) found.push(slot);
      }
      return found;
    },

    count: (key, value) => terms.count(hashOf(key, value)),

    save: (folder) => writeColumns(disk, join(folder, NAME), KIND, terms.columns()),

    async load(folder) {
      const columns = readColumns(disk, join(folder, NAME), KIND);
      terms = new Terms();
      return columns !== null && terms.take(columns);
    },
  };
}

/** No two alike: a slot is given each of its terms once. */
function hashesOf(attributes: ReadonlyMap<string, string>): readonly Hash[] {
  const hashes: Hash[] = [];
  for (const [key, value] of attributes) {
    const hash = hashOf(key, value);
    if (!hashes.some(({ a, b }) => a === hash.a && b === hash.b)) hashes.push(hash);
  }
  return hashes;
}

/** Two FNV-1a hashes (RFC 9923) with different beginnings, over UTF-16 units; the key's length keeps "a" = "bc" and
 * "ab" = "c" apart. */
function hashOf(key: string, value: string): Hash {
  let a = 0x811c9dc5 ^ key.length;
  let b = 0x050c5d1f ^ key.length;
  for (const text of [key, value])
    for (let n = 0; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ (unit + n), 0x01000193);
    }
  return { a: (a ^ (a >>> 15)) >>> 0, b: b >>> 0 };
}
