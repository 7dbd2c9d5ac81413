// `op-dbus introspect NAME [PATH]`: everything one object says of itself, with its values now.

import { command, type Context } from "../command.ts";
import { busName } from "../options.ts";
import { replyJson } from "../views/value.ts";

export const introspect = command<Record<never, never>, [string, string?]>({
  name: "introspect",
  operation: "introspect",
  usage: "op-dbus introspect NAME [PATH]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        busName,
        {
          brief: "object path (default: the service's main object)",
          placeholder: "PATH",
          parse: String,
          optional: true,
        },
      ],
    },
  },
  exits: [
    [0, "shown"],
    [75, "the service cannot be reached"],
  ],
  examples: [
    ["op-dbus introspect org.freedesktop.hostname1", "the main object"],
    ["op-dbus introspect org.freedesktop.systemd1 /org/freedesktop/systemd1", "one path"],
  ],
  run,
});

async function run(context: Context, _flags: object, name: string, path?: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke("introspect", { name, path: path ?? null }, talk);
  const { introspectText } = await import("../views/introspect.ts");
  terminal.print(globals.json ? replyJson(reply) : introspectText(reply, terminal.out));
  return 0;
}
