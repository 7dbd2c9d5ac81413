// A field of a mapping in documents: its form for a given signature, what kind of value it is, and values that a
// document gives on their way to the wire. Record resources have fields nobody declared: those get the plain form
// with the mapping's `types`. Pure, cached for the life of the mapping.

import { OpError } from "../../../base/error.ts";
import { Variant } from "../../../host/dbus/dbus.ts";
import { isTable } from "../../doc.ts";
import { formOf, type FieldForm } from "../../value/field-form.ts";
import type { DocValue, FieldKind, Reading as Shown } from "../../plugin.ts";
import type { TypeAt } from "../../value/value.ts";
import { matchesAny, typeRuleOf } from "../format/glob.ts";
import type { Field, Resource } from "../model.ts";
import { isUnknown, type Raw } from "./reading.ts";
import type { Wish } from "./resolve.ts";

const forms = new WeakMap<Resource, Map<string, FieldForm>>();

/** The form of a field whose wire value has this signature. */
export function formFor(resource: Resource, name: string, signature: string): FieldForm {
  const cached = forms.get(resource) ?? new Map<string, FieldForm>();
  forms.set(resource, cached);
  const id = `${signature} ${name}`;
  const known = cached.get(id);
  if (known !== undefined) return known;
  const field = spelledBy(resource, resource.fields.get(name));
  const form = formOf({
    signature,
    typeAt: typesBelow(resource, name),
    plain: true,
    ...(field === undefined
      ? {}
      : { values: field.values, unit: field.unit, scale: field.scale, text: field.text }),
  });
  // Fields nobody declared come from the service: their names must not fill the memory.
  if (cached.size < 4096) cached.set(id, form);
  return form;
}

/** A field that stands for others is written as they are. They are alike: the checker sees to it. */
function spelledBy(resource: Resource, field: Field | undefined): Field | undefined {
  return field?.write.kind === "all" ? resource.fields.get(field.write.fields[0] ?? "") : field;
}

/** `types` for a field and what lies below it. */
function typesBelow(resource: Resource, name: string): TypeAt {
  return (path) => {
    const rule = typeRuleOf(resource.types, [name, ...path].join("."));
    if (rule === null) return undefined;
    return rule.form === null ? rule.signature : `${rule.signature}:${rule.form}`;
  };
}

export function kindOfField(field: Field | undefined, signature: string): FieldKind {
  if (field?.write.kind === "elements" || field?.write.kind === "all") return "set";
  if (field?.text !== null && field !== undefined && signature === "as") return "value";
  return signature.startsWith("a") && !signature.startsWith("a{") && signature !== "ay" ? "ordered" : "value";
}

export function isSecret(resource: Resource, name: string): boolean {
  return matchesAny(resource.secret, name);
}

/** A wire value as the document shows it. Secrets are the caller's to hide. */
export function shownAs(resource: Resource, name: string, raw: Raw): Shown {
  if (isUnknown(raw)) return { unknown: raw.unknown };
  return { known: formFor(resource, name, raw.signature).toDocument(raw.value) };
}

/** A document's value on its way to the wire. `type` is the field's own signature where it is known, `now` its value;
 * `reveal` turns the reference of a secret into its text, at the last moment. */
export function fieldWish(
  resource: Resource,
  name: string,
  doc: DocValue,
  type: string | null,
  now: Raw | undefined,
  reveal?: (reference: string) => string,
): Wish {
  return {
    doc,
    secret: isSecret(resource, name),
    wire(signature) {
      const reference = isTable(doc) ? doc["secret"] : undefined;
      const given =
        reveal !== undefined && typeof reference === "string" && isSecret(resource, name)
          ? reveal(reference)
          : doc;
      const target = signature === null || signature === "v" ? (type ?? plainType(given)) : signature;
      if (target === null) throw new OpError("OPD6052", `${name}: the type of this value is not known`);
      const there = now !== undefined && !isUnknown(now) && now.signature === target ? now.value : undefined;
      const result = formFor(resource, name, target).toWire(given, there);
      if ("fault" in result) throw new OpError("OPD6052", `${name}: ${result.fault}`);
      return new Variant(target, result.wire);
    },
  };
}

/** What a value is without anybody saying so: strings, booleans and lists of strings; the rest is never guessed. */
function plainType(doc: DocValue): string | null {
  if (typeof doc === "string") return "s";
  if (typeof doc === "boolean") return "b";
  if (Array.isArray(doc) && doc.length > 0 && doc.every((element) => typeof element === "string"))
    return "as";
  return null;
}
