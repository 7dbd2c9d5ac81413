// Names of the types of associations, for programs; on the wire they are numbers. The compiler holds this table equal to
// the one of the memory.

import type { ASSOCIATION_TYPES } from "../../memory/model.ts";
import { OpError } from "../../base/error.ts";

const NUMBERS: typeof ASSOCIATION_TYPES = {
  semantic: 0,
  causal: 1,
  temporal: 2,
  hierarchical: 3,
  compositional: 4,
  "has-session": 10,
  "belongs-to-organization": 11,
  "has-role": 12,
  "has-permission": 13,
  "owns-conversation": 20,
  "has-message": 21,
  "authored-by": 22,
  "in-space": 23,
  "uses-knowledge-base": 30,
  "triggered-by": 40,
  "relates-to": 41,
};
export type AssociationName = keyof typeof NUMBERS;

export function associationNumber(name: AssociationName): number {
  return NUMBERS[name];
}

/** Throws OPD4501. */
export function associationName(number: number): AssociationName {
  const [name] = Object.entries(NUMBERS).find(([, one]) => one === number) ?? [];
  if (name === undefined) throw new OpError("OPD4501", `no type of associations has the number ${number}`);
  return name as AssociationName;
}
