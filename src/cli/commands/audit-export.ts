// `op-dbus audit export DIR`: the log as a standard folder of tiles, for other tools and for a web server.

import { resolve } from "node:path";
import { command, type Context } from "../command.ts";
import { flag } from "../options.ts";

type Flags = { readonly blobs?: boolean };

export const auditExport = command<Flags, [string]>({
  name: "audit export",
  aliases: ["blockchain export"],
  operation: "audit.export",
  usage: "op-dbus audit export DIR [--blobs]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "new or empty folder", placeholder: "DIR", parse: String }],
    },
    flags: { blobs: flag("also large values and the texts of documents") },
  },
  more: "checkpoint, key and tile/ as C2SP tlog-tiles has them: any tool for such logs checks them. What is not signed yet is signed first.",
  exits: [
    [0, "written"],
    [1, "the folder is not empty or cannot be written"],
    [8, "the log is damaged"],
  ],
  examples: [["op-dbus audit export ./log", "for another machine, or a web server"]],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  flags: Flags,
  directory: string,
): Promise<number> {
  const request = { directory: resolve(directory), blobs: flags.blobs ?? false };
  const reply = await invoke("audit.export", request, talk);
  const { exportJson, exportText } = await import("../views/audit.ts");
  terminal.print(globals.json ? exportJson(reply) : exportText(reply));
  return 0;
}
