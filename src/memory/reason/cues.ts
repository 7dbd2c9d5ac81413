// The words by which the analyser knows what a text is: per type of concept groups of patterns, each worth points once, and the
// words of each domain. Every pattern is an alternation of fixed words, or of runs that cannot overlap, so its time is linear
// in the text. Order is meaning: of equal scores the first in this table wins.

import type { CausalType, Domain, SemanticType } from "../model.ts";

const anyOf = (words: string): RegExp => new RegExp(`\\b(?:${words})\\b`, "giu");

export const AFTER = anyOf("after|following|subsequent to|later than|post");
export const BEFORE = anyOf("before|prior to|preceding|earlier than|pre");
export const DURING = anyOf("during|throughout|while|in the course of");
export const BETWEEN = anyOf("between");
const IMPERATIVE = /^[ \t]*(?:do not|never|always|ensure|verify|confirm|check)\s+\w+/gimu;
const CONDITIONAL = anyOf(String.raw`if\s+\w+\s+then|when\s+\w+\s+must`);
export const NOT = anyOf("not|no|never|none|nothing|neither|nor|cannot");
export const EXCEPT = anyOf("except|unless|excluding|other than|but not|save for");
export const CONTRADICTS = anyOf("contradicts?|contradicting|contrary to|in contradiction (?:to|with)");
const DIRECT = anyOf("causes?|leads? to|results? in|triggers?|produces?|brings about");
const ENABLING = anyOf("enables?|allows?|permits?|facilitates?|makes? possible");
const PREVENTING = anyOf("prevents?|stops?|blocks?|inhibits?|prohibits?");
const NUMBER = /\b\d+(?:\.\d+)?(?:%|\b)|\bpercent\b/giu;
const MEASURE = /\b\d+(?:\.\d+)?\s{0,8}(?:kg|lb|meter|mile|liter|gallon|USD|EUR|GBP)\b/giu;

/** One of `any` in the text is worth `points`, several are not worth more. */
interface Cue {
  readonly any: readonly RegExp[];
  readonly points: number;
}

/** From the types that say most to those that say least. */
export const TYPE_CUES: readonly (readonly [SemanticType, readonly Cue[]])[] = [
  [
    "rule",
    [
      { any: [anyOf("must|shall|should|ought to|required|mandatory|obligatory")], points: 3 },
      { any: [CONDITIONAL], points: 2.5 },
      { any: [IMPERATIVE], points: 2 },
    ],
  ],
  [
    "negation",
    [
      { any: [NOT], points: 2 },
      { any: [EXCEPT, CONTRADICTS], points: 2.5 },
    ],
  ],
  [
    "causal",
    [
      { any: [DIRECT], points: 2.5 },
      { any: [ENABLING, PREVENTING], points: 2 },
    ],
  ],
  [
    "condition",
    [
      { any: [anyOf("if|provided that|given that|assuming")], points: 2 },
      { any: [anyOf("when|whenever|once|as soon as"), anyOf("unless|except if|only if")], points: 1.5 },
    ],
  ],
  [
    "temporal",
    [
      { any: [AFTER, BEFORE], points: 2 },
      { any: [DURING, BETWEEN], points: 1.5 },
    ],
  ],
  [
    "definitional",
    [
      { any: [anyOf("is a|are|represents?|means?|refers? to")], points: 1.5 },
      { any: [anyOf("defined as|definition of|classified as|categorized as")], points: 2 },
    ],
  ],
  [
    "event",
    [
      {
        any: [
          anyOf("occurred|happened|took place|was|were"),
          anyOf("will occur|will happen|scheduled|planned"),
        ],
        points: 1.5,
      },
      { any: [anyOf("is occurring|is happening|ongoing|in progress")], points: 1 },
    ],
  ],
  [
    "quantitative",
    [
      { any: [NUMBER], points: 1 },
      { any: [MEASURE], points: 1.5 },
    ],
  ],
];

/** Types whose cues, counted, make the analysis surer; for the others one is assumed. */
export const COUNTED: ReadonlySet<SemanticType> = new Set(["rule", "temporal", "negation", "causal"]);

export const CAUSAL_CUES: readonly {
  readonly pattern: RegExp;
  readonly type: CausalType;
  readonly confidence: number;
  readonly strength: number;
}[] = [
  { pattern: DIRECT, type: "direct", confidence: 0.8, strength: 0.7 },
  { pattern: ENABLING, type: "enabling", confidence: 0.7, strength: 0.5 },
  { pattern: PREVENTING, type: "preventing", confidence: 0.75, strength: 0.6 },
];

export const DOMAIN_CUES: readonly (readonly [Domain, RegExp])[] = [
  [
    "medical",
    anyOf(
      "patient|diagnosis|treatment|symptom|disease|medical|clinical|hospital|doctor|nurse|therapy|medication|surgical",
    ),
  ],
  [
    "legal",
    anyOf(
      "law|legal|court|statute|regulation|compliance|contract|liability|plaintiff|defendant|attorney|judge",
    ),
  ],
  [
    "financial",
    anyOf(
      "financial|investment|revenue|profit|cost|budget|portfolio|asset|liability|equity|dividend|interest rate",
    ),
  ],
  [
    "technical",
    anyOf("system|software|hardware|algorithm|api|database|server|network|protocol|architecture|deployment"),
  ],
  [
    "scientific",
    anyOf("experiment|hypothesis|research|study|analysis|data|measurement|observation|theory|methodology"),
  ],
  [
    "business",
    anyOf(
      "business|company|organization|management|strategy|operations|marketing|sales|customer|stakeholder",
    ),
  ],
];

/** How often `pattern`, which is global, is found. */
export function countOf(pattern: RegExp, text: string): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count++;
  return count;
}

export function isIn(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
