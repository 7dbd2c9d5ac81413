// A thread of usearch, from outside: questions with a deadline each. A thread that dies, or does not answer in time, is
// over: every open question and every later one is answered so, and who wants to go on starts another. It keeps no process
// alive; a question does, until its deadline.

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageDir } from "../../base/package.ts";
import type { Answer, FromThread, Request, ToThread } from "./usearch.ts";
import type { ThreadData } from "./usearch-thread.ts";

/** `why`: what usearch says, or ABSENT: it is not installed, or nobody is there to answer. */
export type Result = Answer | { readonly ok: false; readonly why: string };
export const ABSENT = "absent";

export interface Thread {
  readonly over: boolean;
  /** `move`: buffers of the request that are handed over, not copied. Never rejects. */
  ask(request: Request, deadlineMs: number, move?: readonly ArrayBuffer[]): Promise<Result>;
  close(): Promise<void>;
}

const NOBODY: Result = Object.freeze({ ok: false, why: "the thread ended" });

export function startThread(data: ThreadData): Thread {
  const worker = new Worker(program(), { workerData: data });
  const open = new Map<number, (result: Result) => void>();
  let asked = 0;
  let over = false;

  function end(): void {
    over = true;
    for (const settle of open.values()) settle(NOBODY);
    open.clear();
  }
  worker.unref();
  worker.on("message", (message: FromThread) => {
    for (const reply of [message].flat()) {
      const settle = open.get(reply.ask);
      open.delete(reply.ask);
      if ("answer" in reply) settle?.(reply.answer);
      else settle?.({ ok: false, why: reply.absent ? ABSENT : reply.failed });
    }
  });
  worker.on("error", end);
  worker.on("exit", end);

  async function close(): Promise<void> {
    end();
    await worker.terminate();
  }
  return {
    get over() {
      return over;
    },
    ask(request, deadlineMs, move = []) {
      if (over) return Promise.resolve(NOBODY);
      const ask = ++asked;
      return new Promise<Result>((resolve) => {
        // What hangs in usearch cannot be interrupted, only given up.
        const deadline = setTimeout(() => void close(), deadlineMs);
        open.set(ask, (result) => {
          clearTimeout(deadline);
          resolve(result);
        });
        worker.postMessage({ ask, request } satisfies ToThread, [...move]);
      });
    },
    close,
  };
}

/** Beside this file, or where the build puts it when this one is part of a bundle. */
function program(): string {
  if (import.meta.filename.endsWith(".ts")) return join(import.meta.dirname, "usearch-thread.ts");
  return join(packageDir(), "dist/src/memory/vector/usearch-thread.js");
}
