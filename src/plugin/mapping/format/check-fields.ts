// What can be wrong with one field without a bus: names that contradict each other, `when` without a name, `all` over
// what is not alike, defaults and bounds that can never hold.

import { equalDoc } from "../../equal.ts";
import type { DocValue } from "../../plugin.ts";
import { normaliseQuantity } from "../../value/unit-form.ts";
import type { Check, Field, Resource } from "../model.ts";
import { hintFor, type FaultList } from "./read-keys.ts";

/** Words of the document that stand among the fields of an item. */
const RESERVED: ReadonlySet<string> = new Set(["ensure", "exclusive", "max_removals"]);

/** Reports every fault of the fields of a resource. */
export function checkFields(resource: Resource, list: FaultList): void {
  for (const field of resource.fields.values()) {
    const what = `field "${field.name}"`;
    if (RESERVED.has(field.name)) list.add(field.at, `${what} has the name of a word of the document`);
    if (field.unit !== null && field.text !== null)
      list.add(field.at, `${what} cannot have a "unit" and a "text"`);
    if (field.read.kind === "none" && field.write.kind === "read-only" && resource.create === null) {
      list.add(field.at, `${what} can neither be read nor written`);
    }
    checkValues(field, what, list);
    checkBounds(field, what, list);
    if (field.write.kind === "when") checkWhen(field, what, list);
    if (field.write.kind === "all") checkAll(resource, field, what, list);
    if (field.default !== null) {
      const problem = problemOf(field, field.default.value);
      if (problem !== null)
        list.add(
          field.default.at,
          `the default of ${what} ${problem}`,
          hintFor(String(field.default.value), names(field)),
        );
    }
  }
}

function checkValues(field: Field, what: string, list: FaultList): void {
  const rest = field.values.filter((value) => value.rest);
  if (rest.length > 1) list.add(rest[1]?.at ?? field.at, `${what} has two names for all other values`);
  const seen = new Map<string, string>();
  for (const { name, wire } of field.values) {
    for (const { value, at } of wire) {
      const identity = JSON.stringify(value, (_, part: unknown) =>
        typeof part === "bigint" ? `${part}n` : part,
      );
      const twin = seen.get(identity);
      if (twin !== undefined) list.add(at, `in ${what}, "${name}" and "${twin}" stand for the same value`);
      seen.set(identity, name);
      const numeric =
        typeof value === "number" || typeof value === "bigint" || /^-?[0-9]+$/.test(String(value));
      if (field.unit !== null && !numeric)
        list.add(at, `${what} has a unit, so "${name}" must stand for a number`);
    }
  }
  if (field.unit !== null && rest.length > 0)
    list.add(field.at, `${what} has a unit: "*" cannot stand for all other numbers`);
}

function checkBounds(field: Field, what: string, list: FaultList): void {
  const { check } = field;
  if (check === null) return;
  if (check.min !== null && check.max !== null && check.min > check.max) {
    list.add(check.at, `${what}: "min" is more than "max", so no value is allowed`);
  }
  if (!Array.isArray(check.in)) return;
  if (check.in.length === 0) list.add(check.at, `${what}: "in" is empty, so no value is allowed`);
  for (const { value, at } of check.in) {
    const problem = problemOf({ ...field, check: { ...check, in: null } }, value);
    if (problem !== null)
      list.add(at, `a value of "in" of ${what} ${problem}`, hintFor(String(value), names(field)));
  }
}

function checkWhen(field: Field, what: string, list: FaultList): void {
  if (field.write.kind !== "when") return;
  const known = names(field);
  if (field.write.cases.size === 0) list.add(field.write.at, `${what}: "when" has no case`);
  for (const [name, recipe] of field.write.cases) {
    if (known.length === 0 || known.includes(name)) continue;
    const at = recipe.name === null ? recipe.at : field.write.at;
    list.add(
      at,
      `${what}: "when" has a case "${name}", which is not among its "values"`,
      hintFor(name, known),
    );
  }
}

function checkAll(resource: Resource, field: Field, what: string, list: FaultList): void {
  if (field.write.kind !== "all") return;
  const members: Field[] = [];
  if (field.write.fields.length === 0) list.add(field.at, `${what}: "all" names no field`);
  for (const name of field.write.fields) {
    const member = resource.fields.get(name);
    if (member === undefined) {
      list.add(
        field.at,
        `${what}: "all" names "${name}", which is no field`,
        hintFor(name, resource.fields.keys()),
      );
    } else if (member.write.kind === "all")
      list.add(field.at, `${what}: "all" names "${name}", which stands for others itself`);
    else if (member.write.kind === "read-only")
      list.add(field.at, `${what}: "all" names "${name}", which cannot be written`);
    else members.push(member);
  }
  const [first] = members;
  for (const member of members.slice(1)) {
    const difference = first === undefined ? null : differenceOf(first, member);
    if (difference !== null) {
      list.add(
        field.at,
        `${what} stands for "${first?.name}" and "${member.name}", which are not alike: ${difference}`,
      );
    }
  }
}

function differenceOf(one: Field, other: Field): string | null {
  if ((one.write.kind === "elements") !== (other.write.kind === "elements")) return "one is a set";
  if (one.text?.text !== other.text?.text) return 'their "text" differs';
  if (one.unit !== other.unit || one.scale !== other.scale) return 'their "unit" or "scale" differs';
  const [mine, theirs] = [one, other].map(({ values }) =>
    values.map(({ name, rest, wire }) => [name, rest, wire.map(({ value }) => value)]),
  );
  return equalDoc(mine ?? [], theirs ?? [], "value") ? null : 'their "values" differ';
}

/** Why a document value can never be one of this field; null = it can, as far as the mapping says. */
function problemOf(field: Field, value: DocValue): string | null {
  if (field.values.some((named) => named.document === value)) return null;
  if (field.unit !== null) {
    const quantity = normaliseQuantity(field.unit, value);
    if ("fault" in quantity) return `cannot be: ${quantity.fault}`;
    return field.check === null ? null : boundsProblem(field.check, quantity.value);
  }
  if (field.values.length > 0) return `is not among its "values": ${JSON.stringify(String(value))}`;
  if (field.check === null) return null;
  const bounds =
    typeof value === "number" || typeof value === "bigint" ? boundsProblem(field.check, value) : null;
  if (bounds !== null) return bounds;
  const { pattern, in: allowed } = field.check;
  if (pattern !== null && !(typeof value === "string" && pattern.matches(value)))
    return `does not match "${pattern.text}"`;
  if (Array.isArray(allowed) && !allowed.some((one) => equalDoc(one.value, value, "value")))
    return 'is not among the values of "in"';
  return null;
}

function boundsProblem(check: Check, value: number | bigint): string | null {
  if (check.min !== null && value < check.min) return `is less than ${check.min}`;
  return check.max !== null && value > check.max ? `is more than ${check.max}` : null;
}

function names(field: Field): readonly string[] {
  return field.values.map(({ name }) => name);
}
