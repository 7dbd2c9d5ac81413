// `op-dbus audit checkpoint`: the signed head of the log, to be kept elsewhere: what a later check is anchored by.

import { command, type Context } from "../command.ts";
import { filePath, flag, repeatedText } from "../options.ts";

type Flags = {
  readonly cosignature?: readonly string[];
  readonly witness?: readonly string[];
  readonly pin?: boolean;
  readonly out?: string;
};

export const auditCheckpoint = command<Flags, []>({
  name: "audit checkpoint",
  aliases: ["blockchain checkpoint"],
  operation: "audit.checkpoint",
  usage: "op-dbus audit checkpoint [--pin] [-o FILE] [--cosignature FILE --witness VKEY]…",
  parameters: {
    flags: {
      cosignature: repeatedText("add what a witness signed: its line, or the whole note", "FILE"),
      witness: repeatedText("verifier key of that witness", "VKEY"),
      pin: flag("as a pin: size, root and key as JSON"),
      out: filePath("write it there instead of printing it"),
    },
    aliases: { o: "out" },
  },
  more: "Signs what is not signed yet. Keep the note or pin where the machine cannot reach it: `op-dbus audit verify --against FILE` then notices a log that was cut back or replaced.",
  exits: [
    [0, "written"],
    [8, "the log is damaged"],
    [65, "the log is empty, or the cosignature is not of its newest head"],
  ],
  examples: [
    ["op-dbus audit checkpoint -o checkpoint.txt", "to be taken away"],
    ["op-dbus audit checkpoint --cosignature line.txt --witness VKEY", "with the signature of a witness"],
  ],
  run,
});

async function run(context: Context, flags: Flags): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const cosignatures = await context.readSources(flags.cosignature ?? []);
  const reply = await invoke(
    "audit.checkpoint",
    { cosignatures, witnesses: [...(flags.witness ?? [])] },
    talk,
  );
  const text = flags.pin === true ? reply.pin : reply.note;
  if (flags.out !== undefined) await context.writeOut(flags.out, text);
  const { checkpointJson, writtenText } = await import("../views/audit.ts");
  if (globals.json) terminal.print(checkpointJson(reply));
  else terminal.print(flags.out === undefined ? text : writtenText(reply, flags.out));
  return 0;
}
