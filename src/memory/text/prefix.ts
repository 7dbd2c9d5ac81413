// A word that is only begun counts as one word that every document has which has any of the words it may become: all terms
// that begin with it, and stems of words that do. The lists of these terms in a segment become one, made for one search.

import { BLOCK_POSTINGS, blocksOf, PostingsWriter, type Postings } from "./postings.ts";
import { findTerm, isDead, postingsOf, termsWithPrefix, type Segment } from "./segment.ts";

/** null = no living document has one of them. `holding`: how many have. */
export function prefixList(
  segment: Segment,
  prefix: Uint8Array,
  stems: readonly Uint8Array[],
): { readonly list: Postings; readonly holding: number } | null {
  const [from, to] = termsWithPrefix(segment, prefix);
  const terms = stems.map((stem) => findTerm(segment, stem)).filter((term) => term >= 0);
  for (let term = from; term < to; term++) if (segment.living[term]! > 0) terms.push(term);
  if (terms.length === 0) return null;

  const docs = new Uint32Array(BLOCK_POSTINGS);
  const often = new Uint32Array(BLOCK_POSTINGS);
  /** Per document: how often any of them. */
  const total = new Uint32Array(segment.slots.length);
  for (const term of terms)
    for (const count of blocksOf(postingsOf(segment, term), docs, often))
      for (let at = 0; at < count; at++) total[docs[at]!]! += often[at]!;

  const holding = total.reduce((sum, times, doc) => (times > 0 && !isDead(segment, doc) ? sum + 1 : sum), 0);
  if (holding === 0) return null;
  const writer = new PostingsWriter(holding * 10, Math.ceil(holding / BLOCK_POSTINGS) + 1);
  writer.begin();
  for (let doc = 0; doc < total.length; doc++)
    if (total[doc]! > 0 && !isDead(segment, doc))
      writer.add(doc, total[doc]!, segment.lengths[doc]!, segment.slots[doc]!);
  writer.end();
  const { bytes, sizeBytes, entries, entryCount } = writer;
  return { list: { bytes, at: 0, end: sizeBytes, entries, entryAt: 0, entryEnd: entryCount }, holding };
}
