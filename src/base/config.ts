// Every setting of the product, and where its value comes from: flag, OP_DBUS_ variable, configuration file, drop-in,
// default, the first that has one. Pure over texts (config-files.ts reads them). All faults at once; with a fault the
// setting keeps its default, so that `config show` and `doctor` still work.

import type { Fault, Position } from "./error.ts";
import { nearest } from "./nearest.ts";
import type { Form, Given } from "./setting.ts";
import { SETTINGS, type Config, type Env, type Name, type Setting, type Who } from "./settings.ts";
import { plainOf, readText, snippetOf, type Plain } from "./text/text.ts";

export interface ConfigText {
  readonly file: string;
  readonly text: string;
}
export interface ConfigSources {
  /** Settings given as flags, by their name in files. */
  readonly flags: Readonly<Record<string, string | readonly string[]>>;
  readonly who: Who;
  /** Most important first: the configuration file, then drop-ins from the last to the first. */
  readonly files: readonly ConfigText[];
}
export interface Configured {
  readonly config: Config;
  /** Where each value is from: `--bus`, `OP_DBUS_BUS`, `/etc/op-dbus/op-dbus.toml:3`, `default`. */
  readonly origins: ReadonlyMap<Name, string>;
  readonly faults: readonly Fault[];
}

interface Candidate {
  readonly given: Given;
  readonly origin: string;
  readonly kind: "flag" | "variable" | "file";
  readonly at?: Position;
  readonly snippet?: string;
}

/** Faults: OPD1301, OPD1302, and those of base/text. */
export function loadConfig({ flags, who, files }: ConfigSources): Configured {
  const faults: Fault[] = [];
  const candidates = new Map<Name, Candidate[]>();
  const offer = (name: Name, candidate: Candidate): void => {
    candidates.set(name, [...(candidates.get(name) ?? []), candidate]);
  };
  fromFlags(flags, offer, faults);
  fromVariables(who.env, offer, faults);
  for (const file of files) fromFile(file, offer, faults);

  const origins = new Map<Name, string>();
  const values = NAMES.map((name): [Name, unknown] => {
    const { value, origin } = choose(
      SETTINGS[name] as Setting<unknown>,
      name,
      candidates.get(name) ?? [],
      who,
      faults,
    );
    origins.set(name, origin);
    return [name, value];
  });
  const config = Object.fromEntries(values) as Config;
  return { config: withUnixexec(config, candidates.get("bus")?.[0], faults), origins, faults };
}

const NAMES = Object.freeze(Object.keys(SETTINGS) as Name[]);
/** Name in files -> property. */
const BY_FILE_NAME: ReadonlyMap<string, Name> = new Map(NAMES.map((name) => [fileName(name), name]));

/** `call_deadline_ms` for `callDeadlineMs`. */
export function fileName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The value of a setting as a configuration file writes it. */
export function showSetting(config: Config, name: Name): string {
  return (SETTINGS[name].form as Form<unknown>).show(config[name]);
}

/** The most important candidate that is right; every wrong one is a fault. */
function choose(
  { form, fallback }: Setting<unknown>,
  name: Name,
  candidates: readonly Candidate[],
  who: Who,
  faults: Fault[],
): { readonly value: unknown; readonly origin: string } {
  let chosen: { value: unknown; origin: string } | null = null;
  for (const { given, origin, kind, at, snippet } of candidates) {
    const read = form.read(given, kind === "flag");
    if ("value" in read) chosen ??= { value: read.value, origin };
    else
      faults.push({
        code: "OPD1302",
        message: `${at === undefined ? origin : fileName(name)}: ${read.fault}`,
        ...(at === undefined ? {} : { at }),
        ...(snippet === undefined || form.hidden === true ? {} : { snippet }),
      });
  }
  if (chosen !== null) return chosen;
  const { value, origin = "default" } = fallback(who);
  return { value, origin };
}

type Offer = (name: Name, candidate: Candidate) => void;

function fromFlags(flags: ConfigSources["flags"], offer: Offer, faults: Fault[]): void {
  for (const [name, given] of Object.entries(flags)) {
    const known = BY_FILE_NAME.get(name);
    const origin = `--${name.replaceAll("_", "-")}`;
    if (known !== undefined) offer(known, { given, origin, kind: "flag" });
    else faults.push(unknownSetting(origin, name));
  }
}

/** OP_DBUS_NAME, else OPDBUS_NAME. A variable with a name near to a setting's is a slip; others are not ours. */
function fromVariables(env: Env, offer: Offer, faults: Fault[]): void {
  for (const prefix of ["OP_DBUS_", "OPDBUS_"]) {
    for (const [variable, given] of Object.entries(env)) {
      if (!variable.startsWith(prefix) || given === undefined || given === "") continue;
      const name = variable.slice(prefix.length).toLowerCase();
      const known = BY_FILE_NAME.get(name);
      if (known === "allowUnixexec") faults.push(notFromEnv(variable));
      else if (known !== undefined) offer(known, { given, origin: variable, kind: "variable" });
      else if (prefix === "OP_DBUS_" && nearest(name, BY_FILE_NAME.keys()) !== null)
        faults.push(unknownSetting(variable, name, prefix));
    }
  }
}

function fromFile({ file, text: content }: ConfigText, offer: Offer, faults: Fault[]): void {
  const { root, faults: found } = readText(file, content, "toml");
  faults.push(...found);
  if (!(root?.value instanceof Map)) return;
  for (const [name, located] of root.value) {
    const known = BY_FILE_NAME.get(name);
    const { at, keyAt = at } = located;
    if (known === undefined) {
      faults.push({ ...unknownSetting(name, name), at: keyAt, snippet: snippetOf(content, keyAt) });
      continue;
    }
    const given = givenOf(plainOf(located));
    offer(known, { given, origin: `${file}:${at.line}`, kind: "file", at, snippet: snippetOf(content, at) });
  }
}

/** What no form accepts becomes an empty text, which none accepts either. */
function givenOf(value: Plain): Given {
  if (Array.isArray(value))
    return (value as readonly Plain[]).map((entry) => (typeof entry === "string" ? entry : ""));
  return value === null || typeof value === "object" ? "" : (value as Given);
}

function unknownSetting(shown: string, name: string, prefix = ""): Fault {
  const near = nearest(name, BY_FILE_NAME.keys());
  const spelled = prefix === "" ? near : `${prefix}${near?.toUpperCase()}`;
  return {
    code: "OPD1301",
    message: `${shown} is no setting`,
    hint: near === null ? "op-dbus config show" : `did you mean ${spelled}?`,
  };
}

/** A program is started for an address only if a person wrote it as a flag or in a file, or allowed it there. */
function withUnixexec(config: Config, bus: Candidate | undefined, faults: Fault[]): Config {
  if (!/(?:^|;)unixexec:/.test(config.bus) || config.allowUnixexec) return Object.freeze(config);
  if (bus?.kind !== "variable") return Object.freeze({ ...config, allowUnixexec: true });
  faults.push(notFromEnv(bus.origin));
  return Object.freeze({ ...config, bus: "system" });
}

function notFromEnv(variable: string): Fault {
  return {
    code: "OPD1302",
    message: `${variable}: that an address starts a program is not taken from the environment`,
    hint: "give the address as --bus or in the configuration file",
  };
}
