// One object: its interfaces with properties and their values, methods, signals; then the children below it.

import { visible } from "../../base/visible.ts";
import type { InterfaceReply, ObjectReply } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { showValue } from "./value.ts";

export function introspectText(reply: ObjectReply, look: Look): string {
  const lines = [
    `${look.paint("bold", `${visible(reply.name)} ${visible(reply.path)}`)}  ${look.paint("dim", `owner ${reply.owner}`)}`,
  ];
  for (const info of reply.interfaces) lines.push("", look.paint("bold", info.name), ...members(info, look));
  if (reply.children.length > 0) {
    lines.push("", look.paint("bold", "Below"), ...reply.children.map((child) => `  ${visible(child)}`));
  }
  for (const note of reply.notes) lines.push(`note: ${visible(note)}`);
  return `${lines.join("\n")}\n`;
}

function members(info: InterfaceReply, look: Look): string[] {
  const columns = [{ title: "" }, { title: "" }, { title: "" }];
  const rows = [
    ...info.properties.map((property) => [
      property.name,
      `${property.signature} ${property.access}`,
      property.value === undefined ? "" : showValue(property.value, Math.max(24, look.width - 50)),
    ]),
    ...info.methods.map((method) => [
      `${method.name}()`,
      `(${method.in})`,
      method.out === "" ? "" : `-> ${method.out}`,
    ]),
    ...info.signals.map((signal) => [`${signal.name}!`, `(${signal.args})`, ""]),
  ];
  return fitted(
    table(columns, rows, false).map((line) => `  ${line}`),
    look,
  );
}
