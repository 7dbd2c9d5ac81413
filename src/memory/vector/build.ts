// Makes the next index file in a thread of its own, while the one before is searched: what that has and is current, without
// the rest, and all that has come since. What changes meanwhile is marked, and found by scanning until the file after.

import type { VectorSource } from "./model.ts";
import type { Slot } from "../model.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Codes } from "./codes.ts";
import type { Marks } from "./marks.ts";
import type { Result, Thread } from "./thread.ts";
import type { IndexShape, Request, Rows, Sum } from "./usearch.ts";

/** Rows of one message: some 400 KB, and a quarter of a second of work. */
const BATCH_ROWS = 1024;
/** Messages under way, so that the thread need not wait for the next. */
const AHEAD = 2;

export interface Build {
  readonly graph: VectorSource;
  readonly marks: Marks;
  readonly codes: Codes;
  readonly shape: IndexShape;
  readonly thread: Thread;
  readonly threads: number;
  /** The file to begin with; null = with nothing. */
  readonly from: string | null;
  readonly into: string;
  readonly progress: (done: number, total: number) => void;
}

/** The sum of the finished file, or why there is none. Never rejects. */
export async function build(options: Build): Promise<Sum | { readonly why: string }> {
  const { marks, shape, thread, threads, from, into } = options;
  const ask = (request: Request, move?: readonly ArrayBuffer[]): Promise<Result> =>
    thread.ask(request, LIMITS.vectorStepDeadlineMs, move);
  const hello = await ask({ kind: "hello" });
  if (!hello.ok) return whyOf(hello);
  const { remove, add } = marks.beginNext(from !== null);
  const begun = await ask({ kind: "begin", path: from, shape, remove: Uint32Array.from(remove) });
  if (!begun.ok) return whyOf(begun);

  const under: Promise<Result>[] = [];
  for (let at = 0; at < add.length; at += BATCH_ROWS) {
    const { slots, rows } = batch(options, add.slice(at, at + BATCH_ROWS));
    if (slots.length > 0) under.push(ask({ kind: "add", slots, rows, threads }, [slots.buffer, rows.buffer]));
    if (under.length < AHEAD) continue;
    const added = await under.shift()!;
    if (!added.ok) return whyOf(added);
    options.progress(at, add.length);
  }
  for (const last of under) {
    const added = await last;
    if (!added.ok) return whyOf(added);
  }
  const saved = await ask({ kind: "save", path: into });
  return saved.ok && "sum" in saved && saved.sum !== undefined ? saved.sum : whyOf(saved);
}

/** Those of `slots` that still have a vector and are not in the file yet: from here on they count as in it. */
function batch(
  { graph, marks, codes, shape }: Build,
  slots: readonly Slot[],
): { readonly slots: Uint32Array<ArrayBuffer>; readonly rows: Rows } {
  const { dimension } = shape;
  const rows: Rows =
    shape.kind === "int8"
      ? new Int8Array(slots.length * dimension)
      : new Float32Array(slots.length * dimension);
  const taken: Slot[] = [];
  for (const slot of slots) {
    const vector = graph.vectorView(slot);
    if (vector === null || vector.length !== dimension || !marks.has(slot)) continue;
    if (!codes.has(slot) && !codes.put(slot, vector)) continue;
    if (!marks.toNext(slot)) continue;
    rows.set(shape.kind === "int8" ? codes.of(slot) : vector, taken.length * dimension);
    taken.push(slot);
  }
  return { slots: Uint32Array.from(taken), rows: rows.slice(0, taken.length * dimension) as Rows };
}

function whyOf(result: Result): { readonly why: string } {
  return { why: "why" in result ? result.why : "usearch gave no answer" };
}
