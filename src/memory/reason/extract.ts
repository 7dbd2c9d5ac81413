// Associations out of a text: what it names becomes a concept of its own unless it is known, what it says of two such names
// becomes an association between them, and the text itself is associated with each. All of it is changes for the one
// transaction that learns the text, so no association ever points at nothing. Names are runs of capitalised words, and what
// stands beside the words of a relation.

import { LIMITS } from "../../base/limits.ts";
import { idOfContent } from "../graph/id.ts";
import { ASSOCIATION_TYPES, type AssociationType, type Change, type ConceptId } from "../model.ts";
import type { GraphReader } from "../ports.ts";
import { FORM_WORDS } from "./form-words.ts";

export interface ExtractOptions {
  /** What is less sure is left out; 0..1. */
  readonly confidenceMin?: number;
  /** The surest are kept. */
  readonly associationsMax?: number;
}

interface Relation {
  readonly words: string;
  readonly type: AssociationType;
  readonly confidence: number;
  /** The association leads from what stands behind the words to what stands before them: "a after b" is b, then a. */
  readonly turned?: true;
}

/** Of two that begin at the same place the first in this table counts. */
const RELATIONS: readonly Relation[] = [
  { words: "causes?", type: ASSOCIATION_TYPES.causal, confidence: 0.8 },
  { words: "leads? to", type: ASSOCIATION_TYPES.causal, confidence: 0.75 },
  { words: "(?:is|are) (?:an? )?(?:type|kind)s? of", type: ASSOCIATION_TYPES.hierarchical, confidence: 0.8 },
  { words: "(?:is|are) (?:a )?parts? of", type: ASSOCIATION_TYPES.compositional, confidence: 0.8 },
  { words: "is an?", type: ASSOCIATION_TYPES.hierarchical, confidence: 0.85 },
  { words: "contains?", type: ASSOCIATION_TYPES.compositional, confidence: 0.75 },
  { words: "before", type: ASSOCIATION_TYPES.temporal, confidence: 0.7 },
  { words: "after", type: ASSOCIATION_TYPES.temporal, confidence: 0.7, turned: true },
];
const RELATION = new RegExp(`\\b(?:${RELATIONS.map(({ words }) => `(${words})`).join("|")})\\b`, "giu");
/** Of a name that a text merely mentions. */
const MENTION_CONFIDENCE = 0.5;
const SENTENCE_CHARS_MIN = 10;
const NAME_CHARS_MIN = 3;
const NAME_CHARS_MAX = 200;
/** Words of a name that is not capitalised. */
const NAME_WORDS_MAX = 3;
const NAMES = /\p{Lu}[\p{L}\p{N}'’-]*(?:[ \t]+\p{Lu}[\p{L}\p{N}'’-]*)*/gu;

interface Found {
  /** null = the text itself. */
  readonly source: string | null;
  readonly target: string;
  readonly type: AssociationType;
  readonly confidence: number;
}

/** Changes to be made after the concept `id` with this text was learned, in the same transaction. */
export function extract(
  reader: GraphReader,
  id: ConceptId,
  content: string,
  { confidenceMin = 0.5, associationsMax = 10 }: ExtractOptions = {},
): readonly Change[] {
  const found = foundIn(content.slice(0, LIMITS.memoryAnalysedCharsMax))
    .filter(({ confidence }) => confidence >= confidenceMin)
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, associationsMax);
  const learned = new Map<string, Change>();
  const associations: Change[] = [];
  const idOf = (name: string): ConceptId => {
    const [own, written] = [idOfContent(Buffer.from(name.toLowerCase())), idOfContent(Buffer.from(name))];
    if (reader.slotOf(written) >= 0) return written;
    if (reader.slotOf(own) < 0 && !learned.has(keyOf(own))) learned.set(keyOf(own), entity(own, name));
    return own;
  };
  for (const { source, target, type, confidence } of found) {
    const ends = { source: source === null ? id : idOf(source), target: idOf(target) };
    if (keyOf(ends.source) !== keyOf(ends.target))
      associations.push({ kind: "associate", association: { ...ends, type, confidence, weight: 1 } });
  }
  return [...learned.values(), ...associations];
}

/** Each once, with its greatest confidence, in the order of the text. */
function foundIn(text: string): readonly Found[] {
  const all: Found[] = [];
  for (const sentence of text.split(/[.!?](?:\s|$)|\n\n/u)) {
    if (sentence.length <= SENTENCE_CHARS_MIN) continue;
    const names = new Set(namesIn(sentence));
    for (const { before, after, relation } of relationsIn(sentence)) {
      const [subject, object] = [nameBefore(before), nameAfter(after)];
      if (subject === null || object === null) continue;
      const [source, target] = relation.turned === true ? [object, subject] : [subject, object];
      all.push({ source, target, type: relation.type, confidence: relation.confidence });
      names.add(subject).add(object);
    }
    for (const target of names)
      all.push({ source: null, target, type: ASSOCIATION_TYPES.semantic, confidence: MENTION_CONFIDENCE });
  }
  const best = new Map<string, Found>();
  for (const one of all) {
    const key = JSON.stringify([one.source?.toLowerCase(), one.target.toLowerCase(), one.type]);
    if (one.confidence > (best.get(key)?.confidence ?? -1)) best.set(key, one);
  }
  return [...best.values()];
}

/** What lies between one relation and the next belongs to both. */
function relationsIn(sentence: string): { before: string; after: string; relation: Relation }[] {
  const matches = [...sentence.matchAll(RELATION)];
  return matches.map((match, n) => ({
    before: sentence.slice(n === 0 ? 0 : endOf(matches[n - 1]!), match.index),
    after: sentence.slice(endOf(match), matches[n + 1]?.index),
    relation: RELATIONS[match.slice(1).findIndex((group) => group !== undefined)]!,
  }));
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length;
}

/** Capitalised runs; not a word that is capitalised only because a sentence begins with it. */
function namesIn(text: string): readonly string[] {
  const names = [...text.matchAll(NAMES)].map(([run]) => {
    const words = run.split(/[ \t]+/u);
    while (words.length > 0 && FORM_WORDS.has(words[0]!.toLowerCase())) words.shift();
    return words.join(" ");
  });
  return names.filter(isName);
}

/** The name that a side of a relation ends with: a capitalised run, or up to three words that carry meaning. */
function nameBefore(text: string): string | null {
  const words = text.trim().split(/\s+/u);
  const run: string[] = [];
  for (const word of words.toReversed()) {
    if (/[,;:]$/u.test(word) || run.length === NAME_WORDS_MAX) break;
    const bare = bareOf(word);
    if (FORM_WORDS.has(bare.toLowerCase()) || bare === "") break;
    run.unshift(bare);
  }
  return named(namesIn(run.join(" ")).at(-1) ?? run.join(" "));
}

/** The name that a side of a relation begins with, an article apart. */
function nameAfter(text: string): string | null {
  const words = text.trim().split(/\s+/u);
  if (FORM_WORDS.has(words[0]!.toLowerCase())) words.shift();
  const run: string[] = [];
  for (const word of words) {
    const bare = bareOf(word);
    if (FORM_WORDS.has(bare.toLowerCase()) || bare === "" || run.length === NAME_WORDS_MAX) break;
    run.push(bare);
    if (/[,;:]$/u.test(word)) break;
  }
  return named(namesIn(run.join(" "))[0] ?? run.join(" "));
}

function bareOf(word: string): string {
  return word.replace(/^[^\p{L}\p{N}]+/u, "").replace(/[^\p{L}\p{N}]{1,8}$/u, "");
}

function named(name: string): string | null {
  return isName(name) ? name : null;
}

function isName(name: string): boolean {
  return name.length >= NAME_CHARS_MIN && name.length <= NAME_CHARS_MAX;
}

function keyOf(id: ConceptId): string {
  return Buffer.from(id).toString("hex");
}

function entity(id: ConceptId, name: string): Change {
  return {
    kind: "learn",
    concept: {
      id,
      content: Buffer.from(name),
      vector: null,
      strength: 1,
      confidence: 1,
      attributes: new Map([["extracted", "name"]]),
      semantic: null,
    },
  };
}
