// Probes of values bound to the schemas of their plugins: the address leads to a field that can be read, and what it
// shall be is in normal form. The other kinds need no schema. Pure.

import { nearest } from "../../base/nearest.ts";
import type { FieldSchema, Schema } from "../../plugin/plugin.ts";
import { parseAddress, type Address } from "../address.ts";
import { namesHint, type DocumentFaults } from "./document-faults.ts";
import type { Probe } from "../probe.ts";

type ValueProbe = Extract<Probe, { readonly kind: "value" }>;

/** Faults: OPD2003, OPD2004, OPD2005, OPD2130. */
export function bindProbes(
  probes: readonly Probe[],
  schemas: ReadonlyMap<string, Schema>,
  installed: readonly string[],
  faults: DocumentFaults,
): readonly Probe[] {
  return probes.map((probe) => (probe.kind === "value" ? bound(probe, schemas, installed, faults) : probe));
}

function bound(
  probe: ValueProbe,
  schemas: ReadonlyMap<string, Schema>,
  installed: readonly string[],
  faults: DocumentFaults,
): Probe {
  const { at } = probe;
  const address = parseAddress(probe.address);
  const schema = schemas.get(address.plugin);
  if (schema === undefined) {
    const hint = namesHint(nearest(address.plugin, installed), []);
    faults.add("OPD2003", at, `no plugin ${JSON.stringify(address.plugin)} here`, { address, hint });
    return probe;
  }
  const fields = fieldsAt(schema, address);
  const field = fields?.get(address.field!);
  if (field === undefined) {
    const open = address.resource !== null && schema.resources.get(address.resource)?.openFields === true;
    const names = [...(fields?.keys() ?? schema.resources.keys())];
    const hint = namesHint(nearest(address.field!, names), names);
    if (!open)
      faults.add("OPD2004", at, `${schema.plugin} has nothing at ${probe.address}`, { address, hint });
    return probe;
  }
  if (field.secret || !field.readable) {
    const why = field.secret ? "is a secret" : "cannot be read";
    faults.add("OPD2130", at, `${probe.address} ${why}, so nobody can ask what it is`, { address });
    return probe;
  }
  const normal = field.normalise(probe.is);
  if ("value" in normal) return { ...probe, is: normal.value };
  faults.add("OPD2005", at, normal.fault, { address, hint: normal.hint });
  return probe;
}

/** The field that an address of a probe leads to; undefined where its schema has none (fields of open records). */
export function fieldAt(schema: Schema | undefined, address: Address): FieldSchema | undefined {
  return schema === undefined ? undefined : fieldsAt(schema, address)?.get(address.field!);
}

function fieldsAt(schema: Schema, { resource }: Address): ReadonlyMap<string, FieldSchema> | undefined {
  return resource === null ? schema.self : schema.resources.get(resource)?.fields;
}
