// A resource of a mapping against the properties and signals that the service has: fields, keys, conditions, and through
// live-call.ts all its calls.

import type { Position } from "../../../base/error.ts";
import { parseSingleType, type PropertyInfo } from "../../../host/dbus/dbus.ts";
import { formOf } from "../../value/field-form.ts";
import { typeRuleOf } from "../format/glob.ts";
import { checkFit } from "./fit.ts";
import { checkAction, checkLiterals, checkRecipe, checkSource } from "./live-call.ts";
import { memberOf, near, targetOf, type Live } from "./live.ts";
import type { Field, PropertyCondition, Read, Resource, SignalName } from "../model.ts";
import { elementOf, shapeOfField, shapeOfReference, type Around, type Shape } from "./shape.ts";

/** Reports every fault of a resource on this machine. */
export function checkResource(live: Live, resource: Resource): void {
  const around: Around = { resource };
  checkPlaces(live, resource);
  for (const source of resource.sources.values()) checkSource(live, resource, source, around);
  for (const read of [resource.key, resource.alias]) checkRead(live, resource, read);
  for (const reference of [resource.get, resource.candidate, resource.offers]) {
    if (reference !== null) shapeOfReference(live, reference, around);
  }
  if (resource.record !== null) {
    const { signature } = shapeOfReference(live, resource.record, around);
    if (signature !== null && !signature.startsWith("a{s")) {
      live.fault(resource.record.at, `"record" must be a dict, ${resource.record.text} is a ${signature}`);
    }
  }
  if (resource.list !== null) {
    const shape = shapeOfReference(live, resource.list, around);
    if (shape.signature !== null && elementOf(shape).signature === null) {
      live.fault(resource.list.at, `"list" must be a list, ${resource.list.text} is a ${shape.signature}`);
    }
  }
  for (const condition of [...resource.absent, ...resource.pending])
    checkCondition(live, resource, condition);
  for (const signal of resource.changed) checkSignal(live, resource, signal);
  const { create, delete: remove, write, refresh, repair } = resource;
  for (const recipe of [create, remove, write, refresh, repair, ...resource.recipes.values()]) {
    checkRecipe(live, recipe, around);
  }
  for (const field of resource.fields.values()) checkField(live, resource, field);
}

/** The paths of the places that are used, where they come from a source or item. */
function checkPlaces(live: Live, resource: Resource): void {
  for (const name of new Set([resource.place, resource.object])) {
    const place = live.mapping.places.get(name);
    const path = place?.path;
    if (path?.kind !== "reference") continue;
    checkFit(live, path, "o", `the path of [at.${name}]`, { resource });
    // every item has to have its own object: here an absent interface is no variety
    const interfaces = live.view.spots.get(targetOf(live.mapping, name).spot);
    if (
      interfaces === undefined ||
      interfaces === null ||
      place?.interfaces.some((one) => interfaces.has(one))
    )
      continue;
    live.fault(
      place?.at ?? resource.at,
      `no item of this kind has the interface ${place?.interfaces.join(" or ")}`,
      near(place?.interfaces[0] ?? "", interfaces.keys()),
    );
  }
}

function checkField(live: Live, resource: Resource, field: Field): void {
  const what = `field "${field.name}"`;
  const property = checkRead(live, resource, field.read);
  const shape = shapeOfField(live, resource, field);
  const { write, check } = field;
  const around: Around = { resource, field };
  if (check !== null && check.in !== null && "root" in check.in) {
    const allowed = shapeOfReference(live, check.in, around);
    if (allowed.signature !== null && elementOf(allowed).signature === null) {
      live.fault(check.in.at, `"in" of ${what} must be a list, ${check.in.text} is a ${allowed.signature}`);
    }
  }
  checkForm(live, resource, field, shape, what);
  switch (write.kind) {
    case "property":
      if (property !== null && property.access === "read") {
        live.fault(
          write.at,
          `${what}: the property ${property.name} cannot be set, so "write = true" is not possible`,
        );
      }
      return checkAction(live, write.action, write.at);
    case "recipe":
      return checkRecipe(live, write.recipe, around);
    case "when":
      checkCases(live, field, shape, what);
      for (const recipe of write.cases.values()) checkRecipe(live, recipe, around);
      return;
    case "elements":
      if (shape.signature !== null && elementOf(shape).signature === null) {
        live.fault(write.at, `${what} has "add" or "remove", but it is a ${shape.signature}, not a list`);
      }
      checkRecipe(live, write.add, around);
      return checkRecipe(live, write.remove, around);
    case "all":
    case "record":
    case "read-only":
  }
}

/** Gives the property where it is one that can be looked at. */
function checkRead(live: Live, resource: Resource, read: Read | null): PropertyInfo | null {
  switch (read?.kind) {
    case "property": {
      const property = propertyOf(live, resource, read);
      if (property?.access === "write") live.fault(read.at, `the property ${read.property} cannot be read`);
      return property;
    }
    case "reference":
      shapeOfReference(live, read.reference, { resource });
      return null;
    case "source":
      checkSource(live, resource, read.source, { resource });
      return null;
    case "record":
    case "none":
    case "all":
    case undefined:
      return null;
  }
}

const NUMERIC = "ynqiuxtd";

/** Values, unit, text, default and allowed values against the wire type. */
function checkForm(live: Live, resource: Resource, field: Field, shape: Shape, what: string): void {
  const { signature } = shape;
  if (signature === null || signature === "v") return;
  for (const named of field.values) checkLiterals(live, named.wire, signature, `"${named.name}" of ${what}`);
  const type = parseSingleType(signature);
  if (field.unit !== null && !NUMERIC.includes(type.code)) {
    live.fault(field.at, `${what} has the unit "${field.unit}", but it is a ${signature}, not a number`);
  }
  if (field.text !== null) {
    const inner = type.code === "a" ? type.children[0] : type;
    const { length } = field.text.parts;
    // a struct (or a list of texts, which can have any length), or "key=value" texts
    const fits =
      inner?.code === "("
        ? inner.children.length === length
        : type.signature === "as"
          ? length === 2
          : inner?.signature === "as";
    if (!fits) {
      live.fault(field.text.at, `${what}: "${field.text.text}" does not fit a ${signature}`);
    }
  }
  if (field.check?.pattern !== null && field.check?.pattern !== undefined && !"sogv".includes(type.code)) {
    live.fault(field.check.at, `${what} has a pattern, but it is a ${signature}, not a text`);
  }
  const form = formOf({
    signature,
    values: field.values,
    unit: field.unit,
    scale: field.scale,
    text: field.text,
    typeAt: (path) => {
      const rule = typeRuleOf(resource.types, [field.name, ...path].join("."));
      return rule === null
        ? undefined
        : rule.form === null
          ? rule.signature
          : `${rule.signature}:${rule.form}`;
    },
  });
  const allowed = Array.isArray(field.check?.in) ? field.check.in : [];
  for (const literal of field.default === null ? allowed : [field.default, ...allowed]) {
    const result = form.toWire(literal.value);
    if ("fault" in result) live.fault(literal.at, `${what}: ${result.fault}`);
  }
}

/** Without `values` the cases of `when` are values of the property itself. */
function checkCases(live: Live, field: Field, shape: Shape, what: string): void {
  if (field.write.kind !== "when" || field.values.length > 0 || shape.signature === null) return;
  for (const name of field.write.cases.keys()) {
    if (shape.signature === "s" || (shape.signature === "b" && (name === "true" || name === "false")))
      continue;
    live.fault(
      field.write.at,
      `${what}: "when ${name}" needs "values", the property is a ${shape.signature}`,
    );
  }
}

/** A property of the resource's object; null (and a fault) when it has none of that name. */
function propertyOf(
  live: Live,
  resource: Resource,
  { property, at }: { readonly property: string; readonly at: Position },
): PropertyInfo | null {
  return memberOf(live, targetOf(live.mapping, resource.object), "properties", property, at);
}

function checkCondition(live: Live, resource: Resource, condition: PropertyCondition): void {
  const property = propertyOf(live, resource, condition);
  if (property === null) return;
  const rule = typeRuleOf(resource.types, condition.property);
  const typeAt =
    rule?.form === null || rule === null ? undefined : (): string => `${rule.signature}:${rule.form}`;
  const form = formOf({ signature: property.signature, ...(typeAt === undefined ? {} : { typeAt }) });
  for (const { value, at } of condition.values) {
    const result = form.toWire(value);
    if ("fault" in result) live.fault(at, `${condition.property}: ${result.fault}`);
  }
}

function checkSignal(live: Live, resource: Resource, signal: SignalName): void {
  const { mapping, view } = live;
  if (signal.interface !== null) {
    const found = [...view.spots.values()].flatMap(
      (interfaces) => interfaces?.get(signal.interface ?? "") ?? [],
    );
    const [one] = found;
    if (one !== undefined && !one.signals.has(signal.member)) {
      live.fault(
        signal.at,
        `${signal.interface} has no signal "${signal.member}"`,
        near(signal.member, one.signals.keys()),
      );
    }
    return;
  }
  const targets = [resource.place, resource.object].map((place) => targetOf(mapping, place));
  const interfaces = targets.map(({ spot }) => view.spots.get(spot));
  for (const { spot } of targets) if (!view.spots.has(spot)) live.unproven(spot);
  if (interfaces.includes(undefined)) {
    // one of the two is known and has it: good. Otherwise the other may have it.
    return;
  }
  const known = targets.flatMap((target, at) =>
    target.interfaces.flatMap((name) => [...(interfaces[at]?.get(name)?.signals.keys() ?? [])]),
  );
  if (!known.includes(signal.member)) {
    live.fault(
      signal.at,
      `there is no signal "${signal.member}" at [at.${resource.place}]`,
      near(signal.member, known),
    );
  }
}
