// The thread that exports, which dies of a log line that says so: for the tests of what becomes of the rest.

import { setTimeout as wait } from "node:timers/promises";
import { parentPort } from "node:worker_threads";

void import("../../src/telemetry/export/thread.ts");
// Listening earlier would take away what was posted for the thread itself.
while (parentPort!.listenerCount("message") === 0) await wait(1);
parentPort!.on("message", (message: { readonly line?: { readonly msg: string } }) => {
  if (message.line?.msg === "die") throw new Error("killed, and Bearer t0ken with it");
});
