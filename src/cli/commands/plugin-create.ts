// `op-dbus plugin create NAME`: a plugin folder to read and edit, made from what a service says of itself (it reads only
// until somebody edits its mapping) or from a mapping of the first generation.

import { OpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";
import { busName, filePath } from "../options.ts";
import { replyJson } from "../views/value.ts";

type Flags = {
  readonly fromDbus?: string;
  readonly fromSeed?: string;
  readonly out?: string;
};

export const pluginCreate = command<Flags, [string]>({
  name: "plugin create",
  operation: "plugin.create",
  usage: "op-dbus plugin create NAME --from-dbus SERVICE | --from-seed FILE [-o DIR]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "name of the new plugin", placeholder: "NAME", parse: String }],
    },
    flags: {
      fromDbus: {
        kind: "parsed",
        ...busName,
        optional: true,
        placeholder: "SERVICE",
        brief: "bus name of the service",
      },
      fromSeed: filePath("translate this semantic-mapping.toml of the first generation"),
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
  more: "From a service: plugin.toml, introspection.xml, a commented mapping.toml and a README. From a mapping of the first generation: plugin.toml and mapping.toml, with a warning for each guess; what it leaves open is a fault to fill in before the mapping loads. An existing folder is never written into.",
  exits: [
    [0, "written"],
    [1, "the folder exists or cannot be written"],
    [65, "the mapping leaves something open, or cannot be read"],
    [75, "the service cannot be reached"],
  ],
  examples: [
    [
      "op-dbus plugin create resolve1 --from-dbus org.freedesktop.resolve1",
      "then edit resolve1/mapping.toml",
    ],
    ["op-dbus plugin create old1 --from-seed semantic-mapping.toml", "then op-dbus plugin check ./old1"],
  ],
  run,
});

async function run(context: Context, flags: Flags, name: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const request = { name, from: await sourceOf(context, flags), directory: flags.out ?? null };
  const reply = await invoke("plugin.create", request, talk);
  const { createdText } = await import("../views/plugin.ts");
  terminal.print(
    globals.json ? replyJson(reply) : createdText(reply, flags.fromSeed !== undefined, terminal.out),
  );
  return 0;
}

/** Exactly one of the two. */
async function sourceOf({ readSources }: Context, { fromDbus, fromSeed }: Flags) {
  if (fromDbus !== undefined && fromSeed === undefined) return { service: fromDbus };
  if (fromSeed === undefined || fromDbus !== undefined)
    throw new OpError("OPD9001", "a plugin is made from one thing: --from-dbus SERVICE or --from-seed FILE");
  const [seed] = await readSources([fromSeed], "toml");
  return { seed: seed! };
}
