// The whole terminal for one picture after the other: its other screen, without cursor, keys as they are pressed. However
// it ends, the terminal is as it was. Knows nothing of what is shown.

export interface Screen {
  /** Rows and columns now. */
  size(): { readonly rows: number; readonly columns: number };
  /** Replaces the picture; lines beyond the last row are left out. No line is wider than the screen. */
  draw(lines: readonly string[]): void;
  /** Resolves with a key, "resize" or, after `ms` milliseconds or when `signal` fires, "". Ctrl-C is the key "\u0003". */
  next(ms: number, signal: AbortSignal): Promise<string>;
  close(): void;
}

export interface ScreenStreams {
  readonly stdin: Pick<NodeJS.ReadStream, "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause">;
  readonly stdout: Pick<NodeJS.WriteStream, "write" | "rows" | "columns" | "on" | "off">;
}

// The other screen and no cursor; the cursor and the first screen.
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

export function openScreen({ stdin, stdout }: ScreenStreams): Screen {
  const events: string[] = [];
  let wake = (): void => undefined;
  const tell = (event: string): void => {
    // Somebody leans on a key: what nobody looked at yet is enough.
    if (events.length < 16) events.push(event);
    wake();
  };
  const keys = (data: Buffer): void => {
    for (const key of data.toString("latin1")) tell(key);
  };
  const resized = (): void => tell("resize");
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    stdout.write(LEAVE);
    stdout.off("resize", resized);
    process.off("exit", close);
    if (stdin.isTTY) {
      stdin.off("data", keys);
      stdin.setRawMode(false);
      stdin.pause();
    }
  };

  stdout.write(ENTER);
  stdout.on("resize", resized);
  // Also after an error that nobody foresaw.
  process.once("exit", close);
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on("data", keys);
    stdin.resume();
  }
  const size = (): { rows: number; columns: number } => ({
    rows: Math.max(1, stdout.rows || 24),
    columns: Math.max(1, stdout.columns || 80),
  });
  return Object.freeze({
    size,
    draw(lines: readonly string[]): void {
      const shown = lines.slice(0, size().rows);
      // Each line over the old one, then what was below it gone: nothing flickers.
      stdout.write(`\u001b[H${shown.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`);
    },
    next(ms: number, signal: AbortSignal): Promise<string> {
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          wake = () => undefined;
          resolve(events.shift() ?? "");
        };
        const timer = setTimeout(done, ms);
        if (events.length > 0 || signal.aborted) return done();
        signal.addEventListener("abort", done, { once: true });
        wake = done;
      });
    },
    close,
  });
}
