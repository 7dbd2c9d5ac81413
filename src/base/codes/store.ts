// Error codes 5xxx: the records that op-dbus keeps: files, log, audit, journal, snapshots, replicas.

import { code, type CodeEntry } from "./entry.ts";

export const STORE_CODES = {
  // ---- 50: files and log
  OPD5001: code(
    "protected",
    "a folder of records is not private",
    "The state directory holds what op-dbus believes about the past, so only its owner may write it: the folder has mode 0700 and belongs to the caller, it is no symbolic link, and no folder above it can be written by somebody else (a sticky one like /tmp may). Nothing was read or written there. Correct owner and mode, or name another folder with --state-dir.",
  ),
  OPD5002: code(
    "failed",
    "a record cannot be written",
    "The file system refused: it is full, read-only or failing. What was acknowledged before is on disk; this record is not. When it happens before the first change nothing is changed; later everything is put back, because a change that cannot be recorded is not made.",
  ),
  OPD5003: code(
    "corrupt",
    "a log is damaged",
    "A record in the middle of a log does not have its checksum, or a segment is missing or of another log. Only the last append may be cut short by a crash: this is damage of the disk or somebody's hand. Nothing behind the damage is believed. The message names segment and offset.",
  ),
  OPD5004: code(
    "locked",
    "another process is writing the log",
    "One process at a time appends to a log; each holds it for the time of an append. This one waited and did not get its turn: the other process may be stopped. It is named where it can be known.",
  ),
  // ---- 51: audit

  // ---- 52: journal

  // ---- 53: snapshots

  // ---- 54: replicas
} as const satisfies Record<string, CodeEntry>;
