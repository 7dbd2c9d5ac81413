// The door for people: argv in, exit status out. Global flags, help, one command, its errors as text or JSON. What a
// command needs from the rest of the product comes through `connect`, called only when an operation is.

import { asOpError, type OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import type { Configured } from "../base/config.ts";
import type { Who } from "../base/settings.ts";
import type { Invoke, Traffic } from "../api/api.ts";
import { splitGlobals, type Globals } from "./argv.ts";
import type { Context } from "./command.ts";
import { longFlags } from "./commands.ts";
import type { Invocation } from "./parse.ts";
import { openTerminal, type Streams, type Terminal } from "./terminal.ts";

export interface World extends Streams {
  /** For whom defaults are. */
  readonly who: Who;
  /** Operations for these settings; loaded and connected with the first call. `say`: why a daemon is not asked. */
  connect(configured: Configured, say: (why: string) => void): Operations;
  /** Serves as the daemon until a signal ends it. True: nothing was left running. */
  serve(configured: Configured): Promise<boolean>;
  /** Ends the process at once. */
  exit(status: number): void;
}
export interface Operations {
  readonly invoke: Invoke;
  /** Tells what went over the bus; null where nothing did. */
  close(): Promise<Traffic | null>;
}

/** Runs one command line. Resolves with its exit status; never rejects. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  if (argv[0] === "__complete") return await completeWords(argv.slice(1), world).catch(() => 0);
  try {
    const { globals, rest } = splitGlobals(argv, longFlags());
    if (globals.help || rest.length === 0) return await showHelp(rest, globals, roughTerminal(argv, world));
    const words = globals.version ? ["version"] : rest;
    const { parseCommand } = await import("./parse.ts");
    const invocation = await parseCommand(words);
    const { configure } = await import("./configure.ts");
    const configured = configure(globals, world.who, invocation.command.anyConfig === true);
    return await runCommand(invocation, globals, configured, world);
  } catch (error) {
    const json = argv.includes("--json") || argv.includes("-json");
    return await report(asOpError(error), roughTerminal(argv, world), json, false);
  }
}

async function runCommand(
  { command, flags, args }: Invocation,
  globals: Globals,
  configured: Configured,
  world: World,
): Promise<number> {
  const { color, noInput } = configured.config;
  const terminal = openTerminal(world, { color, input: !noInput, verbose: globals.verbose });
  const stream = command.streams === true;
  const operations = world.connect(configured, (why) => globals.verbose && terminal.say(`note: ${why}`));
  const leave = (error: OpError): void => {
    void report(error, terminal, globals.json, stream).then((status) => world.exit(status));
  };
  const { openTalk } = await import("./talk.ts");
  const talk = openTalk({ terminal, globals, stream, leave });
  try {
    if (globals.json && stream) terminal.print((await import("./views/event.ts")).STREAM_HEAD);
    const context: Context = {
      globals,
      terminal,
      talk,
      invoke: operations.invoke,
      readSources: async (files, format) =>
        (await import("./sources.ts")).readSources(() => world.stdin, files, format),
      help: async (topic) => (await import("./help.ts")).helpFor(topic, terminal.out),
      serve: () => {
        talk.close(); // its signals are the daemon's own
        return world.serve(configured);
      },
      writeOut: async (file, text) => (await import("./out.ts")).writeOut(file, text),
    };
    return await command.run(context, flags, ...args);
  } catch (error) {
    terminal.live("");
    return await report(asOpError(error), terminal, globals.json, stream);
  } finally {
    talk.close();
    const traffic = await operations.close();
    if (globals.verbose && traffic !== null)
      terminal.say((await import("./views/traffic.ts")).trafficText(traffic));
  }
}

/** Says what went wrong and gives the exit status. In a stream of JSON lines it is the last one. */
async function report(error: OpError, terminal: Terminal, json: boolean, stream: boolean): Promise<number> {
  const { errorJson, errorText } = await import("./views/error.ts");
  if (!json) terminal.say(errorText(error, terminal.err));
  else if (stream) terminal.print(errorJson(error));
  else terminal.say(errorJson(error));
  return error.exit;
}

async function showHelp(words: readonly string[], globals: Globals, terminal: Terminal): Promise<number> {
  const { helpFor, frontPage } = await import("./help.ts");
  if (globals.help || words.length > 0) terminal.print(helpFor(words, terminal.out));
  else terminal.print(frontPage(terminal.out));
  return 0;
}

/** Completions as lines `word<TAB>brief`. Never fails and never waits long: a person is at the prompt. */
async function completeWords(words: readonly string[], world: World): Promise<number> {
  const { completions } = await import("./complete.ts");
  const { globals } = splitGlobals(words.slice(0, -1), longFlags());
  const { configure } = await import("./configure.ts");
  const operations = world.connect(configure(globals, world.who, true), () => undefined);
  const signal = AbortSignal.timeout(LIMITS.completionDeadlineMs);
  const talk = { tell: () => undefined, ask: () => Promise.resolve(false), signal };
  const late = new Promise<readonly string[]>((resolve) => {
    signal.addEventListener("abort", () => resolve([]), { once: true });
  });
  const found = completions(words, async (kind, partial) => {
    const names = operations.invoke("complete", { kind, partial }, talk).then((reply) => reply.names);
    return await Promise.race([names, late]).catch(() => []);
  });
  const lines = await found.catch(() => []);
  world.stdout.write(lines.map((line) => `${line}\n`).join(""));
  await operations.close().catch(() => undefined);
  return 0;
}

const COLORS = ["always", "never"] as const;

/** For help, and for errors that come before the settings are known. */
function roughTerminal(argv: readonly string[], world: World): Terminal {
  const color = COLORS.find((choice) => choice === argv[argv.indexOf("--color") + 1]) ?? "auto";
  return openTerminal(world, {
    color,
    input: false,
    verbose: argv.includes("-v") || argv.includes("--verbose"),
  });
}
