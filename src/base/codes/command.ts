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
} as const satisfies Record<string, CodeEntry>;
