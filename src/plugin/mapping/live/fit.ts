// Does what a mapping passes fit the type that the service expects? Literals are built as they would be sent, references
// are compared by type, with the conversions the runtime makes: integers among each other (range-checked when sent),
// texts among each other, a path or bytes at a file descriptor, anything in a variant.

import { parseSingleType, type Type } from "../../../host/dbus/dbus.ts";
import { kindOf } from "../../doc.ts";
import { toWire } from "../../value/value.ts";
import { constantOf } from "../format/check-static.ts";
import type { Live } from "./live.ts";
import type { Position } from "../../../base/error.ts";
import type { Template } from "../model.ts";
import { shapeOfReference, type Around } from "./shape.ts";

const INTEGERS = "ynqiuxt";
const TEXTS = "sog";

/** Reports where `template` cannot be a value of type `signature`. `what` names the argument in messages. */
export function checkFit(
  live: Live,
  template: Template,
  signature: string,
  what: string,
  around: Around,
): void {
  fit(parseSingleType(signature), template);

  function fit(type: Type, value: Template): void {
    switch (value.kind) {
      case "reference": {
        const shape = shapeOfReference(live, value.reference, around);
        if (shape.signature === null || converts(parseSingleType(shape.signature), type)) return;
        return wrong(value.at, `${value.reference.text} is a ${shape.signature}, expected ${type.signature}`);
      }
      case "constant":
      case "typed":
        return fitLiteral(type, value);
      case "list":
        return fitList(type, value);
      case "table":
        return fitTable(type, value);
    }
  }

  function fitLiteral(type: Type, value: Template): void {
    const literal = constantOf(value);
    if (literal === undefined) {
      if (value.kind !== "typed") return;
      if (type.code !== "v" && type.signature !== value.signature) {
        return wrong(value.at, `a ${value.signature} was given, expected ${type.signature}`);
      }
      return fit(parseSingleType(value.signature), value.value);
    }
    if (type.code === "h" && typeof literal === "string") {
      return literal.startsWith("/")
        ? undefined
        : wrong(value.at, `a file is opened here, so ${kindOf(literal)} must be a path`);
    }
    const result = toWire(type.signature, literal);
    if ("fault" in result) wrong(value.at, result.fault);
  }

  function fitList(type: Type, value: Template & { readonly kind: "list" }): void {
    const { items } = value;
    if (type.code === "(") {
      if (items.length !== type.children.length) {
        return wrong(
          value.at,
          `expected ${type.children.length} members (${type.signature}), found ${items.length}`,
        );
      }
      return items.forEach((item, at) => type.children[at] !== undefined && fit(type.children[at], item));
    }
    const [element] = type.children;
    if (type.code === "a" && element !== undefined && element.code !== "{")
      return items.forEach((item) => fit(element, item));
    if (type.code === "v" || type.code === "a") return fitLiteral(type, value);
    wrong(value.at, `expected a ${type.signature}, found a list`);
  }

  function fitTable(type: Type, value: Template & { readonly kind: "table" }): void {
    const [entry] = type.children;
    const inner = entry?.code === "{" ? entry.children[1] : undefined;
    if (type.code === "v")
      return wrong(value.at, 'a table in a variant needs its type, as in { "$a{sv}" = { ... } }');
    if (inner === undefined) return wrong(value.at, `expected a ${type.signature}, found a table`);
    for (const one of value.entries.values()) fit(inner, one);
  }

  function wrong(at: Position, problem: string): void {
    live.fault(at, `${what}: ${problem}`);
  }
}

/** Can the runtime make a `to` of every `from`, as far as types tell? */
function converts(from: Type, to: Type): boolean {
  if (from.signature === to.signature || from.code === "v" || to.code === "v") return true;
  if (INTEGERS.includes(from.code)) return INTEGERS.includes(to.code) || to.code === "d";
  if (TEXTS.includes(from.code)) return TEXTS.includes(to.code) || to.code === "h";
  if (from.signature === "ay") return to.code === "h";
  if (from.code !== to.code || from.children.length !== to.children.length) return false;
  return (
    from.children.length > 0 &&
    from.children.every((child, at) => {
      const other = to.children[at];
      return other !== undefined && converts(child, other);
    })
  );
}
