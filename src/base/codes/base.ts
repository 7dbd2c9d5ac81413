// Error codes 1xxx: texts, files, configuration and our own faults.

import { code, type CodeEntry } from "./entry.ts";

export const BASE_CODES = {
  OPD1101: code(
    "input",
    "the text has a syntax error",
    "The file is not valid JSON (RFC 8259) or TOML 1.0 at the place shown. Reading goes on behind the fault, so that several faults of one file are shown together; a later one can be a consequence of an earlier one.",
  ),
  OPD1102: code(
    "input",
    "a key is written twice",
    "The same key, or the same TOML table, stands twice in one file. Readers disagree about which one counts, so neither does: keep one of the two places shown.",
  ),
  OPD1103: code(
    "limit",
    "the text is beyond a limit",
    "A document, mapping or configuration is at most 16 MiB, 64 levels deep and 1,000,000 values, with texts of at most 4 MiB. The file goes beyond one of these limits and was not read further.",
  ),
  OPD1104: code(
    "input",
    "the file is not UTF-8",
    "JSON and TOML are UTF-8 text. The byte at the place shown belongs to no UTF-8 character; the file may be Latin-1, UTF-16 or binary. Convert it, for example with iconv.",
  ),
  OPD1105: code(
    "input",
    "a date stands where a text is needed",
    "TOML dates and times have no counterpart in JSON or on D-Bus. Put the date in double quotes to write it as text.",
  ),
  OPD1201: code(
    "input",
    "a file cannot be read",
    "The file is missing, is no regular file, or its permissions exclude the caller. The message says which.",
  ),
  OPD1202: code(
    "protected",
    "a file is not safe to trust",
    "What tells op-dbus what to do must belong to the caller or root, must not be writable by anybody else and must not be reached through a symbolic link as its last part. Correct the owner or the mode of the file, then run the command again.",
  ),
  OPD1203: code(
    "limit",
    "a file is too big",
    "The size of the file is beyond its limit, so nothing of it was read.",
  ),
  OPD1204: code(
    "failed",
    "a file cannot be written",
    "The new content was written beside the file and then renamed over it, so the file has either its old or its new content, never a part. The message says which step failed.",
  ),
  OPD1301: code(
    "input",
    "a setting is not known",
    "The configuration file or an OP_DBUS_ variable names a setting that does not exist. `op-dbus config show` lists all settings with their values and origins.",
  ),
  OPD1302: code(
    "input",
    "a setting has a wrong value",
    "The value of a setting has the wrong type or is outside its range. The message says what is allowed; `op-dbus config show` lists all settings with their units.",
  ),
  OPD1401: code(
    "input",
    "bytes are not MessagePack",
    "A message of the memory's protocol is one MessagePack value: whole, with nothing behind it, its texts UTF-8, the keys of its maps texts that stand once, and without extension types. It may be neither deeper nor larger than the limits say. The message names the byte. Nothing of it was obeyed.",
  ),
  OPD1050: code(
    "bug",
    "the metric slab is full",
    "More metric series were registered than the slab has slots. Series are registered at start-up only, so this is a mistake in op-dbus: a label with too many values, or a limit that was not raised with a new histogram.",
  ),
  OPD1900: code(
    "bug",
    "an invariant is broken",
    "op-dbus found itself in a state that its own rules exclude. Nothing more was done after the check. Please report it with the command and its output.",
  ),
  OPD1901: code(
    "bug",
    "an unexpected error",
    "A part of op-dbus failed in a way nobody foresaw. Please report it with the command and its output.",
  ),
} as const satisfies Record<string, CodeEntry>;
