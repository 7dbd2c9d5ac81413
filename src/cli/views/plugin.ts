// Plugins as lists and as one page each: what can be said in a document, in the words of a document.

import { visible } from "../../base/visible.ts";
import type { PluginEntry, PluginReply, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table, wrap } from "./table.ts";
import { showValue } from "./value.ts";

export function pluginListText(plugins: readonly PluginEntry[], look: Look): string {
  if (plugins.length === 0)
    return "No plugins here. Any bus name can still be queried; op-dbus plugin create makes a folder.\n";
  const columns = [
    { title: "PLUGIN" },
    { title: "SERVICE" },
    { title: "ORIGIN" },
    { title: "WRITES" },
    { title: "FROM" },
  ];
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.services[0] ?? "",
    plugin.origin,
    plugin.writable ? "yes" : "no",
    visible(plugin.source),
  ]);
  const [head, ...lines] = fitted(table(columns, rows), look);
  return `${[look.paint("dim", head!), ...lines].join("\n")}\n`;
}

export function pluginText(reply: PluginReply, look: Look): string {
  const lines = [
    `${look.paint("bold", reply.name)}  ${reply.services.join(", ")}  ${look.paint("dim", `${reply.origin}, ${reply.bus} bus`)}`,
    "",
  ];
  for (const { address, field } of reply.fields) {
    const words = [field.signature === "" ? "" : field.signature, field.kind === "value" ? "" : field.kind];
    if (field.secret) words.push("secret");
    words.push(field.writable ? (field.createOnly ? "at creation" : "writable") : "read-only");
    const about = words.filter((word) => word !== "").join(", ");
    lines.push(
      `  ${look.paint(field.writable ? "bold" : "dim", visible(address))}  ${look.paint("dim", about)}`,
    );
    if (field.values !== undefined)
      lines.push(
        ...wrap(`one of ${field.values.map((value) => visible(value)).join(", ")}`, look.width, "      "),
      );
    if (field.default !== undefined) lines.push(`      default ${showValue(field.default)}`);
    if (field.about !== undefined) lines.push(...wrap(visible(field.about), look.width, "      "));
  }
  for (const note of reply.notes) lines.push(...wrap(`note: ${visible(note)}`, look.width));
  return `${lines.join("\n")}\n`;
}

/** `translated`: its mapping is one of the first generation, and may write. */
export function createdText(
  { directory, files }: ReplyOf<"plugin.create">,
  translated: boolean,
  look: Look,
): string {
  const next = translated ? "Read through" : "It reads only. To make something writable, edit";
  return [
    `${look.paint("green", "Wrote")} ${visible(directory)}: ${files.join(", ")}`,
    `${next} ${visible(directory)}/mapping.toml, then`,
    `  op-dbus plugin check ${visible(directory)}`,
    "",
  ].join("\n");
}

/** `asked`: the folder or name that was given. */
export function checkedText(reply: ReplyOf<"plugin.check">, asked: string, look: Look): string {
  const against = reply.live ? "against the live service" : "by itself (the service is not here)";
  const lines = [`${look.paint("green", "Right")}: ${visible(reply.name)}, checked ${against}.`];
  for (const note of reply.notes) lines.push(...wrap(`note: ${visible(note)}`, look.width));
  const calls = (list: readonly string[]): void =>
    void lines.push(...list.map((call) => `  ${visible(call)}`));
  if (reply.approved.length > 0) lines.push("Approved, until the mapping is edited; it calls to read:");
  calls(reply.approved);
  if (reply.unapproved.length > 0) lines.push("Not approved; to read, it would call:");
  calls(reply.unapproved);
  if (reply.unapproved.length > 0)
    lines.push(`To allow that:  op-dbus plugin check ${visible(asked)} --approve`);
  return `${lines.join("\n")}\n`;
}
