// A plugin folder as a Plugin. Name, service and bus come from plugin.toml; mapping.toml (or introspection.xml) is read
// and checked the first time anything else is asked, once. With a mapping the plugin is writable as far as the mapping
// goes; with an introspection alone it is generated and read-only. A mapping from elsewhere whose reads do not look
// like reads stays read-only until its digest is approved.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { OpError, throwFaults } from "../base/error.ts";
import { decodeText } from "../base/text/text.ts";
import { readIntrospection } from "../host/dbus/dbus.ts";
import { generatedPlugin } from "./generated.ts";
import type { Manifest } from "./manifest.ts";
import { loadMapping, mappedPlugin, needsApproval } from "./mapping/mapping.ts";
import type { Action, Change, Observed, Plugin, PluginContext, Probe, Scope, Schema } from "./plugin.ts";

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
    get checkpoint() {
      return open().checkpoint;
    },
    get refresh() {
      return open().refresh;
    },
    get repair() {
      return open().repair;
    },
    schema: async (ctx: PluginContext) => open().schema(ctx),
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
  const { mapping, faults } = loadMapping(file, text);
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
  const plugin = mappedPlugin(mapping, { source: directory });
  const doubtful = folder.isShipped || folder.approvals.has(mapping.digest) ? [] : needsApproval(mapping);
  return doubtful.length === 0 ? plugin : unapproved(plugin, doubtful);
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

/** The plugin without the reads nobody approved, and without any way to change something. */
function unapproved(plugin: Plugin, doubtful: readonly Probe[]): Plugin {
  const calls = doubtful.map(({ interface: name, member }) => `${name}.${member}`).join(", ");
  const reason = `read-only: the mapping calls ${calls} to read, which was not approved for its digest ${plugin.digest}`;
  const refuse = async (_ctx: PluginContext, group: readonly Action[]) =>
    group.map(() => ({ outcome: "failed" as const, reason, meaning: "denied" as const }));
  return {
    ...plugin,
    writable: false,
    probes: plugin.probes.filter((probe) => !doubtful.some((other) => isSameCall(other, probe))),
    checkpoint: null,
    schema: async (ctx) => readOnly(await plugin.schema(ctx), reason),
    plan: async (_ctx, _observed, changes) => ({
      actions: [],
      faults: changes.map((change) => ({ code: "OPD6059" as const, message: reason, change })),
    }),
    apply: refuse,
    undo: refuse,
  };
}

function isSameCall(a: Probe, b: Probe): boolean {
  return a.destination === b.destination && a.interface === b.interface && a.member === b.member;
}

function readOnly(schema: Schema, note: string): Schema {
  const closed = <T extends { readonly writable: boolean; readonly createOnly: boolean }>(
    fields: ReadonlyMap<string, T>,
  ) => new Map([...fields].map(([name, field]) => [name, { ...field, writable: false, createOnly: false }]));
  const resources = [...schema.resources].map(([name, resource]) => {
    const cannot = { canCreate: false, canDelete: false, canUpdate: false };
    return [name, { ...resource, ...cannot, fields: closed(resource.fields) }] as const;
  });
  return {
    ...schema,
    self: closed(schema.self),
    resources: new Map(resources),
    notes: [...schema.notes, note],
  };
}
