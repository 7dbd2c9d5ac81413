// plugin.toml: what a plugin folder says of itself, read without touching the rest of the folder.
//
//   name = "hostname1"                      version = "1.0.0"      service = "org.freedesktop.hostname1"
//   bus = "system"                          description, license, source: text       dependencies = ["packagekit"]
//
// Manifests of the first generation (a [plugin] table with dbus_service, [capabilities], [config] ...) are read too:
// what still means something is taken over, every other key is named in a warning. All faults come at once.

import type { Fault, Position } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import { readText, type Located, type LocatedTable } from "../../base/text/text.ts";
import { isWellKnownName } from "../../host/dbus/dbus.ts";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly service: string;
  readonly bus: "system" | "session";
  readonly description: string;
  readonly license: string;
  /** Who made it: free text. */
  readonly source: string;
  /** Plugins that have to be there, too. */
  readonly dependencies: readonly string[];
}

export interface ManifestResult {
  readonly manifest: Manifest | null;
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const VERSION = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]{1,64})?$/;
const KEYS = ["name", "version", "service", "bus", "description", "license", "source", "dependencies"];
/** Keys and tables of the first generation: old [plugin] key -> its key now; "" = dropped. */
const OLD_TABLES = new Set(["plugin", "capabilities", "config", "metadata", "signature", "security"]);
const OLD_KEYS: ReadonlyMap<string, string> = new Map([
  ["name", "name"],
  ["version", "version"],
  ["source", "source"],
  ["description", "description"],
  ["dbus_service", "service"],
  ["author", ""],
  ["requires_root", ""],
  ["requires_proxmox", ""],
  ["dbus_interface", ""],
  ["dbus_path", ""],
  ["read_only", ""],
]);

/** Reads one manifest. Never throws for what it says. */
export function readManifest(file: string, text: string): ManifestResult {
  const { root, faults: broken } = readText(file, text, "toml");
  const faults: Fault[] = [...broken];
  const warnings: string[] = [];
  if (!(root?.value instanceof Map)) return { manifest: null, faults, warnings };
  const values = new Map<string, Located>();
  for (const [key, located] of root.value as LocatedTable) {
    if (OLD_TABLES.has(key)) takeOld(file, key, located, values, warnings);
    else if (KEYS.includes(key)) values.set(key, located);
    else faults.push(unknownKey(key, located));
  }
  const text1 = (key: string, isRight: (value: string) => boolean, expected: string): string => {
    const located = values.get(key);
    if (located === undefined) return "";
    if (typeof located.value === "string" && isRight(located.value)) return located.value;
    faults.push(fault(`${key} is ${expected}`, located.at));
    return "";
  };
  const any = (): boolean => true;
  const manifest: Manifest = {
    name: text1("name", (value) => NAME.test(value), "lower-case letters, digits, - and _, at most 64"),
    version: text1("version", (value) => VERSION.test(value), "a version such as 1.0.0"),
    service: text1("service", isWellKnownName, "a bus name such as org.example.Service1"),
    bus:
      text1("bus", (value) => value === "system" || value === "session", '"system" or "session"') ===
      "session"
        ? "session"
        : "system",
    description: text1("description", any, "text"),
    license: text1("license", any, "text"),
    source: text1("source", any, "text"),
    dependencies: dependenciesOf(file, values.get("dependencies"), faults, warnings),
  };
  for (const key of ["name", "version", "service"]) {
    if (!values.has(key)) faults.push(fault(`${key} is missing`, root.at));
  }
  return { manifest: faults.length === 0 ? manifest : null, faults, warnings };
}

function takeOld(
  file: string,
  table: string,
  located: Located,
  values: Map<string, Located>,
  warnings: string[],
): void {
  if (table !== "plugin" || !(located.value instanceof Map)) {
    warnings.push(`${file}: [${table}] is of the first generation and ignored`);
    return;
  }
  for (const [key, value] of located.value as LocatedTable) {
    const now = OLD_KEYS.get(key) ?? "";
    if (now === "") warnings.push(`${file}: plugin.${key} is of the first generation and ignored`);
    else if (!values.has(now)) values.set(now, value);
  }
  warnings.push(`${file}: [plugin] is of the first generation: its keys stand at the top now`);
}

/** A list of plugin names; the first generation had a table of lists. */
function dependenciesOf(
  file: string,
  located: Located | undefined,
  faults: Fault[],
  warnings: string[],
): readonly string[] {
  if (located === undefined) return [];
  let list = located;
  if (located.value instanceof Map) {
    for (const key of located.value.keys()) {
      if (key !== "plugins")
        warnings.push(`${file}: dependencies.${key} is of the first generation and ignored`);
    }
    const plugins = (located.value as LocatedTable).get("plugins");
    if (plugins === undefined) return [];
    list = plugins;
  }
  const names = Array.isArray(list.value) ? list.value.map((entry: Located) => entry.value) : null;
  if (names?.every((name) => typeof name === "string" && NAME.test(name))) return names as string[];
  faults.push(fault("dependencies is a list of plugin names", list.at));
  return [];
}

function unknownKey(key: string, located: Located): Fault {
  const near = nearest(key, KEYS);
  const base = fault(`unknown key ${JSON.stringify(key)}`, located.keyAt ?? located.at);
  return near === null ? base : { ...base, hint: `did you mean ${near}?` };
}

function fault(message: string, at: Position): Fault {
  return { code: "OPD6300", message, at };
}
