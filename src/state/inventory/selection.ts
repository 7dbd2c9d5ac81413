// --target and --exclude: which part of a document is planned. Without either everything is. A pattern that matches
// nothing is a mistake of the person, not an empty selection.

import { matches, parsePattern, type Address, type Pattern } from "../address.ts";
import type { Document, Drift } from "../model.ts";

export interface Selection {
  /** Only what one of these patterns matches; empty = all. */
  readonly targets: readonly string[];
  /** Not what one of these matches. */
  readonly excludes: readonly string[];
}

export const EVERYTHING: Selection = Object.freeze({
  targets: Object.freeze([]),
  excludes: Object.freeze([]),
});

/** Why an address is left out; null = it is planned. */
export type LeftOut = Extract<Drift["why"], "excluded" | "not targeted"> | null;

export interface Selector {
  /** Nothing is ever left out. */
  readonly all: boolean;
  leftOut(address: Address): LeftOut;
  /** Patterns that match neither anything asked so far nor any address of the document. */
  unused(document: Document): readonly string[];
}

/** Throws OpError kind input for a pattern that is none. */
export function selector(selection: Selection): Selector {
  const used = new Set<string>();
  const [targets, excludes] = [selection.targets.map(read), selection.excludes.map(read)];

  const hit = (patterns: readonly Read[], address: Address): boolean => {
    let any = false;
    for (const { text, pattern } of patterns) {
      if (!matches(pattern, address)) continue;
      used.add(text);
      any = true;
    }
    return any;
  };
  return {
    all: targets.length === 0 && excludes.length === 0,
    leftOut(address) {
      const [targeted, excluded] = [targets.length === 0 || hit(targets, address), hit(excludes, address)];
      return excluded ? "excluded" : targeted ? null : "not targeted";
    },
    unused(document) {
      const rest = [...targets, ...excludes].filter(({ text }) => !used.has(text));
      if (rest.length > 0) for (const address of addressesOf(document)) hit(rest, address);
      return rest.map(({ text }) => text).filter((text) => !used.has(text));
    },
  };
}

interface Read {
  readonly text: string;
  readonly pattern: Pattern;
}

function read(text: string): Read {
  return { text, pattern: parsePattern(text) };
}

/** Every item and field a document names, in its order. */
export function* addressesOf(document: Document): Generator<Address> {
  for (const { plugin, self, resources } of document.plugins.values()) {
    for (const field of self.keys()) yield { plugin, resource: null, key: null, field };
    for (const [resource, { items }] of resources) {
      for (const [key, item] of items) {
        yield { plugin, resource, key, field: null };
        for (const field of item.fields.keys()) yield { plugin, resource, key, field };
      }
    }
  }
}
