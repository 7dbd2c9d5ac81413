// What stands in argv before commands are looked at: global flags, wherever they are, and long flags with one dash.
// Pure. Everything behind `--` is left alone; what is not ours stays in place for the command's own parser.

import { OpError } from "../base/error.ts";

export interface Globals {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Settings given as flags, by the name they have in the configuration. */
  readonly settings: Readonly<Record<string, string | readonly string[]>>;
  /** Configuration file instead of the usual ones; null = the usual ones. */
  readonly configFile: string | null;
}

export interface GlobalFlag {
  readonly names: readonly string[];
  /** Placeholder of its value; null = a switch. */
  readonly value: string | null;
  readonly about: string;
}

/** The global flags as help and completion show them. */
export const GLOBAL_FLAGS: readonly GlobalFlag[] = [
  {
    names: ["--json"],
    value: null,
    about:
      "one object on stdout; apply, verify, commit, rollback, recover: one a line; errors as JSON on stderr",
  },
  { names: ["-q", "--quiet"], value: null, about: "only the data or the last line" },
  { names: ["-v", "--verbose"], value: null, about: "more: unchanged values, raw bus errors" },
  {
    names: ["--color"],
    value: "auto|always|never",
    about: "colour; auto looks at the terminal, NO_COLOR and FORCE_COLOR",
  },
  { names: ["--no-input"], value: null, about: "never ask; what needs a yes ends with exit 10" },
  { names: ["--bus"], value: "system|session|ADDRESS", about: "the bus to use" },
  { names: ["--state-dir"], value: "DIR", about: "where durable state lies" },
  { names: ["--config"], value: "FILE", about: "read this configuration instead of the usual files" },
  { names: ["--plugin-dir"], value: "DIR", about: "look for plugins there too; may be repeated" },
  { names: ["-h", "--help"], value: null, about: "help for the command" },
  { names: ["--version"], value: null, about: "the version" },
];

const COLORS = ["auto", "always", "never"];

/** Global flags taken out of `argv`; the rest in order. `longFlags` are the names commands know, without dashes: one
 * dash before them counts as two. Throws OPD9001 for a global flag without its value. */
export function splitGlobals(
  argv: readonly string[],
  longFlags: ReadonlySet<string>,
): { readonly globals: Globals; readonly rest: readonly string[] } {
  const switches = new Set<string>();
  const settings: Record<string, string | readonly string[]> = {};
  const pluginDirs: string[] = [];
  let configFile: string | null = null;
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === "--") {
      rest.push(...argv.slice(i));
      break;
    }
    const [name, given] = nameOf(arg, longFlags);
    const flag = GLOBAL_FLAGS.find((entry) => entry.names.includes(name));
    if (flag === undefined) {
      rest.push(
        name === "--auto-approve" && given === null ? "--auto-approve=needs-confirm" : joined(name, given),
      );
    } else if (flag.value === null) {
      if (given !== null) throw new OpError("OPD9001", `${name} takes no value`);
      switches.add(flag.names.at(-1)!);
    } else {
      const value = given ?? argv[++i];
      if (value === undefined) throw new OpError("OPD9001", `${name} needs a value: ${name} ${flag.value}`);
      if (name === "--color" && !COLORS.includes(value)) {
        throw new OpError("OPD9001", `--color is auto, always or never, not ${value}`);
      }
      if (name === "--config") configFile = value;
      else if (name === "--plugin-dir") pluginDirs.push(value);
      else settings[name.slice(2).replaceAll("-", "_")] = value;
    }
  }
  if (pluginDirs.length > 0) settings["plugin_dirs"] = pluginDirs;
  if (switches.has("--no-input")) settings["no_input"] = "true";
  return {
    globals: Object.freeze({
      json: switches.has("--json"),
      quiet: switches.has("--quiet"),
      verbose: switches.has("--verbose"),
      help: switches.has("--help"),
      version: switches.has("--version"),
      settings: Object.freeze(settings),
      configFile,
    }),
    rest,
  };
}

/** The flag's name with two dashes where it is a long one, and the value behind `=`, if any. */
function nameOf(arg: string, longFlags: ReadonlySet<string>): [name: string, value: string | null] {
  if (!arg.startsWith("-") || arg === "-") return [arg, null];
  const at = arg.indexOf("=");
  const name = at < 0 ? arg : arg.slice(0, at);
  const value = at < 0 ? null : arg.slice(at + 1);
  const bare = name.slice(1);
  const global = GLOBAL_FLAGS.some((flag) => flag.names.includes(`-${name}`));
  if (bare.length > 1 && !bare.startsWith("-") && (global || longFlags.has(bare))) return [`-${name}`, value];
  return [name, value];
}

function joined(name: string, value: string | null): string {
  return value === null ? name : `${name}=${value}`;
}
