// Is a document's value allowed here? The mapping's own bounds, and what the service itself lists (`in` with a
// reference): a wrong time zone is refused before anything is sent.

import { nearest } from "../../../base/nearest.ts";
import { equalDoc } from "../../equal.ts";
import type { DocValue } from "../../plugin.ts";
import type { Check, Field } from "../model.ts";
import { elementsOf } from "./source.ts";
import type { Subject } from "./subject.ts";
import { textOf } from "./term.ts";

export interface ValueFault {
  readonly message: string;
  readonly hint?: string;
}

/** null: allowed, as far as that can be known. Throws what reading the list throws. */
export async function valueFault(
  subject: Subject,
  field: Field,
  value: DocValue,
): Promise<ValueFault | null> {
  const { check } = field;
  if (check === null) return null;
  for (const each of field.write.kind === "elements" && Array.isArray(value)
    ? (value as readonly DocValue[])
    : [value]) {
    const fault = pureFault(field, check, each) ?? (await listFault(subject, check, each));
    if (fault !== null) return fault;
  }
  return null;
}

/** What needs no reading: pattern, bounds, a list in the mapping. Names of the field's `values` stand outside bounds. */
export function pureFault(field: Field, check: Check, value: DocValue): ValueFault | null {
  if (check.pattern !== null && typeof value === "string" && !check.pattern.matches(value)) {
    return { message: `${quoted(value)} does not have the form ${check.pattern.text}` };
  }
  if ((typeof value === "number" || typeof value === "bigint") && !isNamed(field, value)) {
    if (check.min !== null && value < check.min) return { message: `${value} is less than ${check.min}` };
    if (check.max !== null && value > check.max) return { message: `${value} is more than ${check.max}` };
  }
  if (!Array.isArray(check.in)) return null;
  const allowed = (check.in as readonly { readonly value: DocValue }[]).map((literal) => literal.value);
  if (allowed.some((each) => equalDoc(each, value, "value"))) return null;
  return { message: `${quoted(value)} is not one of ${allowed.map(quoted).join(", ")}` };
}

function isNamed(field: Field, value: DocValue): boolean {
  return field.values.some((name) => name.document === value);
}

async function listFault(subject: Subject, check: Check, value: DocValue): Promise<ValueFault | null> {
  const { in: list } = check;
  if (list === null || Array.isArray(list) || !("root" in list) || typeof value !== "string") return null;
  const names = elementsOf(await subject.look(list)).flatMap((element) => textOf(element) ?? []);
  if (names.length === 0 || names.includes(value)) return null;
  const near = nearest(value, names);
  const message = `${quoted(value)} is not one of the ${names.length} values that the service lists`;
  return near === null ? { message } : { message, hint: `did you mean ${near}?` };
}

function quoted(value: DocValue): string {
  return JSON.stringify(typeof value === "bigint" ? String(value) : value);
}
