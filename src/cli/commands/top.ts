// `op-dbus top`: what the daemon does, once a second until q or Ctrl-C; where there is no screen to draw on, one picture of
// its time so far.

import { OpError } from "../../base/error.ts";
import type { ReplyOf } from "../../api/api.ts";
import { command, type Context } from "../command.ts";
import type { Screen } from "../screen.ts";
import type { Look } from "../terminal.ts";
import type { Moment } from "../views/top.ts";

export const top = command({
  name: "top",
  operation: "metrics",
  usage: "op-dbus top",
  parameters: {},
  more: "Live in a terminal, with the rates of the last second; in a pipe, or on a terminal that cannot move its cursor (TERM=dumb), it prints once, with the rates since the daemon was started. q or Ctrl-C leaves it.",
  exits: [
    [0, "shown"],
    [75, "no daemon runs"],
  ],
  examples: [
    ["op-dbus top", "until q"],
    ["op-dbus top | head -4", "the daemon, its bus, its applies"],
  ],
  run,
});

/** Milliseconds between two looks. */
const EVERY_MS = 1000;
const LEAVE = ["q", "Q", "\u0003", "\u0004"];

async function run(context: Context): Promise<number> {
  const { topLines } = await import("../views/top.ts");
  const first = await look(context);
  const { terminal } = context;
  const screen = terminal.screen();
  if (screen === null) {
    terminal.print(`${topLines([first], terminal.out, Infinity).join("\n")}\n`);
    return 0;
  }
  try {
    await watch(context, screen, first, topLines);
  } finally {
    screen.close();
  }
  return 0;
}

/** What it counted, and when it was asked. */
async function look({ invoke, talk }: Context): Promise<Moment> {
  const reply: ReplyOf<"metrics"> = await invoke("metrics", { format: "readings" }, talk);
  if (!reply.daemon)
    throw new OpError("OPD9046", "no daemon runs here that could be watched", { hint: "op-dbus daemon" });
  return { reply, atMs: Date.now() };
}

async function watch(
  context: Context,
  screen: Screen,
  first: Moment,
  lines: (moments: readonly Moment[], look: Look, rows: number) => readonly string[],
): Promise<void> {
  const { talk, terminal } = context;
  let moments: readonly Moment[] = [first];
  const draw = (): void => {
    const { rows, columns } = screen.size();
    screen.draw(lines(moments, { ...terminal.out, width: columns, cut: true }, rows));
  };
  draw();
  while (!talk.signal.aborted) {
    const dueMs = moments.at(-1)!.atMs + EVERY_MS;
    const event = await screen.next(Math.max(0, dueMs - Date.now()), talk.signal);
    if (LEAVE.includes(event)) return;
    // As many as its line of bars shows.
    if (event === "") moments = [...moments, await look(context)].slice(-MOMENTS_MAX);
    draw();
  }
}

const MOMENTS_MAX = 25;
