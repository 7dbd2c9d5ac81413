// `op-dbus audit prove`: one file that shows to anybody, without op-dbus, what the log recorded.

import { join } from "node:path";
import { packageDir } from "../../base/package.ts";
import { command, type Context } from "../command.ts";
import { filePath } from "../options.ts";

type Flags = {
  readonly out?: string;
  readonly format?: "html" | "json";
};

export const auditProve = command<Flags, [string]>({
  name: "audit prove",
  aliases: ["blockchain prove"],
  operation: "audit.prove",
  usage: "op-dbus audit prove @GENERATION | INDEX | ADDRESS [-o FILE] [--format html|json]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "a generation, an entry, or what was changed", placeholder: "WHAT", parse: String },
      ],
    },
    flags: {
      out: filePath("file to write; its ending decides the format"),
      format: {
        kind: "enum",
        values: ["html", "json"],
        optional: true,
        brief: "a page that checks itself, or data (json)",
      },
    },
    aliases: { o: "out" },
  },
  more: "An address stands for the newest apply that set it. Entries that are not signed yet are signed first. The file holds the entries, their paths in the log, the signed head and its key; docs/verifier/verify.mjs checks it with nothing but Node, and the page does the same in a browser.",
  exits: [
    [0, "written"],
    [8, "the log is damaged"],
    [65, "the log has nothing of that"],
  ],
  examples: [
    ["op-dbus audit prove @12 -o apply-12.html", "a whole apply, as a page"],
    ["op-dbus audit prove hostname1:StaticHostname -o proof.json", "the newest change of one value"],
    ["node verify.mjs proof.json --key VKEY", "check it, with the key you know"],
  ],
  run,
});

async function run(context: Context, flags: Flags, what: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const format = flags.format ?? (flags.out?.endsWith(".html") === true ? "html" : "json");
  const reply = await invoke("audit.prove", { what, format }, talk);
  if (flags.out === undefined) {
    terminal.print(reply.text);
    return 0;
  }
  await context.writeOut(flags.out, reply.text);
  const { provenJson, provenText } = await import("../views/audit.ts");
  const verifier = join(packageDir(), "docs/verifier/verify.mjs");
  if (globals.json) terminal.print(provenJson(reply, flags.out));
  else if (!globals.quiet) terminal.print(provenText(reply, flags.out, verifier, terminal.out));
  return 0;
}
