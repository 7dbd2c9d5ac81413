import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { openTerminal, wantsColor, type Streams } from "./terminal.ts";

const TTY = { isTTY: true };

function check(
  name: string,
  stream: object,
  env: Record<string, string>,
  choice: "auto" | "always" | "never",
  expected: boolean,
): void {
  test(`colour: ${name}`, () => assert.equal(wantsColor(stream, env, choice), expected));
}
check("a terminal", TTY, {}, "auto", true);
check("a pipe", {}, {}, "auto", false);
check("a dumb terminal", TTY, { TERM: "dumb" }, "auto", false);
check("NO_COLOR", TTY, { NO_COLOR: "1" }, "auto", false);
check("empty NO_COLOR says nothing", TTY, { NO_COLOR: "" }, "auto", true);
check("FORCE_COLOR in a pipe", {}, { FORCE_COLOR: "1" }, "auto", true);
check("FORCE_COLOR=0", TTY, { FORCE_COLOR: "0" }, "auto", false);
check("NO_COLOR before FORCE_COLOR", TTY, { NO_COLOR: "1", FORCE_COLOR: "1" }, "auto", false);
check("the flag before all", {}, { NO_COLOR: "1" }, "always", true);
check("the flag before all", TTY, { FORCE_COLOR: "1" }, "never", false);

/** Streams in memory, as far as a terminal uses them. */
function streams(members: object): { readonly streams: Streams; readonly written: () => string } {
  const make = (): NodeJS.WriteStream =>
    Object.assign(new PassThrough(), members) as unknown as NodeJS.WriteStream;
  const [stdin, stdout, stderr] = [make(), make(), make()];
  const written = (): string => `${String(stdout.read() ?? "")}|${String(stderr.read() ?? "")}`;
  return { streams: { stdin: stdin as unknown as NodeJS.ReadStream, stdout, stderr, env: {} }, written };
}

test("data and talk go their ways, each line ended", () => {
  const { streams: all, written } = streams({});
  const terminal = openTerminal(all, { color: "auto", input: true, verbose: false });
  terminal.print("data");
  terminal.print("");
  terminal.say("talk\n");
  assert.equal(written(), "data\n|talk\n");
});

test("without a terminal there is no live line, nobody is asked, and lines are 100 wide", () => {
  const { streams: all, written } = streams({});
  const terminal = openTerminal(all, { color: "auto", input: true, verbose: false });
  terminal.live("working");
  assert.equal(terminal.asks, false);
  assert.equal(terminal.out.width, 100);
  assert.equal(written(), "|");
});

test("a terminal's width is used, and --no-input keeps questions away", () => {
  const { streams: all } = streams({ isTTY: true, columns: 80 });
  assert.equal(openTerminal(all, { color: "auto", input: false, verbose: false }).asks, false);
  const terminal = openTerminal(all, { color: "auto", input: true, verbose: false });
  assert.deepEqual([terminal.asks, terminal.out.width], [true, 80]);
});
