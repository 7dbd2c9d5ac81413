// What is on a bus: one line a service, or each service whole with its objects, interfaces and members.

import { visible } from "../../base/visible.ts";
import type { DiscoverReply } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { count, toJson } from "./value.ts";

type Name = DiscoverReply["discovery"]["names"][number];

export function discoverText(reply: DiscoverReply, whole: boolean, look: Look): string {
  const { names } = reply.discovery;
  const plugins = (name: string): string => (reply.managedBy.get(name) ?? []).join(", ");
  if (whole)
    return names.map((name) => `${wholeName(name, plugins(name.name), look).join("\n")}\n`).join("\n");
  const columns = [
    { title: "NAME" },
    { title: "PID", right: true },
    { title: "OBJECTS", right: true },
    { title: "PROPERTIES", right: true },
    { title: "PLUGIN" },
    { title: "UNIT" },
  ];
  const rows = names.map((name) => [
    visible(name.name),
    name.pid === null ? (name.running ? "" : "-") : String(name.pid),
    name.running ? String(name.objects.length) : "-",
    name.running ? String(properties(name)) : "-",
    plugins(name.name),
    name.error === null ? visible(name.unit ?? "") : visible(name.error),
  ]);
  const [head, ...lines] = fitted(table(columns, rows), look);
  const running = names.filter((name) => name.running).length;
  const sum = `${count(names.length, "name")}, ${running} running, ${count(reply.managedBy.size, "name")} with a plugin.`;
  const waiting = running < names.length ? " Not started (-): --activate starts them." : "";
  return `${[look.paint("dim", head ?? ""), ...lines, sum + waiting].join("\n")}\n`;
}

function properties(name: Name): number {
  let sum = 0;
  for (const object of name.objects)
    for (const info of object.interfaces.values()) sum += info.properties.size;
  return sum;
}

function wholeName(name: Name, plugins: string, look: Look): string[] {
  const facts = [
    name.running ? `owner ${name.owner ?? "?"}` : name.activatable ? "not running, activatable" : "not here",
  ];
  if (name.pid !== null) facts.push(`pid ${name.pid}`);
  if (name.uid !== null) facts.push(`uid ${name.uid}`);
  if (name.unit !== null) facts.push(visible(name.unit));
  if (plugins !== "") facts.push(`plugin ${plugins}`);
  const lines = [`${look.paint("bold", visible(name.name))}  ${look.paint("dim", facts.join(", "))}`];
  if (name.error !== null) lines.push(`  ${look.paint("red", visible(name.error))}`);
  for (const object of name.objects) {
    lines.push(`  ${visible(object.path)}`);
    if (object.error !== null) lines.push(`      ${look.paint("red", visible(object.error))}`);
    for (const info of object.interfaces.values()) {
      const members = [
        count(info.properties.size, "property", "properties"),
        count(info.methods.size, "method"),
        count(info.signals.size, "signal"),
      ];
      lines.push(`      ${info.name}  ${look.paint("dim", members.join(", "))}`);
      if (!look.verbose) continue;
      for (const property of info.properties.values()) {
        lines.push(
          `          ${property.name}  ${look.paint("dim", `${property.signature} ${property.access}`)}`,
        );
      }
    }
  }
  for (const note of name.notes) lines.push(`  note: ${visible(note)}`);
  return lines;
}

export function discoverJson(reply: DiscoverReply): string {
  return toJson({ ...reply.json, managed_by: reply.managedBy });
}
