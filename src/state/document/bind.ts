// A raw document bound to the schemas of its plugins: each name is one that exists, each value is in normal form. What
// only the machine can say (is there such an item, can it be created) is left to the plan. Pure; all faults at once.

import { createHash } from "node:crypto";
import type { Fault } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import type { Located } from "../../base/text/text.ts";
import type { Schema } from "../../plugin/plugin.ts";
import type { Address } from "../address.ts";
import { bindField } from "./bind-field.ts";
import { bindProbes } from "./bind-probes.ts";
import { bindResource } from "./bind-resource.ts";
import { conflict, UNKNOWN_KEY, type RawDocument, type RawPlugin } from "./document.ts";
import { DocumentFaults, namesHint } from "./document-faults.ts";
import type { Document, DocumentSource, Wanted, WantedPlugin, WantedResource } from "../model.ts";

/**
 * `schemas`: by plugin name, at least those that the document names and that exist; `installed` names all there are,
 * for hints. The document is null if there is any fault: OPD2002 to OPD2009, OPD2130, see codes.ts.
 */
export function bindDocument(
  raw: RawDocument,
  schemas: ReadonlyMap<string, Schema>,
  sources: readonly DocumentSource[],
  installed: readonly string[] = [...schemas.keys()],
): { readonly document: Document | null; readonly faults: readonly Fault[] } {
  const faults = new DocumentFaults(sources);
  const plugins = new Map<string, WantedPlugin>();
  for (const [name, plugin] of raw.plugins) {
    const schema = schemas.get(name);
    if (schema !== undefined) plugins.set(name, bindPlugin(name, plugin, schema, faults));
    else {
      const near = nearest(name, installed);
      const hint = near === null ? "op-dbus plugin list" : namesHint(near, installed);
      const address = { plugin: name, resource: null, key: null, field: null };
      faults.add("OPD2003", plugin.at, `no plugin ${JSON.stringify(name)} here`, { address, hint });
    }
  }
  const probes = bindProbes(raw.probes, schemas, installed, faults);
  const found = faults.sorted();
  if (found.length > 0) return { document: null, faults: found };
  return {
    document: Object.freeze({ version: 1, plugins, probes, sources, digest: digestOf(sources) }),
    faults: found,
  };
}

function bindPlugin(plugin: string, raw: RawPlugin, schema: Schema, faults: DocumentFaults): WantedPlugin {
  const self = new Map<string, Wanted>();
  const resources = new Map<string, WantedResource>();
  for (const [name, values] of raw.entries) {
    const [first] = values;
    if (name === UNKNOWN_KEY || first === undefined) continue;
    const resource = schema.resources.get(name);
    const field = schema.self.get(name);
    const address = { plugin, resource: null, key: null, field: name };
    if (resource !== undefined && (field === undefined || typeof first.value === "object")) {
      resources.set(name, bindResource(plugin, resource, values, faults));
    } else if (field !== undefined) {
      const wanted = bindField(field, oneOf(values, address, faults), address, faults);
      if (wanted !== null) self.set(name, wanted);
    } else {
      const names = [...schema.self.keys(), ...schema.resources.keys()];
      const hint = namesHint(nearest(name, names), names);
      faults.add("OPD2004", first.keyAt ?? first.at, `${plugin} has no ${JSON.stringify(name)}`, {
        address,
        hint,
      });
    }
  }
  return { plugin, self, resources, at: raw.at };
}

/** A field has one value: different ones of several files are a conflict. */
function oneOf(values: readonly Located[], address: Address, faults: DocumentFaults): Located {
  const [first, ...others] = values as readonly [Located, ...Located[]];
  for (const other of others) conflict(faults, address, first, other);
  return first;
}

/** hex SHA-256 over names, formats and texts in order: whatever is edited in a plan that carries them is noticed. */
function digestOf(sources: readonly DocumentSource[]): string {
  const hash = createHash("sha256");
  for (const { file, format, text } of sources) hash.update(JSON.stringify([file, format, text]));
  return hash.digest("hex");
}
