// What recall keeps of each concept that was recalled: its spacing, its last active recall, and how often it was edited. It lies
// beside the graph's checkpoint, as a derived index does; a memory that was only read ends with a file of its own, recall-SEQ,
// which counts if the graph is at that seq at the next start. What a crash takes is the practice since then, never a memory.
// Beyond LIMITS.recallTracesMax those with the least stability go.
//
//   recall   columns (index/file.ts), kind `rcll`: slots u32 · six f64 a slot: stability (days), retrievability, difficulty,
//            last review, last active recall (ms since 1970, NaN = none), edits

import { join } from "node:path";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import { readColumns, writeColumns } from "../index/file.ts";
import type { Seq, Slot } from "../model.ts";
import type { Derived } from "../ports.ts";
import { trim } from "./bounded.ts";
import type { Spacing } from "./spacing.ts";

const NAME = "recall";
const KIND = "rcll";
const NUMBERS = 6;
const KEPT = /^recall-\d+$/;

export interface Trace {
  readonly spacing: Spacing;
  readonly recalledMs: number | null;
  readonly cycles: number;
}

export interface Traces extends Derived {
  of(slot: Slot): Trace | undefined;
  set(slot: Slot, trace: Trace): void;
  /** Writes what no checkpoint has, for a graph that ends at `seq`: a whole checkpoint would cost too much for it. */
  keep(directory: string, seq: Seq): Promise<void>;
  /** Takes what was kept there, if the graph is still at that seq, and removes it. */
  resume(directory: string, seq: Seq): void;
  /** `gone` is told of every concept that is forgotten; null = all were. */
  watch(gone: (slot: Slot | null) => void): void;
}

export function newTraces(disk: Disk): Traces {
  const traces = new Map<Slot, Trace>();
  let changed = false;
  let gone: (slot: Slot | null) => void = () => {};
  const write = (path: string): Promise<void> => {
    changed = false;
    const slots = Uint32Array.from(traces.keys());
    const numbers = Float64Array.from([...traces.values()].flatMap(numbersOf));
    return writeColumns(disk, path, KIND, [bytesOf(slots), bytesOf(numbers)]);
  };
  const read = (path: string): boolean => {
    const [slots, numbers] = readColumns(disk, path, KIND) ?? [];
    if (slots === undefined || numbers === undefined) return false;
    const count = slots.length / 4;
    if (!Number.isInteger(count) || numbers.length !== count * NUMBERS * 8) return false;
    traces.clear();
    const slot = new Uint32Array(slots.buffer, 0, count);
    const number = new Float64Array(numbers.buffer, 0, count * NUMBERS);
    for (let n = 0; n < count; n++)
      traces.set(slot[n]!, traceOf(number.subarray(NUMBERS * n, NUMBERS * (n + 1))));
    return true;
  };
  const drop = (directory: string): void => {
    for (const name of disk.list(directory)) if (KEPT.test(name)) disk.unlink(join(directory, name));
  };
  return Object.freeze({
    name: NAME,
    of: (slot) => traces.get(slot),
    set(slot, trace) {
      changed = true;
      traces.set(slot, Object.freeze(trace));
      trim(traces, LIMITS.recallTracesMax, ({ spacing }) => spacing.stabilityDays);
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
    save: (folder) => write(join(folder, NAME)),
    load: async (folder) => read(join(folder, NAME)),
    async keep(directory, seq) {
      if (!changed) return;
      drop(directory);
      await write(join(directory, `${NAME}-${seq}`));
    },
    resume(directory, seq) {
      changed = read(join(directory, `${NAME}-${seq}`));
      drop(directory);
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
