// A text as its words. Lower-case, compatibility forms unified (NFKC), stems where they are English. What people write as one
// name (10.0.0.1, org.freedesktop.hostname1, sshd_config, ListUnits) counts whole and in its parts. Where a script has no
// spaces (Han, Thai ...), every character is a word. The index, its queries and the lexical vectors read texts with this alone:
// a change here makes saved indexes useless, so it raises WORDS_VERSION.

import { isUtf8 } from "node:buffer";
import { LIMITS } from "../../base/limits.ts";
import { stem } from "./stem.ts";
import { STOP_WORDS } from "./stop-words.ts";

export const WORDS_VERSION = 1;

/** The beginning of `content` that is searched, a view; null = it is no text (not UTF-8). */
export function textOf(content: Uint8Array): Uint8Array | null {
  if (!isUtf8(content)) return null;
  let end = Math.min(content.length, LIMITS.memoryTextBytesMax);
  // Not within a character.
  while (end < content.length && (content[end]! & 0xc0) === 0x80) end--;
  return content.subarray(0, end);
}

/** Calls `each` with every word, lower-case and not stemmed; `name` = it is a whole name, and its parts follow. */
export function readWords(text: string, each: (word: string, name: boolean) => void): void {
  for (const [run] of text.normalize("NFKC").matchAll(RUN)) {
    if (SIMPLE.test(run)) {
      each(shortened(run.toLowerCase()), false);
      continue;
    }
    const parts = partsOf(run);
    if (parts.length > 1 && run.length <= LIMITS.memoryTextWordCharsMax && !SPACELESS.test(run))
      each(run.toLowerCase(), true);
    for (const part of parts) each(shortened(part.toLowerCase()), false);
  }
}

/** As the index knows a word. */
export function termOf(word: string): string {
  if (!LETTERS.test(word)) return word;
  const known = stems.get(word);
  if (known !== undefined) return known;
  const term = stem(word);
  if (stems.size >= STEMS_KEPT_MAX) stems.clear();
  stems.set(word, term);
  return term;
}

/** Few words make most of all texts, and stemming one takes longer than all else here: some megabytes. */
const STEMS_KEPT_MAX = 65_536;
const stems = new Map<string, string>();
const LETTERS = /^[a-z]+$/;

export interface QueryWords {
  /** Terms, each once, in the order of the text. */
  readonly terms: readonly string[];
  /** What the last word begins with; null = every word is whole. */
  readonly prefix: string | null;
}

/** The words to look for: without stop words, unless there are no others. `prefix`: the word that ends the text is begun. */
export function queryWords(query: string, prefix: boolean): QueryWords {
  const text = query.normalize("NFKC");
  const begun = prefix ? [...text.matchAll(RUN)].at(-1) : undefined;
  const isPrefix =
    begun !== undefined && begun.index + begun[0].length === text.length && !SPACELESS.test(begun[0]);
  const all = new Set<string>();
  const telling = new Set<string>();
  readWords(isPrefix ? text.slice(0, begun.index) : text, (word) => {
    all.add(termOf(word));
    if (!STOP_WORDS.has(word)) telling.add(termOf(word));
  });
  const terms = telling.size > 0 || isPrefix ? telling : all;
  return { terms: [...terms], prefix: isPrefix ? shortened(begun[0].toLowerCase()) : null };
}

const CHARACTERS = String.raw`[\p{L}\p{N}\p{M}]`;
const JOINERS = String.raw`[.:_/@+\-]`;
const RUN = new RegExp(`${CHARACTERS}+(?:${JOINERS}+${CHARACTERS}+)*`, "gu");
/** Nothing to part: most words. */
const SIMPLE = /^[A-Z]*[a-z\d]*$/;
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Between parts: joiners, from lower to upper case, around a character of a script without spaces. */
const BORDER = new RegExp(
  `${JOINERS}+|(?<=\\p{Ll})(?=\\p{Lu})|(?<=${SPACELESS.source})|(?=${SPACELESS.source})`,
  "u",
);

function partsOf(run: string): readonly string[] {
  return run.split(BORDER).filter((part) => part !== "");
}

/** Never ends within a character. */
function shortened(word: string): string {
  const most = LIMITS.memoryTextWordCharsMax;
  return word.length <= most ? word : word.slice(0, most).replace(HALF_AT_END, "");
}

const HALF_AT_END = /[\ud800-\udbff]$/;
