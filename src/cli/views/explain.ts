// One error code, explained.

import type { ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { wrap } from "./table.ts";

export function explainText(reply: ReplyOf<"explain">, look: Look): string {
  const head = `${look.paint("bold", `${reply.code}: ${reply.title}`)}`;
  const kind = look.paint("dim", `kind ${reply.kind}, exit status ${reply.exit}`);
  return `${[head, kind, "", ...wrap(reply.explain, Math.min(look.width, 80))].join("\n")}\n`;
}
