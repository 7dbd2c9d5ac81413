// A document that is right, in one line. What is wrong with others is an error with all faults.

import type { ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { count, replyJson } from "./value.ts";

type Reply = ReplyOf<"validate">;

export function validateText(reply: Reply, look: Look): string {
  const against = reply.live ? "against this machine" : "as a text (--live checks it against this machine)";
  const about = `${count(reply.values, "value")} in ${count(reply.plugins.length, "plugin section")}`;
  return `${look.paint("green", "Right")} ${against}: ${about}.\n`;
}

export function validateJson(reply: Reply): string {
  return replyJson({ type: "validation", valid: true, ...reply });
}
