// Vectors without a model: the words of a text, their stems, pieces and names, each hashed to two of 384 numbers (feature hashing:
// Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009). Texts that share words, beginnings or
// typing errors lie close; texts that mean the same in other words do not. A text's vector depends on nothing but the text.
//
//   feature             counts        from
//   the word            1             words without stop words (all of them, where there are no others)
//   its stem            1
//   pieces of <word>    0.3           3 to 5 characters each
//   a whole name        2             10.0.0.1, org.freedesktop.hostname1, ListUnits
//
// times 1 + ln(how often), with a sign, added to two numbers; then the vector has length 1.

import { STOP_WORDS } from "../text/stop-words.ts";
import { readWords, termOf, WORDS_VERSION } from "../text/words.ts";

const LEXICAL_DIMENSIONS = 384;
/** What reads words is part of what makes the vectors. */
export const LEXICAL_FINGERPRINT = `lexical-1.${WORDS_VERSION}-${LEXICAL_DIMENSIONS}`;

const NAME_WEIGHT = 2;
const PIECE_WEIGHT = 0.3;
const PIECE_CHARS_MIN = 3;
const PIECE_CHARS_MAX = 5;

/** null = the text has no word. */
export function lexicalVector(text: string): Float32Array | null {
  const words = wordsOf(text);
  if (words.length === 0) return null;
  const often = new Map<string, number>();
  const count = (kind: string, feature: string): void => {
    const key = kind + feature;
    often.set(key, (often.get(key) ?? 0) + 1);
  };
  for (const { word, name } of words) {
    if (name) {
      count("n", word);
      continue;
    }
    count("w", word);
    count("s", termOf(word));
    const marked = Array.from(`<${word}>`);
    for (let chars = PIECE_CHARS_MIN; chars <= PIECE_CHARS_MAX; chars++)
      for (let at = 0; at + chars <= marked.length; at++) count("p", marked.slice(at, at + chars).join(""));
  }
  const sums = new Float64Array(LEXICAL_DIMENSIONS);
  for (const [key, times] of often) {
    const weight = weightOf(key) * (1 + Math.log(times));
    const hash = fnv1a(key);
    add(sums, mixed(hash), weight);
    add(sums, mixed(hash ^ SECOND), weight);
  }
  const norm = Math.hypot(...sums);
  // Every number of a few features can cancel out with another: such a text has no direction.
  return norm === 0 ? null : Float32Array.from(sums, (sum) => sum / norm);
}

function wordsOf(text: string): readonly { readonly word: string; readonly name: boolean }[] {
  const all: { word: string; name: boolean }[] = [];
  readWords(text, (word, name) => all.push({ word, name }));
  const telling = all.filter(({ word }) => !STOP_WORDS.has(word));
  return telling.length > 0 ? telling : all;
}

function weightOf(key: string): number {
  return key[0] === "n" ? NAME_WEIGHT : key[0] === "p" ? PIECE_WEIGHT : 1;
}

function add(sums: Float64Array, hash: number, weight: number): void {
  const at = (hash >>> 1) % LEXICAL_DIMENSIONS;
  sums[at]! += (hash & 1) === 0 ? weight : -weight;
}

/** FNV-1a of 32 bits (RFC 9923) over the UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The low bits of FNV-1a depend on few bits of the text: the last steps of MurmurHash3 spread them. */
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const SECOND = 0x9e3779b9;
