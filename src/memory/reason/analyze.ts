// The semantic analyser: what kind of statement a text is, of which domain, of what time, what it says of causes, and whether it
// denies. Fixed cues in cues.ts, points, and of equal scores the first in the table: the same text always gives the same
// answer. Nothing is learned, nothing is asked of a model.

import { LIMITS } from "../../base/limits.ts";
import type { Domain, Semantic, SemanticType } from "../model.ts";
import {
  CAUSAL_CUES,
  CONTRADICTS,
  COUNTED,
  countOf,
  DOMAIN_CUES,
  EXCEPT,
  isIn,
  NOT,
  TYPE_CUES,
} from "./cues.ts";
import { whenOf } from "./when.ts";

const NEGATION_CONFIDENCE = 0.8;
/** As many words, and as many cues, as make the analysis as sure as it gets. */
const WORDS_SURE = 50;
const CUES_SURE = 3;

/** Looks at the first LIMITS.memoryAnalysedCharsMax characters. */
export function analyze(content: string): Semantic {
  const text = content.slice(0, LIMITS.memoryAnalysedCharsMax);
  const type = typeOf(text);
  return Object.freeze({
    type,
    domain: domainOf(text),
    confidence: certaintyOf(text, type),
    bounds: whenOf(text),
    causal: CAUSAL_CUES.filter(({ pattern }) => isIn(pattern, text)).map(
      ({ type: kind, confidence, strength }) => ({ type: kind, confidence, strength }),
    ),
    negation: negationOf(text),
  });
}

function typeOf(text: string): SemanticType {
  let best: SemanticType = "entity";
  let most = 0;
  for (const [type, cues] of TYPE_CUES) {
    const found = cues.filter(({ any }) => any.some((pattern) => isIn(pattern, text)));
    const score = found.reduce((sum, { points }) => sum + points, 0);
    if (score > most) [best, most] = [type, score];
  }
  return best;
}

function domainOf(text: string): Domain {
  let best: Domain = "general";
  let most = 0;
  for (const [domain, words] of DOMAIN_CUES) {
    const count = countOf(words, text);
    if (count > most) [best, most] = [domain, count];
  }
  return best;
}

/** Of every text, not only of those that are nothing but a denial: a rule that forbids denies, too. */
function negationOf(text: string): Semantic["negation"] {
  const of = (type: NonNullable<Semantic["negation"]>["type"]) => ({ type, confidence: NEGATION_CONFIDENCE });
  if (isIn(CONTRADICTS, text)) return of("contradiction");
  if (isIn(NOT, text)) return of("explicit");
  return isIn(EXCEPT, text) ? of("exception") : null;
}

/** 0.5 for an answer, and up to a quarter more each for the length of the text and the number of cues. */
function certaintyOf(text: string, type: SemanticType): number {
  const words = text.match(/\S+/gu)?.length ?? 0;
  const cues = TYPE_CUES.find(([one]) => one === type)?.[1] ?? [];
  const patterns = COUNTED.has(type) ? cues.flatMap(({ any }) => any) : [];
  const matches = COUNTED.has(type) ? patterns.reduce((sum, one) => sum + countOf(one, text), 0) : 1;
  return 0.5 + 0.25 * Math.min(words / WORDS_SURE, 1) + 0.25 * Math.min(matches / CUES_SURE, 1);
}
