// What recall keeps of each concept that was recalled: its spacing, its last active recall, and how often it was edited. It lies
// beside the graph's checkpoint, as a derived index does, and is as new as the last one: what a crash takes is the practice since
// then, never a memory. Beyond LIMITS.recallTracesMax those with the least stability go.
//
//   recall   columns (index/file.ts), kind `rcll`: slots u32 · six f64 a slot: stability (days), retrievability, difficulty,
//            last review, last active recall (ms since 1970, NaN = none), edits

import { join } from "node:path";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { readColumns, writeColumns } from "../index/file.ts";
import type { Slot } from "../model.ts";
import type { Derived } from "../ports.ts";
import { trim } from "./bounded.ts";
import type { Spacing } from "./spacing.ts";

const NAME = "recall";
const KIND = "rcll";
const NUMBERS = 6;

export interface Trace {
  readonly spacing: Spacing;
  readonly recalledMs: number | null;
  readonly cycles: number;
}

export interface Traces extends Derived {
  of(slot: Slot): Trace | undefined;
  set(slot: Slot, trace: Trace): void;
  /** Whether there is something that the last `save` did not write. */
  readonly changed: boolean;
  /** `gone` is told of every concept that is forgotten; null = all were. */
  watch(gone: (slot: Slot | null) => void): void;
}

export function newTraces(disk: Disk): Traces {
  const traces = new Map<Slot, Trace>();
  let changed = false;
  let gone: (slot: Slot | null) => void = () => {};
  return Object.freeze({
    name: NAME,
    of: (slot) => traces.get(slot),
    set(slot, trace) {
      changed = true;
      traces.set(slot, Object.freeze(trace));
      trim(traces, LIMITS.recallTracesMax, ({ spacing }) => spacing.stabilityDays);
    },
    get changed() {
      return changed;
    },
    watch: (watcher) => void (gone = watcher),
    apply(changes) {
      for (const { kind, slot } of changes) {
        if (kind === "put") continue;
        if (kind === "remove") traces.delete(slot);
        else traces.clear();
        gone(kind === "remove" ? slot : null);
      }
    },
    save(folder) {
      changed = false;
      const slots = Uint32Array.from(traces.keys());
      const numbers = Float64Array.from([...traces.values()].flatMap(numbersOf));
      return writeColumns(disk, join(folder, NAME), KIND, [bytesOf(slots), bytesOf(numbers)]);
    },
    async load(folder) {
      traces.clear();
      const [slots, numbers] = readColumns(disk, join(folder, NAME), KIND) ?? [];
      if (slots === undefined || numbers === undefined) return false;
      const count = slots.length / 4;
      if (!Number.isInteger(count) || numbers.length !== count * NUMBERS * 8) return false;
      const slot = new Uint32Array(slots.buffer, 0, count);
      const number = new Float64Array(numbers.buffer, 0, count * NUMBERS);
      for (let n = 0; n < count; n++)
        traces.set(slot[n]!, traceOf(number.subarray(NUMBERS * n, NUMBERS * (n + 1))));
      return true;
    },
  } satisfies Traces);
}

function numbersOf({ spacing, recalledMs, cycles }: Trace): readonly number[] {
  const { stabilityDays, retrievability, difficulty, reviewedMs } = spacing;
  return [stabilityDays, retrievability, difficulty, reviewedMs, recalledMs ?? NaN, cycles];
}

function traceOf(numbers: Float64Array): Trace {
  const [stabilityDays, retrievability, difficulty, reviewedMs, recalledMs, cycles] = [...numbers] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Object.freeze({
    spacing: Object.freeze({ stabilityDays, retrievability, difficulty, reviewedMs }),
    recalledMs: Number.isNaN(recalledMs) ? null : recalledMs,
    cycles,
  });
}

function bytesOf(numbers: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
