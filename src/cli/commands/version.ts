// `op-dbus version`: for reports and scripts.

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const version = command({
  name: "version",
  operation: "version",
  usage: "op-dbus version",
  parameters: {},
  exits: [[0, "shown"]],
  examples: [["op-dbus version --json", "for scripts"]],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const reply = await invoke("version", {}, talk);
  terminal.print(
    globals.json ? replyJson(reply) : `op-dbus ${reply.version} (Node.js ${reply.node}, ${reply.platform})`,
  );
  return 0;
}
