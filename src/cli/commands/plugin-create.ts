// `op-dbus plugin create NAME --from-dbus SERVICE`: a plugin folder to read and edit, made from what the service says of
// itself. It reads only until somebody edits its mapping.

import { command, type Context } from "../command.ts";
import { busName } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = {
  readonly fromDbus: string;
  readonly out?: string;
};

export const pluginCreate = command<Flags, [string]>({
  name: "plugin create",
  operation: "plugin.create",
  usage: "op-dbus plugin create NAME --from-dbus SERVICE [-o DIR]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "name of the new plugin", placeholder: "NAME", parse: String }],
    },
    flags: {
      fromDbus: { kind: "parsed", ...busName, placeholder: "SERVICE", brief: "bus name of the service" },
      out: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "DIR",
        brief: "folder to write (./NAME)",
      },
    },
    aliases: { o: "out" },
  },
  more: "Writes plugin.toml, introspection.xml, a commented mapping.toml and a README. An existing folder is never written into.",
  exits: [
    [0, "written"],
    [1, "the folder exists or cannot be written"],
    [75, "the service cannot be reached"],
  ],
  examples: [
    [
      "op-dbus plugin create resolve1 --from-dbus org.freedesktop.resolve1",
      "then edit resolve1/mapping.toml",
    ],
  ],
  run,
});

async function run(
  { invoke, talk, terminal, globals }: Context,
  flags: Flags,
  name: string,
): Promise<number> {
  const request = { name, service: flags.fromDbus, directory: flags.out ?? null };
  const reply = await invoke("plugin.create", request, talk);
  const { createdText } = await import("../views/plugin.ts");
  terminal.print(globals.json ? replyJson(reply) : createdText(reply, terminal.out));
  return 0;
}
