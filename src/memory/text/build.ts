// Documents to a segment, all at once: terms are gathered in the order they come, then sorted, then written.

import { isAscii } from "node:buffer";
import { readAsciiWords, WordTable } from "./ascii-words.ts";
import { PostingsWriter, BLOCK_POSTINGS } from "./postings.ts";
import type { Segment } from "./segment.ts";
import { putTerm } from "./term-lists.ts";
import { readWords, termOf } from "./words.ts";

export interface Document {
  readonly slot: number;
  /** UTF-8. */
  readonly text: Uint8Array;
}

/** Documents without a word are left out; null = there was no other. `documents` holds each slot once. */
export function buildSegment(documents: readonly Document[]): Segment | null {
  const gathered = gather(documents);
  const { slots, lengths, names, of, docEnd } = gathered;
  if (slots.length === 0) return null;
  const order = sortedTerms(names, gathered.numbers);
  const rank = new Uint32Array(names.length);
  order.forEach((name, at) => (rank[name] = at));

  // By term, then by document: counted, then placed. By document they are in order already.
  const begin = new Uint32Array(names.length + 1);
  for (const name of of) begin[rank[name]! + 1]!++;
  for (let term = 0; term < names.length; term++) begin[term + 1]! += begin[term]!;
  const place = begin.slice();
  const docs = new Uint32Array(of.length);
  const often = new Uint32Array(of.length);
  for (const [at, name] of of.entries()) {
    const to = place[rank[name]!]!++;
    docs[to] = gathered.docs[at]!;
    often[to] = gathered.often[at]!;
  }

  const writer = new PostingsWriter(of.length * 10, Math.ceil(of.length / BLOCK_POSTINGS) + names.length);
  const postingsAt = new Uint32Array(names.length + 1);
  const entryAt = new Uint32Array(names.length + 1);
  for (let term = 0; term < names.length; term++) {
    writer.begin();
    for (let at = begin[term]!; at < begin[term + 1]!; at++) {
      const doc = docs[at]!;
      writer.add(doc, often[at]!, lengths[doc]!, slots[doc]!);
    }
    writer.end();
    postingsAt[term + 1] = writer.sizeBytes;
    entryAt[term + 1] = writer.entryCount;
  }
  const texts = order.map((name) => Buffer.from(names[name]!));
  const textAt = new Uint32Array(names.length + 1);
  texts.forEach((text, term) => (textAt[term + 1] = textAt[term]! + text.length));
  return {
    slots: Uint32Array.from(slots),
    lengths: Uint32Array.from(lengths),
    ...termLists(begin, docs, docEnd),
    textAt,
    postingsAt,
    entryAt,
    text: new Uint8Array(Buffer.concat(texts)),
    postings: writer.bytes.slice(0, writer.sizeBytes),
    entries: writer.entries.slice(0, writer.entryCount * 5),
    weight: of.length,
    living: Uint32Array.from({ length: names.length }, (_, term) => begin[term + 1]! - begin[term]!),
    dead: new Uint32Array((slots.length + 31) >>> 5),
    deadCount: 0,
  };
}

interface Gathered {
  readonly slots: number[];
  readonly lengths: number[];
  /** Terms in the order they came. */
  readonly names: string[];
  readonly numbers: Map<string, number>;
  /** A posting each: number of the term in `names`, document, how often. */
  readonly of: number[];
  readonly docs: number[];
  readonly often: number[];
  /** Per document: the end of its postings. */
  readonly docEnd: number[];
}

function gather(documents: readonly Document[]): Gathered {
  const made: Gathered = {
    slots: [],
    lengths: [],
    names: [],
    numbers: new Map(),
    of: [],
    docs: [],
    often: [],
    docEnd: [],
  };
  const { numbers, names, of, docs, often } = made;
  /** Numbers of words as they stand in the text: stemmed once a batch. */
  const words = new Map<string, number>();
  const asciiWords = new WordTable();
  const numberOf = (word: string): number => {
    const term = termOf(word);
    const number = numbers.get(term) ?? names.push(term) - 1;
    numbers.set(term, number);
    words.set(word, number);
    return number;
  };
  /** Per term: its last posting. */
  const lastAt: number[] = [];
  let first = 0;
  let length = 0;
  const meet = (number: number): void => {
    length++;
    const at = lastAt[number] ?? -1;
    if (at >= first) often[at]!++;
    else {
      lastAt[number] = of.push(number) - 1;
      docs.push(made.slots.length);
      often.push(1);
    }
  };
  const read = (text: string): void => readWords(text, (word) => meet(words.get(word) ?? numberOf(word)));
  for (const { slot, text } of documents) {
    first = of.length;
    length = 0;
    if (!isAscii(text)) read(Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8"));
    else
      readAsciiWords(
        text,
        (at, end, hash) => {
          const known = asciiWords.find(text, at, end, hash);
          const number = known < 0 ? numberOf(asciiLower(text, at, end)) : known;
          if (known < 0) asciiWords.add(text, at, end, hash, number);
          meet(number);
        },
        read,
      );
    if (length === 0) continue;
    made.slots.push(slot);
    made.lengths.push(length);
    made.docEnd.push(of.length);
  }
  return made;
}

function asciiLower(bytes: Uint8Array, at: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at)
    .toString("latin1")
    .toLowerCase();
}

/** Numbers of the terms, in the order of their UTF-8 bytes: that of their UTF-16 units, as long as there are no surrogates. */
function sortedTerms(names: readonly string[], numbers: ReadonlyMap<string, number>): readonly number[] {
  const sorted = names.some((name) => SURROGATE.test(name))
    ? names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : names.toSorted();
  return sorted.map((name) => numbers.get(name)!);
}

const SURROGATE = /[\ud800-\udfff]/;

/** `docs`: the documents of all postings, by term: so the terms of each document come in order. */
function termLists(
  begin: Uint32Array,
  docs: Uint32Array,
  docEnd: readonly number[],
): Pick<Segment, "termListAt" | "termLists"> {
  const terms = new Uint32Array(docs.length);
  const place = Uint32Array.from(docEnd, (_, doc) => docEnd[doc - 1] ?? 0);
  for (let term = 0; term + 1 < begin.length; term++)
    for (let at = begin[term]!; at < begin[term + 1]!; at++) terms[place[docs[at]!]!++] = term;

  const termListAt = new Uint32Array(docEnd.length + 1);
  const bytes = new Uint8Array(docs.length * 5);
  let size = 0;
  for (const [doc, end] of docEnd.entries()) {
    let before = -1;
    for (let at = docEnd[doc - 1] ?? 0; at < end; at++) {
      size = putTerm(bytes, size, terms[at]!, before);
      before = terms[at]!;
    }
    termListAt[doc + 1] = size;
  }
  return { termListAt, termLists: bytes.slice(0, size) };
}
