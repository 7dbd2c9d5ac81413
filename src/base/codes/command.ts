// Error codes 9xxx: the command line and what joins the parts.

import { code, type CodeEntry } from "./entry.ts";

export const COMMAND_CODES = {
  OPD9001: code(
    "usage",
    "the command line was not understood",
    "A command, flag or argument is unknown, missing or has a wrong value. `op-dbus help COMMAND` shows what a command takes. Nothing was done.",
  ),
  OPD9003: code(
    "unconfirmed",
    "a yes is needed and nobody can be asked",
    "The plan contains changes that a person must approve, and there is no terminal. Look at the plan, then allow its class with --auto-approve=CLASS, or save it with `op-dbus plan --out FILE` and apply that file: saving it was the approval. Nothing was done.",
    10,
  ),
  OPD9004: code(
    "failed",
    "the answer was no",
    "The plan was shown and not approved. Only a clear yes is one. Nothing was done.",
  ),
  OPD9006: code(
    "cancelled",
    "interrupted a second time",
    "A second Ctrl-C left at once, without waiting for what was under way and without putting anything back. Run `op-dbus verify` with the same documents to see where the machine stands.",
    4,
  ),
  OPD9010: code(
    "locked",
    "another op-dbus changes this bus",
    "One process at a time changes a bus. The holder is named with its process id, user and command. Wait for it with --lock-timeout SECONDS. The lock ends with its process, however that ends: it never has to be removed by hand.",
  ),
  OPD9011: code(
    "unavailable",
    "the lock cannot be taken",
    "The lock that keeps two processes from changing one bus needs a private runtime directory (/run/op-dbus for root, $XDG_RUNTIME_DIR for others) and the program flock of util-linux. `op-dbus doctor` says what is missing. Nothing was done.",
  ),
  OPD9013: code(
    "input",
    "a secret cannot be read",
    "A document refers to a secret as env:NAME, file:PATH or credential:NAME, and there is nothing there, it is empty, or strangers can read or write the file. The secret itself is never shown. Nothing was done.",
  ),
  OPD9015: code(
    "protected",
    "the plan is weaker than was asked for",
    "--require-undo or --require-fidelity asks for a way back or a certainty that at least one action cannot give. The actions are named. Nothing was done.",
  ),
  OPD9018: code(
    "input",
    "no plugin manages this",
    "The name is not that of a plugin here, and no bus name could be turned into one. `op-dbus plugin list` shows the plugins, `op-dbus discover` the names on the bus.",
  ),
  OPD9019: code(
    "usage",
    "the request is not what the operation takes",
    "A program called an operation with fields that are missing, unknown or of the wrong type. The path of each is named.",
  ),
  OPD9020: code(
    "input",
    "an address names nothing here",
    "An address without a star that was asked for is no field, resource or item of its plugin on this machine. `op-dbus query PLUGIN` shows what there is; keys with other characters than A-Z a-z 0-9 _ @ - stand in double quotes.",
  ),
  OPD9021: code(
    "corrupt",
    "the host key is damaged",
    "The key that digests secrets in plans has not the length it was made with. Remove the file that is named: a new key is made with the next use, and plans that were saved with the old one no longer fit.",
  ),
  OPD9022: code(
    "corrupt",
    "the list of approvals cannot be used",
    "`@state/approvals.json` in the state directory says which mappings a person approved. The file is there, but it is not of the form that this version reads, so nothing in it is believed. Move it away and approve the mappings again with `op-dbus plugin check NAME --approve`.",
  ),
  OPD9023: code(
    "input",
    "the file is no saved discovery",
    "`op-dbus discover --known FILE` takes a file that `op-dbus discover --out FILE` wrote. This one is not of that form, or of another version.",
  ),
  // the daemon and its socket
  OPD9040: code(
    "locked",
    "another daemon holds the state directory",
    "One daemon at a time works for a state directory. The holder is named with its process id, user and command. Commands find it by themselves and are sent to it. The hold ends with its process, however that ends.",
  ),
  OPD9041: code(
    "unavailable",
    "the daemon cannot listen",
    "The daemon's socket lies in the folder `daemon` of the runtime directory, which must be a folder that only its owner can enter, and a socket path has at most 107 bytes. The message says what is in the way. Nothing was started.",
  ),
  OPD9042: code(
    "unavailable",
    "the daemon went away",
    "The connection to the daemon ended before its answer came. What was asked only reads, so nothing was changed. Run the command again: without a daemon it does the work itself.",
  ),
  OPD9046: code(
    "unavailable",
    "no daemon runs that could be watched",
    "`op-dbus top` shows what the daemon of this state directory does, and none was found, or the one that runs has other settings and is not asked (`op-dbus top -v` says why). Start one with `op-dbus daemon`, or `systemctl start op-dbus`. What a single command does is told by that command: add -v to it.",
  ),
  OPD9047: code(
    "unavailable",
    "metrics cannot be served here",
    "The setting telemetry_scrape names a loopback address and port, or a path for a socket, where the daemon answers Prometheus. The message says what is in the way: another program has the port or the socket, the folder is missing, or the path has more than 107 bytes. The daemon does all else; correct the setting, or free the place, and start it again. `op-dbus doctor` shows whether the door is open.",
  ),
  OPD9043: code(
    "unknown",
    "the daemon went away during a change",
    "The connection to the daemon ended while it was changing something, so what became of it is not known here. A daemon that still runs puts everything back, as after Ctrl-C; what a daemon that was killed left is settled by the next command, or by `op-dbus recover` alone. `op-dbus history` shows how it ended.",
  ),
  OPD9044: code(
    "bug",
    "what came over the socket is not understood",
    "A client and a daemon of the same version speak by lines of JSON that both know. One of them sent something else, or a line beyond the limit. The connection was closed. What was under way is put back, as after Ctrl-C.",
  ),
} as const satisfies Record<string, CodeEntry>;
