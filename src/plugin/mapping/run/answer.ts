// The body of a message, a reply's or a signal's, as what a mapping says of it: its arguments, what `$reply` walks, and
// the values that mean success. Pure.

import { Variant, type DBusValue } from "../../../host/dbus/dbus.ts";
import { splitTypes } from "../../value/signature.ts";
import { toWire } from "../../value/value.ts";
import type { Literal } from "../model.ts";
import { bodyTerm, sameWire, walk, type Term } from "./term.ts";

/** The body of a reply: what `$reply` walks. */
export interface Answer {
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

/** A reply with one argument is that value, with several a struct of them; a number first always counts arguments. */
export function walkReply(reply: Answer | null, path: readonly (string | number)[]): Term | undefined {
  if (reply === null) return undefined;
  const [first, ...rest] = path;
  const arg = typeof first === "number" ? argsOf(reply)[first] : bodyTerm(reply.signature, reply.body);
  return arg === undefined ? undefined : walk(arg, typeof first === "number" ? rest : path);
}

/** Each argument at its type. */
export function argsOf(message: Answer): readonly Variant[] {
  return splitTypes(message.signature).map((type, at) => new Variant(type, message.body[at] ?? ""));
}

/** Is the value one of these literals, read at its own signature? */
export function isOneOf(value: Variant | undefined, literals: readonly Literal[]): boolean {
  if (value === undefined) return false;
  return literals.some((literal) => {
    const wire = toWire(value.signature, literal.value);
    return "wire" in wire && sameWire(wire.wire, value.value);
  });
}
