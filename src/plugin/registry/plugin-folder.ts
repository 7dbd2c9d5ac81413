// A plugin folder as a Plugin. Name, service and bus come from plugin.toml; mapping.toml (or introspection.xml) is read
// and checked the first time anything else is asked, once. With a mapping the plugin is writable as far as the mapping
// goes; with an introspection alone it is generated and read-only. Resources of a mapping from elsewhere whose reads do
// not look like reads stay read-only until its digest is approved.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { OpError, throwFaults } from "../../base/error.ts";
import { decodeText } from "../../base/text/text.ts";
import { readIntrospection } from "../../host/dbus/dbus.ts";
import { generatedPlugin } from "../generated/generated.ts";
import type { Manifest } from "./manifest.ts";
import { doubtsOf, loadMapping, mappedPlugin, withoutWrites, type Mapping } from "../mapping/mapping.ts";
import type { Action, Change, Observed, Plugin, PluginContext, Probe, Scope } from "../plugin.ts";

export interface FolderFiles {
  readonly hasMapping: boolean;
  readonly hasIntrospection: boolean;
  /** Content of a file by its path. Throws OPD1201, OPD1202, OPD1203. */
  read(path: string): Buffer;
}

export interface PluginFolder {
  readonly directory: string;
  readonly isShipped: boolean;
  readonly manifest: Manifest;
  readonly files: FolderFiles;
  readonly approvals: ReadonlySet<string>;
  /** Of calls where the mapping gives none. */
  readonly callDeadlineMs?: number | undefined;
}

/** Members that need the folder's files throw OPD6100 (mapping) or OPD6300 with all faults, the first time and ever. */
export function pluginOfFolder(folder: PluginFolder): Plugin {
  const { name, service, bus } = folder.manifest;
  let opened: Plugin | null = null;
  const open = (): Plugin => (opened ??= openFolder(folder));
  return Object.freeze({
    name,
    origin: folder.files.hasMapping ? ("mapping" as const) : ("generated" as const),
    services: Object.freeze([service]),
    bus,
    source: folder.directory,
    get digest() {
      return open().digest;
    },
    get writable() {
      return open().writable;
    },
    get probes() {
      return open().probes;
    },
    get unapproved() {
      return open().unapproved ?? [];
    },
    get checkpoint() {
      return open().checkpoint;
    },
    get refresh() {
      return open().refresh;
    },
    get repair() {
      return open().repair;
    },
    schema: async (ctx: PluginContext, need?: Scope) => open().schema(ctx, need),
    observe: async (ctx: PluginContext, scope: Scope) => open().observe(ctx, scope),
    plan: async (ctx: PluginContext, observed: Observed, changes: readonly Change[]) =>
      open().plan(ctx, observed, changes),
    apply: async (ctx: PluginContext, group: readonly Action[]) => open().apply(ctx, group),
    undo: async (ctx: PluginContext, group: readonly Action[]) => open().undo(ctx, group),
    watch: async (ctx: PluginContext, scope: Scope, changed: () => void) => open().watch(ctx, scope, changed),
  });
}

function openFolder(folder: PluginFolder): Plugin {
  return folder.files.hasMapping ? openMapping(folder) : openIntrospection(folder);
}

function openMapping(folder: PluginFolder): Plugin {
  const { directory, manifest } = folder;
  const file = join(directory, "mapping.toml");
  const text = textOf(folder, file);
  const { mapping, faults } = loadMapping(file, text, folder.callDeadlineMs);
  if (mapping === null || faults.length > 0)
    throwFaults("OPD6100", `the mapping of ${manifest.name} is not valid`, faults);
  for (const [key, said, meant] of [
    ["name", mapping.plugin, manifest.name],
    ["service", mapping.service, manifest.service],
    ["bus", mapping.bus, manifest.bus],
  ] as const) {
    if (said !== meant)
      throw new OpError("OPD6300", `plugin.toml says ${key} = "${meant}", mapping.toml means "${said}"`, {
        where: directory,
      });
  }
  const doubts = folder.isShipped ? new Map() : doubtsOf(mapping);
  return doubts.size === 0 || folder.approvals.has(mapping.digest())
    ? mappedPlugin(mapping, { source: directory })
    : unapproved(mapping, doubts, directory);
}

function openIntrospection(folder: PluginFolder): Plugin {
  const { directory, manifest } = folder;
  const file = join(directory, "introspection.xml");
  const text = textOf(folder, file);
  const { node } = readIntrospection(text);
  const digest = createHash("sha256").update(text).digest("hex");
  const { name, service, bus } = manifest;
  return generatedPlugin({ name, service, bus, source: directory, digest, interfaces: node.interfaces });
}

function textOf(folder: PluginFolder, file: string): string {
  const text = decodeText(file, folder.files.read(file));
  if ("fault" in text) return throwFaults("OPD6300", `${file} cannot be read`, [text.fault]);
  return text.text;
}

/** The plugin without the reads nobody approved; what depends on them cannot be changed. */
function unapproved(
  mapping: Mapping,
  doubts: ReadonlyMap<string | null, readonly Probe[]>,
  source: string,
): Plugin {
  const plugin = mappedPlugin(withoutWrites(mapping, new Set(doubts.keys())), { source });
  const probes = [...new Map([...doubts.values()].flat().map((probe) => [callOf(probe), probe])).values()];
  const hint = `op-dbus plugin check ${mapping.plugin} --approve`;
  const notes = [...doubts].map(([resource, calls]) => {
    const what = resource === null ? mapping.plugin : `${mapping.plugin}:${resource}`;
    const names = [...new Set(calls.map(callOf))].join(", ");
    return `${what}: read-only: it is read by ${names}, which nobody approved (${hint})`;
  });
  return Object.freeze({
    ...plugin,
    probes: plugin.probes.filter((probe) => !probes.some((other) => callOf(other) === callOf(probe))),
    unapproved: probes,
    async schema(ctx: PluginContext, need?: Scope) {
      const schema = await plugin.schema(ctx, need);
      return { ...schema, notes: [...schema.notes, ...notes] };
    },
    async observe(ctx: PluginContext, scope: Scope) {
      try {
        return await plugin.observe(ctx, scope);
      } catch (error) {
        // The read-only connection did not send one of those calls.
        if (!(error instanceof OpError) || error.code !== "OPD3005") throw error;
        throw new OpError("OPD6305", `${mapping.plugin} cannot be read whole: ${error.message}`, {
          hint,
          cause: error,
        });
      }
    },
  });
}

function callOf({ interface: name, member }: Probe): string {
  return `${name}.${member}`;
}
