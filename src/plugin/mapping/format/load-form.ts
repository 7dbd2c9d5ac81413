// The small languages of a field: `"{port}/{protocol}"`, enumerations, checks, typed globs, conditions on properties.

import type { Located } from "../../../base/text/text.ts";
import { isMemberName, isSingleType } from "../../../host/dbus/dbus.ts";

import type { Check, Effects, Literal, NamedValue, PropertyCondition, TextForm, TypeRule } from "../model.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import {
  hintFor,
  isList,
  listOf,
  numberAt,
  openTable,
  requireKeys,
  textAt,
  textOf,
  type FaultList,
  type Keys,
} from "./read-keys.ts";
import { literalOf, referenceOf, type FieldNames } from "./reference.ts";

/** `"{name};{version}"`: at least one part, no two without something between them, no name twice. */
export function parseTextForm(located: Located, what: string, list: FaultList): TextForm | null {
  const text = textOf(located, what, list);
  if (text === null) return null;
  const { at } = located;
  const pieces = text.split(/\{([A-Za-z_][A-Za-z0-9_-]*)\}/);
  const parts = pieces.filter((_, index) => index % 2 === 1);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  const problem =
    parts.length === 0
      ? 'names no part, as in "{name};{version}"'
      : literals.some((piece) => /[{}]/.test(piece))
        ? "has a brace that is not part of a {name}"
        : literals.slice(1, -1).includes("")
          ? "has two parts with nothing between them"
          : new Set(parts).size < parts.length
            ? "names a part twice"
            : null;
  if (problem !== null) {
    list.add(at, `${what}: "${text}" ${problem}`);
    return null;
  }
  return { text, parts, before: literals.slice(0, -1), after: literals.at(-1) ?? "", at };
}

/** `{ name = wire | [wire, ...] | "*" }`. */
export function valuesOf(keys: Keys): readonly NamedValue[] {
  const entry = keys.entries.get("values");
  const table = entry === undefined ? null : openTable(entry, `"values" in ${keys.what}`, null, keys.list);
  const named: NamedValue[] = [];
  for (const [name, located] of table?.entries ?? []) {
    const rest = located.value === "*";
    const wire = rest ? [] : isList(located.value) ? located.value : [located];
    if (isList(located.value) && wire.length === 0) {
      keys.list.add(
        located.at,
        `"${name}" in "values" stands for nothing`,
        "an empty list on the wire is [[]]",
      );
    }
    const document = name === "true" ? true : name === "false" ? false : name;
    const literals = wire.map((one) => literalOf(one, keys.list));
    named.push({ name, document, wire: literals, rest, at: located.keyAt ?? located.at });
  }
  return named;
}

/** `check = { pattern, min, max, in }`. */
export function checkOf(keys: Keys, names: FieldNames): Check | null {
  const entry = keys.entries.get("check");
  const check =
    entry === undefined
      ? null
      : openTable(entry, `"check" in ${keys.what}`, ["pattern", "min", "max", "in"], keys.list);
  if (check === null || entry === undefined) return null;
  const allowed = check.entries.get("in");
  if (check.entries.size === 0) keys.list.add(entry.at, `${check.what} checks nothing`);
  return {
    pattern: patternAt(check),
    min: numberAt(check, "min"),
    max: numberAt(check, "max"),
    in:
      allowed === undefined
        ? null
        : isList(allowed.value)
          ? allowed.value.map((one) => literalOf(one, keys.list))
          : referenceOf(allowed, `"in" in ${check.what}`, names, keys.list),
    at: entry.keyAt ?? entry.at,
  };
}

function patternAt(check: Keys): Pattern | null {
  const text = textAt(check, "pattern");
  if (text === null) return null;
  const pattern = compilePattern(text);
  if (!("fault" in pattern)) return pattern;
  check.list.add(
    check.entries.get("pattern")?.at ?? check.at,
    `the pattern "${text}" cannot be used: ${pattern.fault}`,
  );
  return null;
}

const FORMS = ["path", "text", "mac"] as const;

/** `types = { "ay:path" = [globs] }`. */
export function typesOf(keys: Keys): readonly TypeRule[] {
  const entry = keys.entries.get("types");
  const table = entry === undefined ? null : openTable(entry, `"types" in ${keys.what}`, null, keys.list);
  const rules: TypeRule[] = [];
  for (const [key, located] of table?.entries ?? []) {
    const at = located.keyAt ?? located.at;
    const [signature = "", formText] = key.split(":");
    const form = FORMS.find((one) => one === formText) ?? null;
    if (!isSingleType(signature)) keys.list.add(at, `"${key}" in "types" is not one D-Bus signature`);
    else if (formText !== undefined && form === null) {
      keys.list.add(at, `"${formText}" is no form of bytes`, hintFor(formText, FORMS));
    } else if (form !== null && !signature.endsWith("ay")) {
      keys.list.add(at, `"${key}" in "types": only bytes (ay, aay) have a form`);
    }
    for (const member of listOf(located, `"${key}" in "types"`, keys.list)) {
      const glob = textOf(member, `a glob of "${key}" in "types"`, keys.list);
      if (glob !== null) rules.push({ glob, signature, form, at: member.at });
    }
  }
  return rules;
}

/** `absent = { PROPERTY = [values] }`. */
export function conditionsOf(keys: Keys, key: string): readonly PropertyCondition[] {
  const entry = keys.entries.get(key);
  const table = entry === undefined ? null : openTable(entry, `"${key}" in ${keys.what}`, null, keys.list);
  return [...(table?.entries ?? [])].map(([property, located]) => {
    const at = located.keyAt ?? located.at;
    if (!isMemberName(property)) keys.list.add(at, `"${property}" in "${key}" is no property name`);
    return { property, values: literalsOf(located, `"${property}" in "${key}"`, keys.list), at };
  });
}

/** `effects = { column, create, update, delete }`. */
export function effectsOf(keys: Keys): Effects | null {
  const entry = keys.entries.get("effects");
  const what = `"effects" in ${keys.what}`;
  const table =
    entry === undefined ? null : openTable(entry, what, ["column", "create", "update", "delete"], keys.list);
  if (table === null || entry === undefined) return null;
  requireKeys(table, "column");
  const values = (key: string): readonly Literal[] => {
    const located = table.entries.get(key);
    return located === undefined ? [] : literalsOf(located, `"${key}" in ${what}`, keys.list);
  };
  return {
    column: textAt(table, "column") ?? "",
    create: values("create"),
    update: values("update"),
    delete: values("delete"),
    at: entry.keyAt ?? entry.at,
  };
}

export function literalsOf(located: Located, what: string, list: FaultList): readonly Literal[] {
  return listOf(located, what, list).map((one) => literalOf(one, list));
}
