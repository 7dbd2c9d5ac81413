// Reads the XML in which an object describes itself (D-Bus specification, "Introspection Data Format"). XML that is
// not well formed is an error. A member that is not valid, or there twice, is left out with a note instead: one
// mistake of a service must not hide the rest of it. Every name and signature in the result is valid.

import { LIMITS } from "../../base/limits.ts";
import type {
  Access,
  Argument,
  InterfaceInfo,
  MethodInfo,
  NodeInfo,
  PropertyInfo,
  SignalInfo,
} from "./interface.ts";
import { isInterfaceName, isMemberName, isObjectPath } from "./names.ts";
import { isSignature, isSingleType } from "./signature.ts";
import { parseXml, type XmlElement } from "./xml.ts";

export interface Introspection {
  readonly node: NodeInfo;
  /** The absolute path that the object says it has; null where it does not say. */
  readonly path: string | null;
  /** What was left out, and why: sentences for people, at most LIMITS.introspectionNotesMax of them. */
  readonly notes: readonly string[];
}

export const EMITS_CHANGED = "org.freedesktop.DBus.Property.EmitsChangedSignal";

type Note = (text: string) => void;

/** Throws OPD3013 when the text is not well-formed XML within the limits, or not about a node. */
export function readIntrospection(xml: string): Introspection {
  const root = parseXml(xml);
  const notes: string[] = [];
  const note: Note = (text) => {
    if (notes.length < LIMITS.introspectionNotesMax) notes.push(text);
  };
  if (root.name !== "node") note(`the root element is ${quote(root.name)}, not "node"`);
  const elements = root.name === "node" ? root.children : [];
  const interfaces = collect(elements, "interface", isInterfaceName, note, readInterface);
  const children = new Set<string>();
  for (const { name, attributes } of elements) {
    if (name !== "node") continue;
    const child = attributes.get("name") ?? "";
    if (child === "" || !isObjectPath(`/${child}`)) note(`node ${quote(child)} has an invalid name`);
    else children.add(child);
  }
  const said = root.attributes.get("name") ?? "";
  const node = Object.freeze({ interfaces, children: [...children] });
  return Object.freeze({ node, path: isObjectPath(said) ? said : null, notes });
}

function readInterface(name: string, element: XmlElement, note: Note): InterfaceInfo {
  const within: Note = (text) => note(`${name}: ${text}`);
  const annotations = readAnnotations(element, within);
  const emits = annotations.get(EMITS_CHANGED);
  return {
    name,
    methods: collect(element.children, "method", isMemberName, within, readMethod),
    signals: collect(element.children, "signal", isMemberName, within, readSignal),
    properties: collect(element.children, "property", isMemberName, within, (member, item) =>
      readProperty(member, item, emits, within),
    ),
    annotations,
  };
}

/** The elements called `kind`, by their valid and unique names. `read` gives null for one that it noted. */
function collect<T>(
  elements: readonly XmlElement[],
  kind: string,
  isName: (text: string) => boolean,
  note: Note,
  read: (name: string, element: XmlElement, note: Note) => T | null,
): ReadonlyMap<string, T> {
  const result = new Map<string, T>();
  for (const element of elements) {
    if (element.name !== kind) continue;
    const name = element.attributes.get("name") ?? "";
    if (!isName(name)) {
      note(`${kind} ${quote(name)} has an invalid name`);
    } else if (result.has(name)) {
      note(`${kind} ${name} is there twice; the first counts`);
    } else {
      const item = read(name, element, note);
      if (item !== null) result.set(name, item);
    }
  }
  return result;
}

function readMethod(name: string, element: XmlElement, note: Note): MethodInfo | null {
  const inArgs = readArguments(element, "in", "in");
  const outArgs = readArguments(element, "out", "in");
  if (inArgs === null || outArgs === null || !hasDirections(element, ["in", "out"])) {
    note(`method ${name} has an invalid argument`);
    return null;
  }
  return { name, in: inArgs, out: outArgs, annotations: readAnnotations(element, note) };
}

function readSignal(name: string, element: XmlElement, note: Note): SignalInfo | null {
  const args = readArguments(element, "out", "out");
  if (args === null || !hasDirections(element, ["out"])) {
    note(`signal ${name} has an invalid argument`);
    return null;
  }
  return { name, args, annotations: readAnnotations(element, note) };
}

function hasDirections(element: XmlElement, allowed: readonly string[]): boolean {
  return element.children.every(
    ({ name, attributes }) =>
      name !== "arg" || allowed.includes(attributes.get("direction") ?? allowed[0] ?? ""),
  );
}

/** Arguments of one direction; null when one of them, or all together, are not a valid signature. */
function readArguments(
  element: XmlElement,
  direction: string,
  byDefault: string,
): readonly Argument[] | null {
  const args: Argument[] = [];
  for (const { name, attributes } of element.children) {
    if (name !== "arg" || (attributes.get("direction") ?? byDefault) !== direction) continue;
    const signature = attributes.get("type") ?? "";
    if (!isSingleType(signature)) return null;
    args.push({ name: (attributes.get("name") ?? "").slice(0, LIMITS.nameSizeBytesMax), signature });
  }
  return isSignature(args.map((arg) => arg.signature).join("")) ? args : null;
}

const ACCESS: ReadonlyMap<string, Access> = new Map([
  ["read", "read"],
  ["write", "write"],
  ["readwrite", "readwrite"],
]);

const EMITS: ReadonlyMap<string, PropertyInfo["emits"]> = new Map([
  ["true", "true"],
  ["invalidates", "invalidates"],
  ["const", "const"],
  ["false", "false"],
]);

function readProperty(
  name: string,
  element: XmlElement,
  interfaceEmits: string | undefined,
  note: Note,
): PropertyInfo | null {
  const signature = element.attributes.get("type") ?? "";
  const access = ACCESS.get(element.attributes.get("access") ?? "");
  if (!isSingleType(signature) || access === undefined) {
    note(`property ${name} has an invalid type or access`);
    return null;
  }
  const annotations = readAnnotations(element, note);
  const said = annotations.get(EMITS_CHANGED) ?? interfaceEmits ?? "true";
  const emits = EMITS.get(said);
  if (emits === undefined) note(`property ${name} has an unknown ${EMITS_CHANGED}`);
  return { name, signature, access, emits: emits ?? "true", annotations };
}

function readAnnotations(element: XmlElement, note: Note): ReadonlyMap<string, string> {
  return collect(
    element.children,
    "annotation",
    isInterfaceName,
    note,
    (_, { attributes }) => attributes.get("value") ?? "",
  );
}

/** A foreign name in a note: short, its control characters escaped. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
