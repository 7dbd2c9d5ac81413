// Multi-path plan aggregation: many paths give answers, some alike; what most of them agree on is the answer. Pure arithmetic on
// texts and confidences (formulas: docs/design/memory-reason.md).

export interface Proposal {
  readonly answer: string;
  /** 0..1 */
  readonly confidence: number;
  /** Types of the associations of the path it came by, in order. */
  readonly pattern: readonly string[];
}

export interface Agreed {
  /** Of the most confident proposal. */
  readonly answer: string;
  /** Mean of its proposals'. */
  readonly confidence: number;
  /** Share of all proposals. */
  readonly support: number;
  /** What the answers are ranked by. */
  readonly weight: number;
  readonly proposals: readonly Proposal[];
}

export interface Consensus {
  /** null = there were no proposals. */
  readonly primary: Agreed | null;
  readonly alternatives: readonly Agreed[];
  /** 0..1: how little the answer depends on single paths. */
  readonly robustness: number;
}

const ALIKE_ABOVE = 0.8;
const ALTERNATIVES_MAX = 4;
const OUTLIER_FACTOR = 0.7;
const DIVERSITY_BONUS = 0.2;
const PATTERNS_MAX = 4;

/** Answers are alike if more than 0.8 of their words are shared (Jaccard); one joins the first group that it is like. */
export function consolidate(proposals: readonly Proposal[]): Consensus {
  const groups: { readonly words: ReadonlySet<string>; readonly members: Proposal[] }[] = [];
  for (const proposal of proposals) {
    const words = wordsOf(proposal.answer);
    const group = groups.find((one) => jaccard(one.words, words) > ALIKE_ABOVE);
    if (group === undefined) groups.push({ words, members: [proposal] });
    else group.members.push(proposal);
  }
  const agreed = groups.map(({ members }) => agreedOf(members, proposals.length, groups.length));
  const [primary = null, ...others] = agreed.toSorted((a, b) => b.weight - a.weight);
  return Object.freeze({
    primary,
    alternatives: others.slice(0, ALTERNATIVES_MAX),
    robustness: primary === null ? 0 : robustnessOf(primary, proposals),
  });
}

function agreedOf(members: readonly Proposal[], all: number, groups: number): Agreed {
  const confidence = mean(members.map((one) => one.confidence));
  const support = members.length / all;
  const boost = support >= 0.5 && members.length >= 2 ? 1 + (support - 0.5) : 1;
  const outlier = members.length === 1 && groups > 1 ? OUTLIER_FACTOR : 1;
  const best = members.toSorted((a, b) => b.confidence - a.confidence)[0]!;
  const weight = confidence * boost * outlier * (1 + DIVERSITY_BONUS * diversityOf(members));
  return Object.freeze({ answer: best.answer, confidence, support, weight, proposals: members });
}

/** 0.4 consensus + 0.3 diversity + 0.3 (1 - variance of the confidences). */
function robustnessOf(primary: Agreed, proposals: readonly Proposal[]): number {
  const confidences = proposals.map((one) => one.confidence);
  const average = mean(confidences);
  const variance = mean(confidences.map((one) => (one - average) ** 2));
  return 0.4 * primary.support + 0.3 * diversityOf(primary.proposals) + 0.3 * (1 - variance);
}

/** Different patterns, of as many as there could be. */
function diversityOf(members: readonly Proposal[]): number {
  const patterns = new Set(members.map(({ pattern }) => pattern.join(" ")));
  return Math.min(1, patterns.size / Math.min(members.length, PATTERNS_MAX));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Two texts without words are alike. */
function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const union = a.size + b.size - shared;
  return union === 0 ? 1 : shared / union;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
