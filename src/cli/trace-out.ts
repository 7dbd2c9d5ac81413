// `--trace FILE`: the trace that an operation tells at its end is kept from the screen and written to the file, also when
// the operation failed. That it cannot be written is said, and decides nothing: what was done is done.

import { asOpError } from "../base/error.ts";
import type { Talk } from "../api/api.ts";
import type { Context } from "./command.ts";
import { filePath } from "./options.ts";

export const traceFile = filePath("write a trace of this run in FILE, for ui.perfetto.dev");

/** `file` undefined = `work` with the talk of the command, nothing else. */
export async function tracingTo<T>(
  { talk, writeOut, terminal }: Context,
  file: string | undefined,
  work: (talk: Talk) => Promise<T>,
): Promise<T> {
  if (file === undefined) return await work(talk);
  let text: string | null = null;
  let dropped = 0;
  const listening: Talk = {
    ...talk,
    tell(event) {
      if (event.type !== "traced") return talk.tell(event);
      ({ text, dropped } = event);
    },
  };
  const warn = (message: string): void => talk.tell({ type: "diagnostic", severity: "warning", message });
  try {
    return await work(listening);
  } finally {
    if (text !== null) {
      if (dropped > 0) warn(`the ${dropped} oldest spans found no room in the trace`);
      try {
        await writeOut(file, text);
        terminal.say(`the trace is in ${file}:  open it in ui.perfetto.dev`);
      } catch (error) {
        warn(`the trace was not written: ${asOpError(error).message}`);
      }
    }
  }
}
