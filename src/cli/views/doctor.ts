// Findings of the doctor: a mark, what was looked at, what was found, and what to do.

import { visible } from "../../base/visible.ts";
import type { Finding } from "../../api/api.ts";
import type { Look, Tone } from "../terminal.ts";
import { wrap } from "./table.ts";

const MARKS: Readonly<Record<Finding["state"], readonly [mark: string, tone: Tone]>> = {
  ok: ["ok", "green"],
  warning: ["note", "yellow"],
  missing: ["missing", "red"],
};

export function doctorText(findings: readonly Finding[], look: Look): string {
  const name = Math.max(...findings.map((finding) => finding.name.length));
  const lines = findings.flatMap((finding) => {
    const [mark, tone] = MARKS[finding.state];
    const head = `${look.paint(tone, mark.padEnd(8))}${finding.name.padEnd(name)}  `;
    const indent = " ".repeat(8 + name + 2);
    const [first, ...rest] = wrap(visible(finding.found), look.width, indent);
    const hint = finding.hint === null ? [] : wrap(`-> ${visible(finding.hint)}`, look.width, indent);
    return [`${head}${first!.trimStart()}`, ...rest, ...hint];
  });
  const missing = findings.filter((finding) => finding.state === "missing").length;
  const sum =
    missing === 0
      ? look.paint("green", "Everything that matters is here.")
      : look.paint("red", `${missing} missing.`);
  return `${lines.join("\n")}\n${sum}\n`;
}
