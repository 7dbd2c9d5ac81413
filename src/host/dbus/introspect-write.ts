// The other way: a node as introspection XML, for objects that we export and for plugin folders; and the digest by
// which two descriptions of an interface are told apart. Both give the same text for the same meaning.

import { createHash } from "node:crypto";

import type { Argument, InterfaceInfo, NodeInfo } from "./interface.ts";
import { EMITS_CHANGED } from "./introspect.ts";

const DOCTYPE = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
`;

/** The node as a document that readIntrospection reads back equal. */
export function writeIntrospection(node: NodeInfo): string {
  const lines = ["<node>"];
  for (const item of node.interfaces.values()) writeInterface(item, lines);
  for (const child of node.children) lines.push(`  <node name="${escape(child)}"/>`);
  lines.push("</node>", "");
  return DOCTYPE + lines.join("\n");
}

function writeInterface(item: InterfaceInfo, lines: string[]): void {
  lines.push(`  <interface name="${item.name}">`);
  for (const method of item.methods.values()) {
    const args = [
      ...method.in.map((arg) => argument(arg, "in")),
      ...method.out.map((arg) => argument(arg, "out")),
    ];
    writeMember(`method name="${method.name}"`, [...args, ...annotations(method.annotations)], lines);
  }
  for (const signal of item.signals.values()) {
    const args = signal.args.map((arg) => argument(arg, null));
    writeMember(`signal name="${signal.name}"`, [...args, ...annotations(signal.annotations)], lines);
  }
  for (const property of item.properties.values()) {
    const { name, signature, access, emits } = property;
    const notes = new Map(property.annotations);
    const inherited = item.annotations.get(EMITS_CHANGED) ?? "true";
    if (emits !== (notes.get(EMITS_CHANGED) ?? inherited)) notes.set(EMITS_CHANGED, emits);
    writeMember(`property name="${name}" type="${signature}" access="${access}"`, annotations(notes), lines);
  }
  for (const line of annotations(item.annotations)) lines.push(`    ${line}`);
  lines.push("  </interface>");
}

function writeMember(opening: string, inside: readonly string[], lines: string[]): void {
  if (inside.length === 0) {
    lines.push(`    <${opening}/>`);
    return;
  }
  lines.push(
    `    <${opening}>`,
    ...inside.map((line) => `      ${line}`),
    `    </${opening.split(" ", 1)[0]}>`,
  );
}

function argument(arg: Argument, direction: "in" | "out" | null): string {
  const name = arg.name === "" ? "" : ` name="${escape(arg.name)}"`;
  return `<arg${name} type="${arg.signature}"${direction === null ? "" : ` direction="${direction}"`}/>`;
}

function annotations(all: ReadonlyMap<string, string>): string[] {
  return [...all].map(([name, value]) => `<annotation name="${name}" value="${escape(value)}"/>`);
}

function escape(text: string): string {
  return text.replace(/[&<>"\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Hex SHA-256 over what a caller depends on: interfaces, members, signatures, access and change signals. Order,
 * argument names, texts and other annotations do not count.
 */
export function interfaceDigest(interfaces: Iterable<InterfaceInfo>): string {
  const lines: string[] = [];
  for (const item of sorted(interfaces)) {
    lines.push(`interface ${item.name}`);
    for (const { name, in: inArgs, out } of sorted(item.methods.values())) {
      lines.push(`method ${name} (${types(inArgs)}) (${types(out)})`);
    }
    for (const { name, args } of sorted(item.signals.values())) lines.push(`signal ${name} (${types(args)})`);
    for (const { name, signature, access, emits } of sorted(item.properties.values())) {
      lines.push(`property ${name} ${signature} ${access} ${emits}`);
    }
  }
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function types(args: readonly Argument[]): string {
  return args.map((arg) => arg.signature).join("");
}

/** By name, in code-unit order: the same everywhere. */
function sorted<T extends { readonly name: string }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
