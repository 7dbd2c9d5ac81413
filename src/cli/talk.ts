// The talk of a run: events as lines of text or JSON, the live line and signs of life, the question, and Ctrl-C. Once:
// the signal fires and the run ends in order. Twice: we leave at once and say what that means.

import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import type { Event, Step, Talk } from "../api/api.ts";
import { eventJson, eventText, liveText } from "./views/event.ts";
import type { Globals } from "./argv.ts";
import type { Terminal } from "./terminal.ts";

/** Changes that are named when a run is left at once. */
const NAMED_MAX = 20;

export interface RunTalk extends Talk {
  /** Takes the signal handlers and timers away. */
  close(): void;
}

export interface TalkOptions {
  readonly terminal: Terminal;
  readonly globals: Globals;
  /** With --json: one object a line on stdout. Else only diagnostics are told, on stderr. */
  readonly stream: boolean;
  /** Ends the process at once (second Ctrl-C). */
  leave(error: OpError): void;
}

export function openTalk({ terminal, globals, stream, leave }: TalkOptions): RunTalk {
  const abort = new AbortController();
  const json = globals.json && stream;
  let current: Step | null = null;
  let begun = false;
  let puttingBack = false;
  /** Who does the work, when it is not this process. */
  let daemon: number | null = null;
  const changed: string[] = [];
  let heartbeat: NodeJS.Timeout | null = null;

  function interrupted(): void {
    if (abort.signal.aborted)
      return leave(
        daemon === null ? leftAtOnce(begun, changed, current, puttingBack) : leftTo(daemon, changed),
      );
    const idle = begun ? "all is put back" : "nothing more is started";
    const next = current === null ? idle : `${current.address} is finished, then all is put back`;
    terminal.say(`interrupted: ${next} (once more leaves at once)`);
    abort.abort();
  }
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);

  function sign(): void {
    if (!json)
      terminal.say(
        current === null
          ? "still waiting until everything is as documented"
          : `still working on ${current.address}`,
      );
  }
  return {
    signal: abort.signal,
    tell(event: Event) {
      if (event.type === "apply_start") {
        current = event.step;
        begun = true;
        heartbeat ??= setInterval(sign, LIMITS.heartbeatMs).unref();
      } else if (event.type === "apply_complete" || event.type === "apply_failed") {
        current = null;
        if (event.type === "apply_complete" || event.outcome.outcome === "unknown")
          changed.push(event.step.address);
      } else if (event.type === "checkpoint_armed" && event.by === "service") begun = true;
      else if (event.type === "rollback_start") puttingBack = true;
      if (json) {
        for (const line of eventJson(event)) terminal.print(line);
        return;
      }
      terminal.live(liveText(event) ?? "");
      const text = eventText(event, event.type === "diagnostic" ? terminal.err : terminal.out);
      if (text === null) return;
      if (event.type === "diagnostic") terminal.say(text);
      else if (!globals.quiet && !globals.json) terminal.print(text);
    },
    elsewhere: (pid) => void (daemon = pid),
    async ask(question, worst) {
      const yes = question === "ask-yes";
      const prompt = yes ? `The worst change is ${worst}. Type yes to go ahead: ` : "Go ahead? [y/N] ";
      const answer = await terminal.ask(prompt, abort.signal);
      return yes ? answer === "yes" : answer === "y" || answer === "yes";
    },
    close() {
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      if (heartbeat !== null) clearInterval(heartbeat);
      terminal.live("");
    },
  };
}

/** What is left behind, as far as this process knows: it does not stay to read. */
function leftAtOnce(
  begun: boolean,
  changed: readonly string[],
  current: Step | null,
  puttingBack: boolean,
): OpError {
  if (!begun) return new OpError("OPD2123", "interrupted", { now: "nothing was changed" });
  const parts = [
    changedText(changed),
    current === null ? "" : `${current.address} was under way`,
    puttingBack ? "not all of it may have been put back" : "nothing was put back",
  ];
  const now = parts.filter((part) => part !== "").join("; ");
  return new OpError("OPD9006", "left at once", { now, hint: "op-dbus verify FILE" });
}

/** The daemon was told to end in order by the first Ctrl-C, and nobody who leaves keeps it from that. */
function leftTo(pid: number, changed: readonly string[]): OpError {
  const goesOn = `the daemon (process ${pid}) finishes what is under way, then puts everything back`;
  const now = [changedText(changed), goesOn].filter((part) => part !== "").join("; ");
  return new OpError("OPD9006", "left at once", { now, hint: "op-dbus history" });
}

function changedText(changed: readonly string[]): string {
  const more = changed.length > NAMED_MAX ? ` and ${changed.length - NAMED_MAX} more` : "";
  return changed.length === 0 ? "" : `changed: ${changed.slice(0, NAMED_MAX).join(", ")}${more}`;
}
