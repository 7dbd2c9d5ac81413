// Which plugins there are: folders with plugin.toml and mapping.toml or introspection.xml, from the shipped mappings,
// /etc/op-dbus/plugins, the user's configuration directory and --plugin-dir. Only plugin.toml is read here; the rest
// of a folder when its plugin is used (plugin-folder.ts). The same name in two places is a fault and neither is used.
//
// Trust: shipped folders are part of the program. All others, and what is in them, must belong to the caller or root
// and be writable by nobody else; root takes only what belongs to root, and not the user's directory.

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { asOpError, type Fault } from "../../base/error.ts";
import { distrust, errnoOf, readTrusted } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { decodeText } from "../../base/text/text.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { pluginOfFolder, type FolderFiles } from "./plugin-folder.ts";
import type { Plugin } from "../plugin.ts";

export { generatedPlugin } from "../generated/generated.ts";
export { pluginNames } from "../generated/plugin-name.ts";

export interface PluginPlaces {
  readonly shippedDir: string | null;
  readonly systemDir: string | null;
  /** Not looked into for root. */
  readonly userDir: string | null;
  /** Each a plugin folder, or a directory of plugin folders. */
  readonly pluginDirs: readonly string[];
  /** Effective user id. */
  readonly uid: number;
  /** Digests of mappings whose unusual reads were approved. */
  readonly approvals: ReadonlySet<string>;
  /** Milliseconds of calls where a mapping gives none. Default LIMITS.callDeadlineMs. */
  readonly callDeadlineMs?: number;
}

export interface LoadedPlugins {
  /** By name, in name order. */
  readonly plugins: readonly Plugin[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

interface Candidate {
  readonly directory: string;
  readonly isShipped: boolean;
  readonly manifest: Manifest;
  readonly files: FolderFiles;
}

/** Every plugin that can be used, and why others cannot. Reads directories and plugin.toml files only. */
export async function loadPlugins(places: PluginPlaces): Promise<LoadedPlugins> {
  const { approvals, callDeadlineMs } = places;
  const faults: Fault[] = [];
  const warnings: string[] = [];
  const roots = [
    { directory: places.shippedDir, isShipped: true },
    { directory: places.systemDir, isShipped: false },
    { directory: places.uid === 0 ? null : places.userDir, isShipped: false },
    ...places.pluginDirs.map((directory) => ({ directory, isShipped: false, isNamed: true })),
  ];
  const found = new Map<string, Candidate[]>();
  for (const root of roots) {
    for (const directory of foldersIn(root, places.uid, faults)) {
      const candidate = readFolder(directory, root.isShipped, places.uid, faults, warnings);
      if (candidate === null) continue;
      const { name } = candidate.manifest;
      found.set(name, [...(found.get(name) ?? []), candidate]);
    }
  }
  const plugins: Plugin[] = [];
  for (const [name, candidates] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = candidates;
    if (candidates.length === 1 && first !== undefined) {
      plugins.push(pluginOfFolder({ ...first, approvals, callDeadlineMs }));
    } else {
      const where = candidates.map(({ directory }) => directory).join(" and ");
      faults.push({ code: "OPD6301", message: `the plugin ${name} is in ${where}; neither is used` });
    }
  }
  return { plugins, faults, warnings };
}

/** Plugin folders of a root; none where it does not exist, unless a person named it. */
function foldersIn(
  root: { readonly directory: string | null; readonly isShipped: boolean; readonly isNamed?: boolean },
  uid: number,
  faults: Fault[],
): readonly string[] {
  const { directory, isShipped, isNamed } = root;
  if (directory === null) return [];
  try {
    if (!isShipped && !isTrusted(directory, uid, faults)) return [];
    const entries = readdirSync(directory, { withFileTypes: true });
    if (entries.some(({ name }) => name === "plugin.toml")) return [directory];
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
    if (folders.length > LIMITS.pluginFoldersMax) {
      faults.push({
        code: "OPD6300",
        message: `${directory} has ${folders.length} folders; ${LIMITS.pluginFoldersMax} is the most`,
      });
      return [];
    }
    return folders.sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && isNamed !== true) return [];
    faults.push({
      code: "OPD6300",
      message: `the plugin directory ${directory} cannot be read: ${asOpError(error).message}`,
    });
    return [];
  }
}

function readFolder(
  directory: string,
  isShipped: boolean,
  uid: number,
  faults: Fault[],
  warnings: string[],
): Candidate | null {
  try {
    if (!isShipped && !isTrusted(directory, uid, faults)) return null;
    const names = readdirSync(directory);
    if (!names.includes("plugin.toml")) return null;
    const file = join(directory, "plugin.toml");
    const read = (path: string): Buffer =>
      isShipped ? readFileSync(path) : readTrusted(path, { uid, sizeBytesMax: LIMITS.pluginFileBytesMax });
    const text = decodeText(file, read(file));
    if ("fault" in text) {
      faults.push(text.fault);
      return null;
    }
    const { manifest, faults: own, warnings: said } = readManifest(file, text.text);
    faults.push(...own);
    warnings.push(...said);
    if (manifest === null) return null;
    const files = {
      hasMapping: names.includes("mapping.toml"),
      hasIntrospection: names.includes("introspection.xml"),
      read,
    };
    if (files.hasMapping || files.hasIntrospection) return { directory, isShipped, manifest, files };
    faults.push({ code: "OPD6300", message: `${directory} has neither mapping.toml nor introspection.xml` });
    return null;
  } catch (error) {
    const { code, message, hint } = asOpError(error);
    faults.push({
      code,
      message: `plugin folder ${basename(directory)}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
    return null;
  }
}

function isTrusted(directory: string, uid: number, faults: Fault[]): boolean {
  const stats = lstatSync(directory);
  const why = stats.isSymbolicLink() ? "it is a symbolic link" : distrust(stats, uid);
  if (why === null) return true;
  const owner = uid === 0 ? "root" : "you or root";
  faults.push({
    code: "OPD6302",
    message: `the plugin directory ${directory} is left out: ${why}`,
    hint: `it must belong to ${owner} and be writable by nobody else`,
  });
  return false;
}
