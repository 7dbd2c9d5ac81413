// `op-dbus daemon`: holds the state directory in the foreground; commands are sent to it and print what they always do.

import { command, type Context } from "../command.ts";

export const daemon = command({
  name: "daemon",
  operation: null,
  about: "Serve the other commands from one process, and do what is due: signed checkpoints, snapshots",
  usage: "op-dbus daemon",
  parameters: {},
  more: "It stays in the foreground and logs on standard error. Commands of the same user, state directory and settings find it by themselves and are sent to it; their output and exit status are the same. SIGTERM or Ctrl-C: nothing new is begun, what runs may end, then it stops; a second one has what runs put everything back at once. Under systemd it says when it is ready and gives signs of life (packaging/op-dbus.service).",
  exits: [
    [0, "stopped when asked to, nothing was left running"],
    [4, "stopped while something still ran: the next command settles it"],
    [5, "another daemon holds the state directory"],
    [75, "the socket cannot be made"],
  ],
  examples: [
    ["op-dbus daemon", "until Ctrl-C"],
    ["systemctl enable --now op-dbus.service", "as a service"],
    ["op-dbus plan web.toml -v", "says whether a daemon was asked, if one runs and is not"],
  ],
  run,
});

async function run({ serve }: Context): Promise<number> {
  return (await serve()) ? 0 : 4;
}
