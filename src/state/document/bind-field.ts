// One value of a document bound to its field: a reset, a reference to a secret, or a value in normal form. A secret's
// value that stands in a document is refused without being repeated, and its line is not shown.

import { plainOf, type Located } from "../../base/text/text.ts";
import type { FieldSchema } from "../../plugin/plugin.ts";
import type { Address } from "../address.ts";
import type { DocumentFaults } from "./document-faults.ts";
import { isReset } from "./merge.ts";
import type { Wanted } from "../model.ts";

const REFERENCE = /^(?:env:[^=\0]+|file:\/[^\0]*|credential:[^/\0]+)$/;
const SECRET_HINT = 'write { secret = "env:NAME" }, "file:/PATH" or "credential:NAME"';

/** null = a fault was added (OPD2005, OPD2008, OPD2009). */
export function bindField(
  field: FieldSchema,
  located: Located,
  address: Address,
  faults: DocumentFaults,
): Wanted | null {
  const { at } = located;
  if (located.value === null || isReset(located.value)) return reset(field, located, address, faults);
  const reference = referenceOf(located);
  if (field.secret) {
    if (reference !== null && REFERENCE.test(reference)) return { value: plainOf(located), reset: false, at };
    const message = `${field.name} is a secret: a document holds only a reference to it`;
    faults.add("OPD2009", at, message, { address, hint: SECRET_HINT, blind: true });
    return null;
  }
  if (reference !== null && REFERENCE.test(reference)) {
    faults.add("OPD2009", at, `${field.name} is no secret`, { address, hint: "write the value itself" });
    return null;
  }
  const normal = field.normalise(plainOf(located));
  if ("value" in normal) return { value: normal.value, reset: false, at };
  faults.add("OPD2005", at, `${field.name}: ${normal.fault}`, { address, hint: normal.hint });
  return null;
}

function reset(field: FieldSchema, { at }: Located, address: Address, faults: DocumentFaults): Wanted | null {
  const writable = field.writable || field.createOnly;
  if (writable && field.default !== undefined) return { value: field.default, reset: true, at };
  const message = writable
    ? `${field.name} has no default to go back to`
    : `${field.name} is read-only: it cannot be reset`;
  faults.add("OPD2008", at, message, {
    address,
    hint: writable ? "write the value that it shall have" : "leave it out",
  });
  return null;
}

/** NAME of `{ secret = NAME }`; null if the value is something else. */
function referenceOf({ value }: Located): string | null {
  if (!(value instanceof Map) || value.size !== 1) return null;
  const reference = value.get("secret")?.value;
  return typeof reference === "string" ? reference : null;
}
