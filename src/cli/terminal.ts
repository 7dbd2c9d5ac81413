// The terminal as a value: where to write, how wide it is, whether colour and questions are possible; one live line that
// appears after 200 ms; prompts. The only file of the room that knows streams. EPIPE is no error: the reader had enough.

import { styleText } from "node:util";
import { createInterface } from "node:readline";
import { LIMITS } from "../base/limits.ts";
import { openScreen, type Screen } from "./screen.ts";

export type Tone = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
/** Text in a tone, or as it is without colour. */
export type Paint = (tone: Tone, text: string) => string;

/** What a view needs to know of where it is shown. */
export interface Look {
  readonly width: number;
  /** A terminal: lists are cut at its edge. In a pipe nothing is. */
  readonly cut: boolean;
  readonly paint: Paint;
  readonly verbose: boolean;
}

export interface Terminal {
  readonly out: Look;
  readonly err: Look;
  /** stdout is a terminal: a person reads along. */
  readonly outIsTerminal: boolean;
  /** A person sits there: questions may be asked. */
  readonly asks: boolean;
  /** Data. A newline is added where it is missing. */
  print(text: string): void;
  /** Talk. */
  say(text: string): void;
  /** Shows or replaces the live line (terminals only, 200 ms after the first call); "" removes it. */
  live(text: string): void;
  /** The whole terminal, for pictures; null: stdout is none, or one that cannot move its cursor. Close it. */
  screen(): Screen | null;
  /** The answer of a person in lower case, "" when the input ends. */
  ask(question: string, signal: AbortSignal): Promise<string>;
}

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface TerminalOptions {
  readonly color: "auto" | "always" | "never";
  readonly input: boolean;
  readonly verbose: boolean;
}

export const plainPaint: Paint = (_tone, text) => text;
const colorPaint: Paint = (tone, text) => styleText(tone, text, { validateStream: false });

export function openTerminal(streams: Streams, options: TerminalOptions): Terminal {
  const { stdout, stderr } = streams;
  let liveText = "";
  let liveShown = false;
  let liveTimer: NodeJS.Timeout | null = null;

  function clearLive(): void {
    if (liveShown) stderr.write("\r\u001b[K");
    liveShown = false;
  }
  function drawLive(): void {
    liveTimer = null;
    clearLive();
    if (liveText === "") return;
    stderr.write(liveText.slice(0, widthOf(stderr) - 1));
    liveShown = true;
  }
  function write(stream: NodeJS.WriteStream, text: string): void {
    if (text === "") return;
    clearLive();
    stream.write(text.endsWith("\n") ? text : `${text}\n`);
    if (liveText !== "" && liveTimer === null) drawLive();
  }
  const look = (stream: NodeJS.WriteStream): Look => ({
    width: widthOf(stream),
    cut: stream.isTTY === true,
    paint: wantsColor(stream, streams.env, options.color) ? colorPaint : plainPaint,
    verbose: options.verbose,
  });
  return {
    out: look(stdout),
    err: look(stderr),
    outIsTerminal: stdout.isTTY === true,
    asks: options.input && stderr.isTTY === true && streams.stdin.isTTY === true,
    print: (text) => write(stdout, text),
    say: (text) => write(stderr, text),
    live(text) {
      if (stderr.isTTY !== true) return;
      liveText = text;
      if (text === "") {
        if (liveTimer !== null) clearTimeout(liveTimer);
        liveTimer = null;
        clearLive();
      } else if (liveShown) drawLive();
      else liveTimer ??= setTimeout(drawLive, LIMITS.liveLineAfterMs).unref();
    },
    screen() {
      if (stdout.isTTY !== true || (streams.env["TERM"] ?? "dumb") === "dumb") return null;
      this.live("");
      return openScreen({ stdin: streams.stdin, stdout });
    },
    async ask(question, signal) {
      this.live("");
      const reader = createInterface({ input: streams.stdin, output: stderr });
      // Ctrl-C at a prompt reaches readline and not the process: it is the same wish.
      reader.on("SIGINT", () => {
        stderr.write("\n");
        process.kill(process.pid, "SIGINT");
      });
      try {
        return await new Promise<string>((resolve) => {
          reader.once("close", () => resolve(""));
          signal.addEventListener("abort", () => reader.close(), { once: true });
          reader.question(question, (answer) => resolve(answer.trim().toLowerCase()));
        });
      } finally {
        reader.close();
      }
    },
  };
}

function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY === true && stream.columns > 0 ? stream.columns : LIMITS.plainWidthColumns;
}

/** `--color` > NO_COLOR > FORCE_COLOR > a terminal that is not dumb; per stream. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  choice: "auto" | "always" | "never",
): boolean {
  if (choice !== "auto") return choice === "always";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
