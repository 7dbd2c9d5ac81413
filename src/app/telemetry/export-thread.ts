// The daemon's telemetry on its way out, in a thread of its own: this one records into shared memory, posts its log lines,
// and never encodes, sends or waits. What does not fit is dropped and counted, whatever that thread is doing.

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log, LogRecord } from "../../base/log.ts";
import { packageDir } from "../../base/package.ts";
import {
  handover,
  newHandover,
  type FromThread,
  type SenderState,
  type ThreadData,
  type ToThread,
} from "../../telemetry/export/export.ts";
import { newSlab, type Metrics } from "../../telemetry/metrics/metrics.ts";
import { control } from "../../telemetry/trace/collect.ts";
import { keepThread } from "./kept-thread.ts";

export interface ExportThread {
  /** What the thread counts of itself. */
  readonly slab: SharedArrayBuffer;
  log(record: LogRecord): void;
  /** How its targets stand: now, or, where it does not say in time, as it said last. */
  state(): Promise<readonly SenderState[]>;
  /** Everything that was recorded and published is handed on or dropped and counted, within a deadline. */
  close(): Promise<void>;
}

export interface ExportThreadOptions {
  readonly data: Omit<ThreadData, "own" | "handover">;
  /** For what this side counts. */
  readonly metrics: Metrics;
  readonly operator: Pick<Log, "warn">;
  /** Another program than the thread's own; tests bring one that dies. */
  readonly program?: string;
}

export function openExportThread({ data, metrics, operator, program }: ExportThreadOptions): ExportThread {
  const own = newSlab();
  const place = newHandover();
  const reached = handover(place);
  const deaths = metrics.counter("export_thread_deaths", "Times the thread that exports died");
  const lostLines = metrics.counter(
    "export_lines_dropped",
    "Log lines that the thread that exports never got",
  );
  const questions = new Map<number, (state: readonly SenderState[]) => void>();
  let [asked, posted] = [0, 0];
  let last: readonly SenderState[] = [];
  const secrets = data.targets.flatMap((target) => ("secrets" in target ? target.secrets : []));

  const thread = keepThread({
    clock: systemClock,
    start() {
      const worker = new Worker(program ?? programPath(), {
        name: "export",
        workerData: { ...data, own, handover: place } satisfies ThreadData,
        resourceLimits: { maxOldGenerationSizeMb: LIMITS.exportThreadHeapMiBMax },
      });
      worker.on("message", ({ ask, state }: FromThread) => questions.get(ask)?.(state));
      // It keeps nobody alive: who serves does that.
      worker.unref();
      return worker;
    },
    died(why) {
      deaths.add();
      forget();
      const told = secrets.reduce((text, secret) => text.replaceAll(secret, "(secret)"), why);
      operator.warn("the thread that exports telemetry died; it is started anew", { err: told });
    },
  });
  /** What was posted to one that is gone. */
  function forget(): void {
    lostLines.add(posted - reached.lines);
    posted = reached.lines;
  }
  const post = (message: ToThread): void => thread.now?.postMessage(message);

  return Object.freeze({
    slab: own,
    log(line: LogRecord): void {
      if (thread.now === null || posted - reached.lines >= LIMITS.exportLinesMax) return lostLines.add();
      posted++;
      post({ line });
    },
    async state(): Promise<readonly SenderState[]> {
      if (thread.now === null) return last;
      const ask = asked++;
      const settled = new AbortController();
      const answer = new Promise<readonly SenderState[]>((resolve) => questions.set(ask, resolve));
      const waiting = systemClock.sleep(LIMITS.exportThreadAskDeadlineMs, settled.signal).then(() => last);
      post({ ask });
      last = await Promise.race([answer, waiting]);
      settled.abort();
      questions.delete(ask);
      return last;
    },
    async close(): Promise<void> {
      void control(data.control).end(LIMITS.telemetryDrainDeadlineMs);
      const inTime = await thread.ended(LIMITS.exportThreadEndDeadlineMs);
      forget();
      if (!inTime) operator.warn("the thread that exports telemetry was stopped: it did not end in time");
    },
  });
}

/** As a file of its own beside the bundle, where this is bundled. */
function programPath(): string {
  const built = !import.meta.filename.endsWith(".ts");
  return join(packageDir(), built ? "dist/src/telemetry/export/thread.js" : "src/telemetry/export/thread.ts");
}
