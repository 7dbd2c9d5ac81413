// `op-dbus verify`: is the machine as the documents say? The exit status is the answer.

import { command, type Context } from "../command.ts";
import { files, seconds, selection, targetsOf, type Selection } from "../options.ts";

type Flags = Selection & {
  readonly verifyTimeout?: number;
};

export const verify = command<Flags, string[]>({
  name: "verify",
  operation: "verify",
  usage: "op-dbus verify FILE… [--target ADDRESS]…",
  parameters: {
    positional: files,
    flags: { ...selection, verifyTimeout: seconds("wait this long for the machine to get there (0)") },
    aliases: { p: "plugin" },
  },
  more: "Reads what the documents name and compares it, read-only values included. Says everything that differs, not the first.",
  exits: [
    [0, "everything is as documented"],
    [2, "something differs"],
    [65, "the documents are wrong"],
    [75, "a service cannot be reached"],
  ],
  examples: [
    ["op-dbus verify web.toml", "compare now"],
    ["op-dbus verify --verify-timeout 30 web.toml", "give services half a minute to get there"],
  ],
  streams: true,
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const sources = await context.readSources(names, flags.format);
  const timeoutMs = flags.verifyTimeout ?? 0;
  const result = await invoke("verify", { sources, ...targetsOf(flags), timeoutMs }, talk);
  const { verifyJson, verifyText } = await import("../views/verify.ts");
  terminal.print(globals.json ? verifyJson(result) : verifyText(result, terminal.out));
  return result.holds ? 0 : 2;
}
