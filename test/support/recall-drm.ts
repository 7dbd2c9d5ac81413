// False memory after Roediger & McDermott 1995, as an evaluation only: nothing of it is in the product, which never answers with
// what was not learned. Lists of fifteen words are studied, all associates of one that is not: the lure. Each studied word leaves
// a trace of its own (verbatim) and lifts what it is associated with (gist: what the product's semantic priming gives at full
// strength). At the test a word comes to mind when its activation, with noise, is above a threshold; one without a trace of
// its own is then noticed as such, and rejected, in a quarter of the cases (source monitoring, Johnson et al. 1993).

import { spread } from "../../src/memory/recall/priming-semantic.ts";
import { cohensD, draws, summary, type Draw, type Summary } from "./statistics.ts";

export const LISTS = 2000;

const WORDS = 15;
/** Cosine of a studied word with the lure, and with another studied word. */
const TO_LURE = { mean: 0.8, deviation: 0.08 } as const;
const TO_EACH_OTHER = { mean: 0.6, deviation: 0.08 } as const;
/** Of a word that has nothing to do with the list, the control. */
const UNRELATED = { mean: 0.2, deviation: 0.08 } as const;
/** Of a studied word alone, and how much of the lift by its neighbours reaches it beside that. */
const VERBATIM = { mean: 1, deviation: 0.25 } as const;
const GIST_BESIDE_VERBATIM = 0.1;
const NOISE = 0.25;
const RECALL_THRESHOLD = 0.86;
const RECOGNITION_THRESHOLD = 0.72;
const MONITORED = 0.25;

export interface Drm {
  /** Shares of the lists. */
  readonly lureRecall: Summary;
  readonly studiedRecall: Summary;
  readonly unrelatedRecall: Summary;
  readonly studiedRecognition: Summary;
  /** Activation when recalled: how sure it seems. */
  readonly lureSureness: Summary;
  readonly studiedSureness: Summary;
  /** Cohen's d: recall of lures over that of unrelated words, sureness of studied words over that of lures. */
  readonly falseRecallD: number;
  readonly surenessD: number;
}

export function drm(seed: number): Drm {
  const draw = draws(seed);
  const lures: number[] = [];
  const studied: number[] = [];
  const unrelated: number[] = [];
  const recognised: number[] = [];
  const sure = { lure: [] as number[], studied: [] as number[] };
  for (let list = 0; list < LISTS; list++) {
    const lure = gist(draw, TO_LURE) + noise(draw);
    const lureRecalled = lure > RECALL_THRESHOLD && !draw.chance(MONITORED);
    lures.push(lureRecalled ? 1 : 0);
    if (lureRecalled) sure.lure.push(lure);
    const stranger = gist(draw, UNRELATED) + noise(draw);
    unrelated.push(stranger > RECALL_THRESHOLD && !draw.chance(MONITORED) ? 1 : 0);
    // One studied word a list, so that trials do not depend on each other.
    const own = draw.normal(VERBATIM.mean, VERBATIM.deviation);
    const word = own + GIST_BESIDE_VERBATIM * gist(draw, TO_EACH_OTHER) + noise(draw);
    studied.push(word > RECALL_THRESHOLD ? 1 : 0);
    if (word > RECALL_THRESHOLD) sure.studied.push(word);
    recognised.push(word > RECOGNITION_THRESHOLD ? 1 : 0);
  }
  const [lureRecall, unrelatedRecall] = [summary(lures), summary(unrelated)];
  const [lureSureness, studiedSureness] = [summary(sure.lure), summary(sure.studied)];
  return {
    lureRecall,
    studiedRecall: summary(studied),
    unrelatedRecall,
    studiedRecognition: summary(recognised),
    lureSureness,
    studiedSureness,
    falseRecallD: cohensD(lureRecall, unrelatedRecall),
    surenessD: cohensD(studiedSureness, lureSureness),
  };
}

/** What a list lifts a word by. */
function gist(draw: Draw, to: { readonly mean: number; readonly deviation: number }): number {
  let sum = 0;
  for (let n = 0; n < WORDS; n++) sum += spread(draw.normal(to.mean, to.deviation), 1);
  return sum;
}

function noise(draw: Draw): number {
  return draw.normal(0, NOISE);
}
