// The control block of a graph's shared memory: what is published, and what readers in other threads hold.
//
// 0        4         8           12      16      20     24     32    40             48         56
// | turn   | buckets | structure | seed  | seed  | 0    | 0    | seq | concepts     | edges    | slot end | ...
// 128 + 16 * n: | held | 0 | seq f64 |     reader n
//
// turn       odd while the four numbers behind are written; a reader that sees it unchanged read them whole.
// structure  odd while chains of the id index are moved (id-index.ts).
// held       1: that reader reads at `seq` or later, and nothing that this needs is used again. It is set before the reader
//            looks a second time whether `seq` is still the newest; so a writer that published meanwhile finds it set.
//
// Numbers of 64 bits are stored whole by all machines that Node runs op-dbus on; the atomic words around them order them.

import { LIMITS } from "../../base/limits.ts";

const TURN = 0;
export const BUCKETS = 1;
export const STRUCTURE = 2;
export const SEED_A = 3;
export const SEED_B = 4;
const SEQ = 4;
const CONCEPTS = 5;
const EDGES = 6;
const SLOT_END = 7;
const CELLS_WORD = 32;
const CELL_WORDS = 4;
export const CONTROL_BYTES = (CELLS_WORD + CELL_WORDS * LIMITS.memoryReadersMax) * 4;

/** Both views of the block. */
interface Control {
  readonly control: Int32Array;
  readonly controlDoubles: Float64Array;
}

/** What a graph has at a seq. */
export interface Totals {
  readonly seq: number;
  readonly size: number;
  readonly associations: number;
  readonly slotEnd: number;
}

/** From now on readers see everything up to `seq`. */
export function publish(
  { control, controlDoubles }: Control,
  seq: number,
  size: number,
  associations: number,
  slotEnd: number,
): void {
  const turn = control[TURN]!;
  Atomics.store(control, TURN, turn + 1);
  controlDoubles[SEQ] = seq;
  controlDoubles[CONCEPTS] = size;
  controlDoubles[EDGES] = associations;
  controlDoubles[SLOT_END] = slotEnd;
  Atomics.store(control, TURN, turn + 2);
}

/** Holds the newest seq in cell `cell`, which holds nothing newer yet; returns what was published with it. */
export function pin({ control, controlDoubles }: Control, cell: number, keepSeq: number | null): Totals {
  const word = CELLS_WORD + cell * CELL_WORDS;
  for (;;) {
    const turn = Atomics.load(control, TURN);
    if ((turn & 1) !== 0) continue;
    const seq = controlDoubles[SEQ]!;
    const size = controlDoubles[CONCEPTS]!;
    const associations = controlDoubles[EDGES]!;
    const slotEnd = controlDoubles[SLOT_END]!;
    controlDoubles[(word >> 1) + 1] = keepSeq ?? seq;
    Atomics.store(control, word, 1);
    if (Atomics.load(control, TURN) === turn) return { seq, size, associations, slotEnd };
  }
}

/** The oldest seq that the reader of `cell` still holds; null = none. */
export function repin({ control, controlDoubles }: Control, cell: number, seq: number | null): void {
  const word = CELLS_WORD + cell * CELL_WORDS;
  if (seq !== null) controlDoubles[(word >> 1) + 1] = seq;
  Atomics.store(control, word, seq === null ? 0 : 1);
}

/** The oldest seq that any reader of another thread holds, of the first `cells`; Infinity = none does. */
export function oldestPin({ control, controlDoubles }: Control, cells: number): number {
  let oldest = Infinity;
  for (let cell = 0; cell < cells; cell++) {
    const word = CELLS_WORD + cell * CELL_WORDS;
    if (Atomics.load(control, word) === 1) oldest = Math.min(oldest, controlDoubles[(word >> 1) + 1]!);
  }
  return oldest;
}
