// The best hits of a search so far: a heap with the worst at its top, so that what cannot get in is known by one comparison. A
// higher score is better; of two with the same score, the smaller slot.

export interface Hit {
  readonly slot: number;
  /** > 0; larger is better. Comparable within one search. */
  readonly score: number;
}

export class Top {
  /** What a document has to reach, and with the same score its slot has to be smaller than `worstSlot`. */
  worst = 0;
  worstSlot = -1;
  readonly #limit: number;
  readonly #scores: number[] = [];
  readonly #slots: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  takes(score: number, slot: number): boolean {
    return score > this.worst || (score === this.worst && slot < this.worstSlot) || !this.#full();
  }

  /** `takes(score, slot)` holds. */
  add(score: number, slot: number): void {
    if (this.#full()) this.#sink(score, slot);
    else this.#rise(score, slot);
    if (!this.#full()) return;
    this.worst = this.#scores[0]!;
    this.worstSlot = this.#slots[0]!;
  }

  /** The best first. */
  hits(): readonly Hit[] {
    return this.#scores
      .map((score, at) => ({ slot: this.#slots[at]!, score }))
      .toSorted((a, b) => b.score - a.score || a.slot - b.slot);
  }

  #full(): boolean {
    return this.#scores.length === this.#limit;
  }

  #rise(score: number, slot: number): void {
    let at = this.#scores.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isWorse(score, slot, this.#scores[above]!, this.#slots[above]!)) break;
      this.#set(at, this.#scores[above]!, this.#slots[above]!);
      at = above;
    }
    this.#set(at, score, slot);
  }

  /** In the place of the worst. */
  #sink(score: number, slot: number): void {
    const [scores, slots] = [this.#scores, this.#slots];
    let at = 0;
    for (let below = 1; below < scores.length; below = 2 * at + 1) {
      const other = below + 1;
      if (other < scores.length && isWorse(scores[other]!, slots[other]!, scores[below]!, slots[below]!))
        below = other;
      if (!isWorse(scores[below]!, slots[below]!, score, slot)) break;
      this.#set(at, scores[below]!, slots[below]!);
      at = below;
    }
    this.#set(at, score, slot);
  }

  #set(at: number, score: number, slot: number): void {
    this.#scores[at] = score;
    this.#slots[at] = slot;
  }
}

function isWorse(score: number, slot: number, thanScore: number, thanSlot: number): boolean {
  return score < thanScore || (score === thanScore && slot > thanSlot);
}
