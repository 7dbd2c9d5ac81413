// An interface as a program writes it: one literal `as const` from which both the descriptor for exporting and the
// types of a proxy are made, so the two cannot disagree. Pure. The types are computed in signature-types.ts.

import { OpError } from "../../base/error.ts";
import type { Access, Argument, InterfaceInfo, PropertyInfo } from "./interface.ts";
import { isInterfaceName, isMemberName } from "./names.ts";
import { isSignature, isSingleType } from "./signature.ts";

/** Arguments as pairs of name and signature (one complete type each). */
export type ArgumentsLiteral = readonly (readonly [name: string, signature: string])[];

export interface MethodLiteral {
  readonly in?: ArgumentsLiteral;
  readonly out?: ArgumentsLiteral;
}
export interface PropertyLiteral {
  readonly type: string;
  readonly access: Access;
  /** When PropertiesChanged is sent; default "true". */
  readonly emits?: PropertyInfo["emits"];
}
export interface InterfaceLiteral {
  readonly name: string;
  readonly methods?: Readonly<Record<string, MethodLiteral>>;
  readonly signals?: Readonly<Record<string, ArgumentsLiteral>>;
  readonly properties?: Readonly<Record<string, PropertyLiteral>>;
}

/** The descriptor of a literal. Throws OPD3015 for an invalid name or signature. */
export function describeInterface(literal: InterfaceLiteral): InterfaceInfo {
  const { name, methods = {}, signals = {}, properties = {} } = literal;
  check(isInterfaceName(name), name, "is not an interface name");
  const none: ReadonlyMap<string, string> = new Map();
  return Object.freeze({
    name,
    methods: members(name, methods, (member, method) => ({
      name: member,
      in: argumentsOf(`${name}.${member}`, method.in ?? []),
      out: argumentsOf(`${name}.${member}`, method.out ?? []),
      annotations: none,
    })),
    signals: members(name, signals, (member, args) => ({
      name: member,
      args: argumentsOf(`${name}.${member}`, args),
      annotations: none,
    })),
    properties: members(name, properties, (member, { type, access, emits = "true" }) => {
      check(isSingleType(type), `${name}.${member}`, "has a type that is not one complete signature");
      return {
        name: member,
        signature: type,
        access,
        emits,
        annotations: emits === "true" ? none : new Map([[EMITS, emits]]),
      };
    }),
    annotations: none,
  });
}

/** The signature of the whole body. */
export function signatureOf(args: readonly Argument[]): string {
  return args.map(({ signature }) => signature).join("");
}

const EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal";

function members<T, R>(
  owner: string,
  literals: Readonly<Record<string, T>>,
  make: (name: string, literal: T) => R,
): ReadonlyMap<string, R> {
  return new Map(
    Object.entries(literals).map(([name, literal]) => {
      check(isMemberName(name), `${owner}.${name}`, "is not a member name");
      return [name, Object.freeze(make(name, literal))];
    }),
  );
}

function argumentsOf(where: string, args: ArgumentsLiteral): readonly Argument[] {
  for (const [, signature] of args)
    check(isSingleType(signature), where, "has an argument with no single type");
  check(isSignature(args.map(([, signature]) => signature).join("")), where, "has too long a signature");
  return Object.freeze(args.map(([name, signature]) => Object.freeze({ name, signature })));
}

function check(holds: boolean, where: string, what: string): void {
  if (!holds) throw new OpError("OPD3015", `${JSON.stringify(where)} ${what}`);
}
