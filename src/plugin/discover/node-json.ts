// Introspection as JSON, in a shape that any program can read and that keeps everything the XML says:
//
//   {"interfaces": [{"name", "methods": [{"name", "args": [{"name", "type", "direction"}]}],
//                    "properties": [{"name", "type", "access", "emits"}], "signals": [{"name", "args"}]}],
//    "children": ["name", ..]}                            + "annotations": {NAME: value} wherever there are some
//
// Reading it back checks every part: the file may have been edited.

import type { Access, Argument, InterfaceInfo, NodeInfo, PropertyInfo } from "../../host/dbus/dbus.ts";
import { isSingleType } from "../../host/dbus/dbus.ts";

interface ArgumentJson {
  readonly name: string;
  readonly type: string;
  readonly direction?: "in" | "out";
}
interface MemberJson {
  readonly name: string;
  readonly args: readonly ArgumentJson[];
  readonly annotations?: Readonly<Record<string, string>>;
}
interface PropertyJson {
  readonly name: string;
  readonly type: string;
  readonly access: Access;
  readonly emits: PropertyInfo["emits"];
  readonly annotations?: Readonly<Record<string, string>>;
}
export interface InterfaceJson {
  readonly name: string;
  readonly methods: readonly MemberJson[];
  readonly properties: readonly PropertyJson[];
  readonly signals: readonly MemberJson[];
  readonly annotations?: Readonly<Record<string, string>>;
}
export interface NodeJson {
  readonly interfaces: readonly InterfaceJson[];
  readonly children: readonly string[];
}

export function nodeToJson(node: NodeInfo): NodeJson {
  return { interfaces: Array.from(node.interfaces.values(), interfaceToJson), children: node.children };
}

export function interfaceToJson(info: InterfaceInfo): InterfaceJson {
  return {
    name: info.name,
    methods: Array.from(info.methods.values(), (method) => ({
      name: method.name,
      args: [
        ...method.in.map((arg) => argument(arg, "in")),
        ...method.out.map((arg) => argument(arg, "out")),
      ],
      ...annotations(method.annotations),
    })),
    properties: Array.from(info.properties.values(), (property) => ({
      name: property.name,
      type: property.signature,
      access: property.access,
      emits: property.emits,
      ...annotations(property.annotations),
    })),
    signals: Array.from(info.signals.values(), (signal) => ({
      name: signal.name,
      args: signal.args.map((arg) => ({ name: arg.name, type: arg.signature })),
      ...annotations(signal.annotations),
    })),
    ...annotations(info.annotations),
  };
}

/** null when the value has another shape, or holds a type that is none. */
export function nodeFromJson(json: unknown): NodeInfo | null {
  const node = json as Partial<NodeJson> | null;
  if (!Array.isArray(node?.interfaces) || !isTexts(node.children)) return null;
  const interfaces = node.interfaces.map(interfaceFromJson);
  if (interfaces.includes(null)) return null;
  return { interfaces: byName(interfaces as InterfaceInfo[]), children: node.children };
}

export function interfaceFromJson(json: unknown): InterfaceInfo | null {
  const info = json as Partial<InterfaceJson> | null;
  if (typeof info?.name !== "string") return null;
  const { methods, properties, signals } = info;
  if (!Array.isArray(methods) || !Array.isArray(properties) || !Array.isArray(signals)) return null;
  if (![...methods, ...signals].every(isMember) || !properties.every(isProperty)) return null;
  const side = (args: readonly ArgumentJson[], direction: "in" | "out") =>
    args.filter((arg) => arg.direction === direction).map(fromArgument);
  return {
    name: info.name,
    methods: byName(
      methods.map((m: MemberJson) => ({
        name: m.name,
        in: side(m.args, "in"),
        out: side(m.args, "out"),
        annotations: said(m),
      })),
    ),
    signals: byName(
      signals.map((s: MemberJson) => ({
        name: s.name,
        args: s.args.map(fromArgument),
        annotations: said(s),
      })),
    ),
    properties: byName(
      properties.map((p: PropertyJson) => ({
        name: p.name,
        signature: p.type,
        access: p.access,
        emits: p.emits,
        annotations: said(p),
      })),
    ),
    annotations: said(info),
  };
}

function argument(arg: Argument, direction: "in" | "out"): ArgumentJson {
  return { name: arg.name, type: arg.signature, direction };
}

function fromArgument(arg: ArgumentJson): Argument {
  return { name: arg.name, signature: arg.type };
}

function annotations(map: ReadonlyMap<string, string>): { annotations?: Record<string, string> } {
  return map.size === 0 ? {} : { annotations: Object.fromEntries(map) };
}

function said(json: {
  readonly annotations?: Readonly<Record<string, string>>;
}): ReadonlyMap<string, string> {
  return new Map(Object.entries(json.annotations ?? {}).filter(([, value]) => typeof value === "string"));
}

function byName<T extends { readonly name: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((entry) => [entry.name, entry]));
}

function isMember(json: unknown): json is MemberJson {
  const member = json as Partial<MemberJson> | null;
  return typeof member?.name === "string" && Array.isArray(member.args) && member.args.every(isArgument);
}

function isArgument(json: unknown): boolean {
  const arg = json as Partial<ArgumentJson> | null;
  return typeof arg?.name === "string" && typeof arg.type === "string" && isSingleType(arg.type);
}

function isProperty(json: unknown): json is PropertyJson {
  const property = json as Partial<PropertyJson> | null;
  if (typeof property?.name !== "string" || typeof property.type !== "string") return false;
  const isEmits = ["true", "invalidates", "const", "false"].includes(property.emits ?? "");
  return (
    isSingleType(property.type) && ["read", "write", "readwrite"].includes(property.access ?? "") && isEmits
  );
}

function isTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((entry) => typeof entry === "string");
}
