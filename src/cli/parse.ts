// argv (without global flags) -> one command with its flags and arguments. The parser only parses: it records what was
// asked, and cli.ts runs it. What it cannot read is one OpError of kind usage, with the nearest name as its hint.

import {
  buildApplication,
  buildCommand,
  buildRouteMap,
  formatMessageForArgumentScannerError,
  proposeCompletions,
  run,
  text_en,
  ArgumentScannerError,
  type Application,
  type ApplicationText,
  type BaseFlags,
  type InputCompletion,
  type Command,
  type RouteMap,
  type TypedCommandParameters,
} from "@stricli/core";
import { OpError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import { aboutOf, COMMANDS, flagsOf, namesOf } from "./commands.ts";
import type { AnyCommand, ParseContext } from "./command.ts";

export interface Invocation {
  readonly command: AnyCommand;
  readonly flags: BaseFlags;
  readonly args: readonly string[];
}

type Found = (invocation: Invocation) => void;
type Routes = Record<string, Command<ParseContext> | RouteMap<ParseContext>>;

const silent = { write: () => undefined };
const noNames: ParseContext["names"] = () => Promise.resolve([]);

/** Throws OPD9001 for what no command takes. `words` must not be empty. */
export async function parseCommand(words: readonly string[]): Promise<Invocation> {
  knownCommand(words);
  const help = `op-dbus help ${commandOf(words)!.name}`;
  let found: Invocation | null = null;
  const problems: OpError[] = [];
  const app = application(
    (invocation) => (found = invocation),
    (problem) => problems.push(problem),
    help,
  );
  await run(app, words, { process: { stdout: silent, stderr: silent }, names: noNames });
  if (problems.length > 0) throw problems[0]!;
  if (found === null)
    throw new OpError("OPD9001", `${words.join(" ")} is not a whole command`, { hint: "op-dbus help" });
  return found;
}

/** What could stand at the end of `words` (the last one is unfinished). */
export async function complete(
  words: readonly string[],
  names: ParseContext["names"],
): Promise<readonly InputCompletion[]> {
  const app = application(
    () => undefined,
    () => undefined,
    "",
  );
  return await proposeCompletions(app, words, { process: { stdout: silent, stderr: silent }, names });
}

/** The command that leading words name (with its aliases), or null. */
function commandOf(words: readonly string[]): AnyCommand | null {
  const two = words.slice(0, 2).join(" ");
  const named = (name: string) =>
    COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name));
  return named(two) ?? named(words[0] ?? "") ?? null;
}

function knownCommand(words: readonly string[]): void {
  if (commandOf(words) !== null) return;
  const [first, second] = words as [string, string?];
  const all = COMMANDS.flatMap(namesOf);
  const verbs = all
    .filter((name) => name.startsWith(`${first} `))
    .map((name) => name.slice(first.length + 1));
  if (verbs.length > 0) {
    if (second === undefined) throw new OpError("OPD9001", `${first} needs one of: ${verbs.join(", ")}`);
    throw unknown(`${first} ${second}`, nearest(second, verbs), (name) => `${first} ${name}`);
  }
  const names = all.map((name) => name.split(" ")[0]!);
  if (first.startsWith("-")) throw new OpError("OPD9001", `unknown flag ${first}`, { hint: "op-dbus help" });
  throw unknown(first, nearest(first, [...new Set(names)]), (name) => name);
}

function unknown(typed: string, near: string | null, whole: (name: string) => string): OpError {
  const hint = near === null ? "op-dbus help" : `did you mean  op-dbus ${whole(near)}`;
  return new OpError("OPD9001", `unknown command ${typed}`, { hint });
}

function application(
  record: Found,
  problem: (error: OpError) => void,
  help: string,
): Application<ParseContext> {
  return buildApplication(routes(record), {
    name: "op-dbus",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    completion: { includeAliases: true },
    localization: { text: errorTexts(problem, help) },
  });
}

function routes(record: Found): RouteMap<ParseContext> {
  const top: Routes = {};
  const families = new Map<string, Routes>();
  for (const entry of COMMANDS) {
    for (const name of namesOf(entry)) {
      const [first, second] = name.split(" ") as [string, string?];
      if (second === undefined) top[first] = built(entry, record);
      else families.set(first, { ...families.get(first), [second]: built(entry, record) });
    }
  }
  for (const [name, members] of families) {
    // Alone, the name of a family is its command of that name, where there is one: `snapshots` beside `snapshots prune`.
    const own = top[name];
    top[name] = buildRouteMap<string, ParseContext>({
      routes: own === undefined ? members : { ...members, list: own },
      ...(own === undefined ? {} : { defaultCommand: "list" }),
      docs: { brief: `Commands about ${name}` },
    });
  }
  const hidden = COMMANDS.flatMap((entry) => (entry.hidden === true ? [[entry.name, true] as const] : []));
  return buildRouteMap<string, ParseContext>({
    routes: top,
    docs: { brief: "op-dbus", hideRoute: Object.fromEntries(hidden) },
  });
}

function built(entry: AnyCommand, record: Found): Command<ParseContext> {
  return buildCommand<BaseFlags, readonly string[], ParseContext>({
    // `command()` checked flags, arguments and function against each other when the table was written.
    parameters: entry.parameters as TypedCommandParameters<BaseFlags, readonly string[], ParseContext>,
    docs: { brief: aboutOf(entry) },
    func: (flags: BaseFlags, ...args: readonly string[]) => record({ command: entry, flags, args }),
  });
}

function errorTexts(problem: (error: OpError) => void, help: string): ApplicationText {
  const told = (error: unknown): string => {
    problem(usageError(error, help));
    return "";
  };
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input }) => told(unknown(input, null, (name) => name)),
    exceptionWhileParsingArguments: told,
    exceptionWhileRunningCommand: told,
  };
}

function usageError(error: unknown, help: string): OpError {
  if (error instanceof OpError) return error;
  if (!(error instanceof ArgumentScannerError)) throw error;
  let hint: string | undefined;
  const message = formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input }) => {
      hint = nearFlag(input);
      return `unknown flag --${input.replace(/^-+/, "")}`;
    },
    AliasNotFoundError: ({ input }) => `unknown flag -${input}`,
    ArgumentParseError: ({ exception, externalFlagNameOrPlaceholder: name }) => {
      if (!(exception instanceof OpError)) return `${name} is not understood`;
      ({ hint } = exception);
      // A placeholder is written in capitals; nobody typed it.
      return /^[A-Z]/.test(name) ? exception.message : `--${name}: ${exception.message}`;
    },
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `--${externalFlagName} is one of ${values.join(", ")}, not ${input}`,
    UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
    UnexpectedPositionalError: ({ input }) => `there is no place for ${input}`,
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is missing`,
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice`,
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => `--${externalFlagName} takes no value`,
  });
  return new OpError("OPD9001", message, { hint: hint ?? help });
}

function nearFlag(input: string): string | undefined {
  const all = new Set(COMMANDS.flatMap((entry) => [...flagsOf(entry).keys()]));
  const near = nearest(input.replace(/^-+/, ""), [...all]);
  return near === null ? undefined : `did you mean  --${near}`;
}
