// `op-dbus top`: what the daemon does, once a second until Ctrl-C; where nobody looks, one picture of its time so far.

import { setTimeout as wait } from "node:timers/promises";
import { OpError } from "../../base/error.ts";
import type { ReplyOf } from "../../api/api.ts";
import { command, type Context } from "../command.ts";

export const top = command({
  name: "top",
  operation: "metrics",
  usage: "op-dbus top",
  parameters: {},
  more: "Live in a terminal, with the rates of the last second; in a pipe it prints once, with the rates since the daemon was started. Ctrl-C ends it.",
  exits: [
    [0, "shown"],
    [75, "no daemon runs"],
  ],
  examples: [
    ["op-dbus top", "until Ctrl-C"],
    ["op-dbus top | head -3", "calls, applies and records in three lines"],
  ],
  run,
});

/** Milliseconds between two pictures. */
const EVERY_MS = 1000;

async function run({ invoke, talk, terminal }: Context): Promise<number> {
  const { topText } = await import("../views/top.ts");
  let before: { readonly reply: ReplyOf<"metrics">; readonly atMs: number } | null = null;
  while (!talk.signal.aborted) {
    const reply = await invoke("metrics", { format: "readings" }, talk);
    if (!reply.daemon)
      throw new OpError("OPD9046", "no daemon runs here that could be watched", { hint: "op-dbus daemon" });
    const atMs = Date.now();
    const text = topText(reply, before, atMs, terminal.out);
    if (!terminal.outIsTerminal) {
      terminal.print(text);
      return 0;
    }
    // Home, the picture, and what an older one left below it gone.
    terminal.print(`\u001b[H\u001b[J${text}`);
    before = { reply, atMs };
    await wait(EVERY_MS, undefined, { signal: talk.signal }).catch(() => undefined);
  }
  return 0;
}
