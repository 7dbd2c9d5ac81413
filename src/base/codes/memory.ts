// Error codes 4xxx: what is remembered: graph, indexes, recall, shards, and the door for programs that speak its protocol.

import { code, type CodeEntry } from "./entry.ts";

export const MEMORY_CODES = {
  // ---- 40: graph
  OPD4001: code(
    "input",
    "a concept or an association is out of range",
    "Ids are 16 bytes (up to 32 hex digits), confidence lies between 0 and 1, strength and weight between 0 and 10, the numbers of a vector are finite and at most 2048, content has at most 10 MiB, and the types of associations are those of the protocol. The message names the field and what was given. Nothing of the change was made.",
  ),
  OPD4002: code(
    "input",
    "an association has an end that does not exist",
    "Both ends of an association are concepts of the same namespace: learn them first, or in the same transaction before it. Nothing of the change was made.",
  ),
  OPD4003: code(
    "limit",
    "the memory takes no more changes for now",
    "Changes wait to be taken into the indexes of text, vectors, time and attributes, and as many wait as may. This change was not made; those acknowledged before it are kept. Send it again later, or write more slowly.",
  ),
  OPD4004: code(
    "failed",
    "the memory cannot write to its disk",
    "The file system refused a write or failed while it was told to keep it. Every change that was acknowledged as durable is on disk; those since are not certain, and nothing more is taken until the memory is opened again. Look at free space and at the disk (dmesg).",
  ),
  OPD4005: code(
    "bug",
    "a snapshot of the memory was read after its release",
    "A snapshot holds the state of one moment until it is released; then its place is used again. Reading on is a mistake of the program that does it: please report it with the command that showed it.",
  ),
  OPD4006: code(
    "corrupt",
    "the memory's files are damaged",
    "A file of the newest checkpoint does not have its checksum, or the log is damaged in its middle. Nothing of it is believed and nothing is changed. Indexes are made again by themselves; the graph is the truth, so it is not guessed. Restore the folder from a snapshot or a replica, or export what the older checkpoint holds.",
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>;
