// `op-dbus memory import FILE`: an export of a memory, or a storage.dat, taken over.

import { resolve } from "node:path";
import { command, type Context } from "../command.ts";
import { namespace } from "../options.ts";

type Flags = { readonly namespace?: string };

export const memoryImport = command<Flags, [string]>({
  name: "memory import",
  operation: "memory.import",
  usage: "op-dbus memory import FILE [--namespace NAME]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { brief: "an export, or storage.dat", placeholder: "FILE", parse: (word: string) => word },
      ],
    },
    flags: { namespace },
  },
  more: "Takes the lines that op-dbus memory export prints, or storage.dat of the versions 2 and 3. What is there already is replaced, and what cannot be taken is listed with its line or byte; all else is taken over. An import that is interrupted can be repeated.",
  exits: [
    [0, "taken over; what was not is listed"],
    [5, "another process has the memory open"],
    [65, "it is no such file"],
  ],
  examples: [["op-dbus memory import storage.dat --namespace old", "beside what is there"]],
  run,
});

async function run(context: Context, flags: Flags, path: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const request = { path: resolve(path), namespace: flags.namespace ?? "default" };
  const reply = await invoke("memory.import", request, talk);
  const { importJson, importText } = await import("../views/memory.ts");
  terminal.print(globals.json ? importJson(reply) : importText(reply, terminal.out));
  return 0;
}
