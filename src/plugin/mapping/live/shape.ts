// What type a source or reference has on this machine, as far as introspection and the mapping's columns tell. A shape
// without a signature is not known: nothing is claimed about it.

import { parseSingleType, isSingleType } from "../../../host/dbus/dbus.ts";
import { typeRuleOf } from "../format/glob.ts";
import { flowTarget, memberOf, near, quiet, targetOf, type Live } from "./live.ts";
import type { Field, Read, Reference, Resource, Source } from "../model.ts";

export interface Shape {
  /** One complete type; null = unknown. */
  readonly signature: string | null;
  /** Of a row: its columns. */
  readonly columns?: ReadonlyMap<string, Shape>;
  /** Of a list of rows. */
  readonly element?: Shape;
}

const UNKNOWN: Shape = Object.freeze({ signature: null });

/** Where a reference stands, for those that mean something else in each place. */
export interface Around {
  readonly resource: Resource | null;
  /** `$value`, `$element`: the field that is written. */
  readonly field?: Field | null;
  /** `$reply`: types of the reply. */
  readonly reply?: readonly string[];
  /** `$changes` is a list of pairs. */
  readonly named?: boolean;
}

/** The type of a reference. A part that cannot be there is reported. */
export function shapeOfReference(live: Live, reference: Reference, around: Around): Shape {
  const { resource } = around;
  const { root, name, path } = reference;
  if (root === "interactive") return { signature: "b" };
  if (root === "timeout_s") return { signature: "u" };
  if (root === "reply") return shapeOfReply(live, reference, around.reply);
  if (resource === null) return UNKNOWN;
  switch (root) {
    case "key":
      return shapeOfRead(live, resource, resource.key);
    case "item":
      return follow(live, itemShape(live, resource), path, reference);
    case "source": {
      const source = resource.sources.get(name ?? "");
      return source === undefined
        ? UNKNOWN
        : follow(live, shapeOfSource(live, resource, source), path, reference);
    }
    case "record":
      return resource.record === null ? UNKNOWN : shapeOfReference(live, resource.record, around);
    case "changes":
      if (around.named === true) return { signature: "a(sv)" };
      return resource.record === null ? UNKNOWN : shapeOfReference(live, resource.record, around);
    case "want":
    case "now":
      return follow(live, namedField(live, resource, reference), path, reference);
    case "value":
      return around.field === null || around.field === undefined
        ? UNKNOWN
        : shapeOfField(live, resource, around.field);
    case "element":
      return elementShape(live, resource, around.field ?? null, path);
  }
}

/** The wire type of a field. */
export function shapeOfField(live: Live, resource: Resource, field: Field): Shape {
  if (field.read.kind === "record") {
    const rule = typeRuleOf(resource.types, field.name);
    return { signature: rule?.signature ?? null };
  }
  if (field.read.kind !== "all") return shapeOfRead(live, resource, field.read);
  const first = field.write.kind === "all" ? resource.fields.get(field.write.fields[0] ?? "") : undefined;
  return first === undefined || first.read.kind === "all" ? UNKNOWN : shapeOfRead(live, resource, first.read);
}

function shapeOfRead(live: Live, resource: Resource, read: Read | null): Shape {
  switch (read?.kind) {
    case "property": {
      const property = memberOf(
        quiet(live),
        targetOf(live.mapping, resource.object),
        "properties",
        read.property,
        read.at,
      );
      return { signature: property?.signature ?? null };
    }
    case "reference":
      return shapeOfReference(quiet(live), read.reference, { resource });
    case "source":
      return shapeOfSource(live, resource, read.source);
    case "record":
    case "none":
    case "all":
    case undefined:
      return UNKNOWN;
  }
}

/** What a source gives. Faults in it are reported where the source itself is checked. */
export function shapeOfSource(live: Live, resource: Resource, source: Source): Shape {
  const silent = quiet(live);
  const { mapping } = live;
  const target = targetOf(mapping, source.place, source.path);
  switch (source.fetch.kind) {
    case "objects":
      return listShape({ signature: "o" });
    case "of": {
      const other = mapping.resources.get(source.fetch.resource);
      return other === undefined || other === resource ? UNKNOWN : itemShape(live, other);
    }
    case "property": {
      const property = memberOf(silent, target, "properties", source.fetch.property, source.at);
      return property === null ? UNKNOWN : withColumns(property.signature, source);
    }
    case "call": {
      if (source.flow !== null) return rowsShape(silent, source.flow, source);
      const method = memberOf(silent, target, "methods", source.fetch.call, source.at);
      if (method === null) return UNKNOWN;
      const types = method.out.map(({ signature }) => signature);
      return withColumns(types.length === 1 ? (types[0] ?? "") : `(${types.join("")})`, source);
    }
  }
}

/** One item of a collection: an element of what its `list` gives. */
function itemShape(live: Live, resource: Resource): Shape {
  if (resource.list === null) return UNKNOWN;
  return elementOf(shapeOfReference(quiet(live), resource.list, { resource }));
}

/** Element of an array; anything else has none that is known. */
export function elementOf(shape: Shape): Shape {
  if (shape.element !== undefined) return shape.element;
  const type = typeOf(shape);
  return type?.code === "a" && type.children[0]?.code !== "{"
    ? { signature: type.children[0]?.signature ?? null }
    : UNKNOWN;
}

/** Goes down keys, columns and member numbers. */
function follow(live: Live, start: Shape, path: Reference["path"], reference: Reference): Shape {
  let shape = start;
  for (const part of path) {
    const next = step(shape, part);
    if (next === null) {
      const known = shape.columns?.keys() ?? [];
      live.fault(
        reference.at,
        `${reference.text}: "${part}" cannot be found in a ${shape.signature}`,
        near(String(part), known),
      );
      return UNKNOWN;
    }
    shape = next;
  }
  return shape;
}

function step(shape: Shape, part: string | number): Shape | null {
  const column = shape.columns?.get(String(part));
  if (column !== undefined) return column;
  const type = typeOf(shape);
  if (type === null || type.code === "v") return UNKNOWN;
  const [child] = type.children;
  if (type.code === "(" && typeof part === "number") {
    const member = type.children[part];
    return member === undefined ? null : { signature: member.signature };
  }
  if (type.code !== "a") return null;
  if (child?.code === "{") return { signature: child.children[1]?.signature ?? null };
  return typeof part === "number" ? elementOf(shape) : null;
}

function shapeOfReply(live: Live, reference: Reference, types: readonly string[] | undefined): Shape {
  if (types === undefined) return UNKNOWN;
  const [first, ...rest] = reference.path;
  if (first === undefined)
    return { signature: types.length === 1 ? (types[0] ?? null) : `(${types.join("")})` };
  const type = typeof first === "number" ? types[first] : undefined;
  if (type !== undefined) return follow(live, { signature: type }, rest, reference);
  live.fault(
    reference.at,
    `${reference.text}: the reply has ${types.length} argument${types.length === 1 ? "" : "s"}`,
  );
  return UNKNOWN;
}

/** `$want.F`: a declared field, a path of the record, or a property of the object. */
function namedField(live: Live, resource: Resource, reference: Reference): Shape {
  const field = resource.fields.get(reference.name ?? "");
  if (field !== undefined) return shapeOfField(live, resource, field);
  if (resource.record !== null) return UNKNOWN;
  const target = targetOf(live.mapping, resource.object);
  return {
    signature: memberOf(live, target, "properties", reference.name ?? "", reference.at)?.signature ?? null,
  };
}

function elementShape(live: Live, resource: Resource, field: Field | null, path: Reference["path"]): Shape {
  if (field === null) return UNKNOWN;
  const element = elementOf(shapeOfField(live, resource, field));
  const [part] = path;
  if (part === undefined) return element;
  const index = field.text?.parts.indexOf(String(part)) ?? -1;
  return index < 0 ? UNKNOWN : (step(element, index) ?? { signature: "s" });
}

/** Rows of a flow: columns by name, with the types of the first row signal that the flow has. */
function rowsShape(live: Live, flowName: string, source: Source): Shape {
  const rows = live.mapping.flows.get(flowName)?.rows ?? new Map<string, readonly string[]>();
  for (const [signal, columns] of rows) {
    const info = memberOf(live, flowTarget(live.mapping, flowName), "signals", signal, source.at);
    const types =
      info === null
        ? null
        : rowTypes(
            info.args.map(({ signature }) => signature),
            columns.length,
          );
    if (types === null) continue;
    const row = rowShape(`(${types.join("")})`, types, columns, source);
    return source.one ? row : listShape(row);
  }
  return UNKNOWN;
}

/** Types of the columns of a row signal: its arguments, or the members of the structs of its only one. */
export function rowTypes(args: readonly string[], count: number): readonly string[] | null {
  if (args.length === count) return args;
  const type =
    args.length === 1 && args[0] !== undefined && isSingleType(args[0]) ? parseSingleType(args[0]) : null;
  const struct = type?.code === "a" ? type.children[0] : undefined;
  const members = struct?.code === "(" ? struct.children : [];
  return members.length === count ? members.map(({ signature }) => signature) : null;
}

function withColumns(signature: string, source: Source): Shape {
  const { columns, one } = source;
  const type = isSingleType(signature) ? parseSingleType(signature) : null;
  const struct = type?.code === "a" ? type.children[0] : type;
  if (struct?.code !== "(" || columns === null) {
    return one && type?.code === "a" ? elementOf({ signature }) : { signature };
  }
  const row = rowShape(
    struct.signature,
    struct.children.map((child) => child.signature),
    columns,
    source,
  );
  return type === struct || one ? row : { signature, element: row };
}

function rowShape(
  signature: string,
  types: readonly string[],
  columns: readonly string[],
  source: Source,
): Shape {
  const named = new Map<string, Shape>(
    columns.map((column, at) => [column, { signature: types[at] ?? null }]),
  );
  for (const form of source.parts.values())
    for (const part of form.parts) named.set(part, { signature: "s" });
  return { signature, columns: named };
}

function listShape(element: Shape): Shape {
  return { signature: element.signature === null ? null : `a${element.signature}`, element };
}

function typeOf(shape: Shape): ReturnType<typeof parseSingleType> | null {
  return shape.signature !== null && isSingleType(shape.signature) ? parseSingleType(shape.signature) : null;
}
