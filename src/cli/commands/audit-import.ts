// `op-dbus audit import PATH`: what the first generation of op-dbus recorded, labelled by what it is worth.

import { resolve } from "node:path";
import { command, type Context } from "../command.ts";

export const auditImport = command<Record<never, never>, [string]>({
  name: "audit import",
  aliases: ["blockchain import"],
  operation: "audit.import",
  usage: "op-dbus audit import PATH",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "footprint file, folder, or SQLite file", placeholder: "PATH", parse: String }],
    },
  },
  more: "Takes a folder with timing/ and vectors/ or block_*.json, one such file, or a SQLite file with a table events. Every record is recomputed and becomes an entry of type legacy, unchanged, with a label: 4-part ok (its hash covers its data), 3-part ok (data unbound) (it does not), bad. None of them was chained or signed, so none is ever called verified. What was imported before is skipped.",
  exits: [
    [0, "imported; bad records are listed"],
    [65, "there is nothing of that kind"],
  ],
  examples: [["op-dbus audit import /var/lib/op-dbus/blockchain", "everything the first generation kept"]],
  run,
});

async function run(context: Context, _flags: Record<never, never>, path: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke("audit.import", { path: resolve(path) }, talk);
  const { importJson, importText } = await import("../views/audit.ts");
  terminal.print(globals.json ? importJson(reply) : importText(reply, terminal.out));
  return 0;
}
