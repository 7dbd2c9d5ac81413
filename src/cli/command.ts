// What a command is: its words, flags, examples and exit statuses as data, and one function that calls operations and
// hands what they say to a view. Commands touch neither process nor console: everything comes with the context.

import type { BaseFlags, CommandContext, FlagParametersForType, TypedCommandParameters } from "@stricli/core";
import type { Invoke, OperationName, SourceText, Talk } from "../api/api.ts";
import type { Globals } from "./argv.ts";
import type { Terminal } from "./terminal.ts";

/** What a command runs with. */
export interface Context {
  readonly globals: Globals;
  readonly terminal: Terminal;
  readonly invoke: Invoke;
  /** Shows events of a run as text or JSON lines, asks the person, carries Ctrl-C. */
  readonly talk: Talk;
  /** Documents from files; "-" is standard input, JSON unless `format` says otherwise. Throws OPD1201, OPD1203. */
  readSources(files: readonly string[], format?: "json" | "toml"): Promise<SourceText[]>;
  /** A page of help. Throws OPD9001 for a topic that is none. */
  help(words: readonly string[]): Promise<string>;
  /** Serves as the daemon until a signal ends it. True: nothing was left running. */
  serve(): Promise<boolean>;
  /** A file that the person named, whole or not at all. Throws OPD1204. */
  writeOut(file: string, text: string): Promise<void>;
}

/** What parsing runs with: live names for completion. */
export interface ParseContext extends CommandContext {
  names(kind: "bus-name" | "plugin" | "address", partial: string): Promise<readonly string[]>;
}

type Words = readonly (string | undefined)[];

export interface CommandSpec<FLAGS extends BaseFlags = BaseFlags, ARGS extends Words = readonly string[]> {
  /** Words of the command: "plan", "plugin create". */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The operation it mainly is; its sentence is the command's. null: `about` says it. */
  readonly operation: OperationName | null;
  readonly about?: string;
  /** A paragraph or two beyond the sentence. */
  readonly more?: string;
  readonly usage: string;
  readonly parameters: TypedCommandParameters<FLAGS, ARGS, ParseContext>;
  /** Left out of the list of commands. */
  readonly hidden?: boolean;
  readonly exits: readonly Exit[];
  readonly examples: readonly Example[];
  /** With --json it prints one object a line, the first of type version. */
  readonly streams?: boolean;
  /** Runs with a faulty configuration too: it is there to tell. */
  readonly anyConfig?: boolean;
  run(context: Context, flags: FLAGS, ...args: ARGS): Promise<number>;
}
export type Exit = readonly [status: number, meaning: string];
export type Example = readonly [command: string, what: string];

/** A command whose own flag and argument types are settled and forgotten: what tables and parser hold. */
export interface AnyCommand extends Omit<CommandSpec, "parameters" | "run"> {
  readonly parameters: {
    readonly flags?: FlagParametersForType<BaseFlags, ParseContext>;
    readonly aliases?: Readonly<Record<string, string>>;
    readonly positional?: unknown;
  };
  run(context: Context, flags: BaseFlags, ...args: readonly string[]): Promise<number>;
}

/** Checks the types of one command's flags, arguments and function against each other. */
export function command<FLAGS extends BaseFlags = Record<never, never>, ARGS extends Words = []>(
  spec: CommandSpec<FLAGS, ARGS>,
): AnyCommand {
  // The parser hands `run` exactly what `parameters` declares; the types that prove it end here.
  return Object.freeze(spec) as unknown as AnyCommand;
}
