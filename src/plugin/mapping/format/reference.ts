// From what a mapping says to templates and literals: `$...` is a reference, `$$` begins a text that begins with a
// dollar, `{ "$u" = 5 }` gives a type. Only the form is read here; whether a reference may stand where it stands is
// decided by placement.ts, when the whole mapping is known.

import type { Located } from "../../../base/text/text.ts";
import { isSingleType } from "../../../host/dbus/dbus.ts";
import type { DocTable, DocValue } from "../../plugin.ts";

import { ROOTS, type Literal, type Reference, type Root, type Template } from "../model.ts";
import { hintFor, isList, isTable, type FaultList } from "./read-keys.ts";

/** How the fields of the resource around a reference are named: `$want.` and `$now.` take the longest one. */
export interface FieldNames {
  readonly fields: ReadonlySet<string>;
  /** Paths of the record are fields without being declared. */
  readonly open: boolean;
}

const PART = /^[^\s.$"{}]+$/;
const WITH_FIELD: ReadonlySet<string> = new Set(["want", "now"]);
const WITHOUT_PATH: ReadonlySet<string> = new Set([
  "key",
  "value",
  "record",
  "changes",
  "interactive",
  "timeout_s",
]);

/** Reads `$...`; null for what is no reference (it is reported when it should be one). */
export function parseReference(
  text: string,
  located: Located,
  names: FieldNames,
  list: FaultList,
): Reference | null {
  const [head = "", ...rest] = text.slice(1).split(".");
  const { at } = located;
  if (
    !text.startsWith("$") ||
    !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(head) ||
    !rest.every((part) => PART.test(part))
  ) {
    const hint = text.startsWith("$") ? `a text that begins with a dollar is written "$${text}"` : undefined;
    list.add(at, `"${text}" is not a reference`, hint ?? 'references look like "$item" or "$zones.0"');
    return null;
  }
  const root: Root = ROOTS.find((one) => one === head) ?? "source";
  if (WITHOUT_PATH.has(root) && rest.length > 0) {
    list.add(at, `"$${head}" has no parts, so "${text}" means nothing`);
    return null;
  }
  if (!WITH_FIELD.has(root)) {
    return { root, name: root === "source" ? head : null, path: rest.map(pathPart), text, at };
  }
  if (rest.length === 0) {
    list.add(at, `"${text}" needs the name of a field, as in "${text}.Name"`);
    return null;
  }
  for (let length = rest.length; length > 0; length--) {
    const name = rest.slice(0, length).join(".");
    if (
      names.fields.has(name) ||
      (names.open && length === rest.length && !names.fields.has(rest[0] ?? ""))
    ) {
      return { root, name, path: rest.slice(length).map(pathPart), text, at };
    }
  }
  return { root, name: rest[0] ?? "", path: rest.slice(1).map(pathPart), text, at };
}

/** A key whose value has to be a reference. */
export function referenceOf(
  located: Located,
  what: string,
  names: FieldNames,
  list: FaultList,
): Reference | null {
  if (typeof located.value === "string") return parseReference(located.value, located, names, list);
  list.add(located.at, `${what} must be a reference such as "$item"`);
  return null;
}

/** A value with holes. Faults are reported; what is wrong becomes an empty text. */
export function templateOf(located: Located, names: FieldNames, list: FaultList): Template {
  const { value, at } = located;
  if (typeof value === "string") {
    if (value.startsWith("$$")) return { kind: "constant", value: value.slice(1), at };
    if (!value.startsWith("$")) return { kind: "constant", value, at };
    const reference = parseReference(value, located, names, list);
    return reference === null ? { kind: "constant", value: "", at } : { kind: "reference", reference, at };
  }
  if (isList(value)) return { kind: "list", items: value.map((item) => templateOf(item, names, list)), at };
  if (isTable(value)) {
    const signature = typeOf(value);
    if (signature === null) {
      const entries = [...value].map(([key, entry]) => [key, templateOf(entry, names, list)] as const);
      return { kind: "table", entries: new Map(entries), at };
    }
    const [[key, inner] = ["", located]] = value;
    checkType(key, inner, list);
    return { kind: "typed", signature, value: templateOf(inner, names, list), at };
  }
  if (value === null) {
    list.add(at, "null is no value on the bus");
    return { kind: "constant", value: "", at };
  }
  return { kind: "constant", value, at };
}

/** A value without holes: a `$` is only allowed as `$$`, or as the key that gives a type. */
export function literalOf(located: Located, list: FaultList): Literal {
  return { value: literalValue(located, list), at: located.at };
}

function literalValue(located: Located, list: FaultList): DocValue {
  const { value, at } = located;
  if (typeof value === "string") {
    if (value.startsWith("$$")) return value.slice(1);
    if (value.startsWith("$"))
      list.add(at, `no reference may stand here: "${value}"`, `a text is written "$${value}"`);
    return value;
  }
  if (isList(value)) return value.map((item) => literalValue(item, list));
  if (!isTable(value)) return value;
  const [[key, inner] = ["", located]] = value;
  if (typeOf(value) !== null) checkType(key, inner, list);
  const table: Record<string, DocValue> = Object.create(null);
  for (const [name, entry] of value) table[name] = literalValue(entry, list);
  return table satisfies DocTable;
}

/** The signature of a `{ "$..." = x }`; null for any other table. */
function typeOf(table: ReadonlyMap<string, Located>): string | null {
  const [key] = table.keys();
  return table.size === 1 && key?.startsWith("$") === true ? key.slice(1) : null;
}

function checkType(key: string, inner: Located, list: FaultList): void {
  const signature = key.slice(1);
  if (isSingleType(signature)) return;
  list.add(inner.keyAt ?? inner.at, `"${key}" gives no type: "${signature}" is not one D-Bus signature`);
}

function pathPart(text: string): string | number {
  return /^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : text;
}

/** Every reference in a template, in order. */
export function referencesIn(template: Template): readonly Reference[] {
  switch (template.kind) {
    case "constant":
      return [];
    case "reference":
      return [template.reference];
    case "typed":
      return referencesIn(template.value);
    case "list":
      return template.items.flatMap(referencesIn);
    case "table":
      return [...template.entries.values()].flatMap(referencesIn);
  }
}

/** The names that a source may not bear. */
export function checkSourceName(name: string, located: Located, list: FaultList): void {
  const at = located.keyAt ?? located.at;
  if (ROOTS.some((root) => root === name))
    list.add(at, `a source cannot be called "${name}": $${name} has a meaning`);
  else if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) {
    list.add(at, `"${name}" cannot be the name of a source`, hintFor(name, []));
  }
}
