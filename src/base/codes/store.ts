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
  OPD5005: code(
    "failed",
    "it is not known whether a record is on disk",
    "The disk failed while it was told to keep what was written. After that nobody knows what it has, and telling it again proves nothing: it may say yes without having it. Nothing more is appended by this process. Whoever opens the log next reads what is there and writes its last part anew. Look at the disk (dmesg) first.",
  ),
  // ---- 51: audit
  OPD5101: code(
    "corrupt",
    "the audit log does not agree with itself",
    "The entries on disk do not give the tree head that was signed for them, the newest head is not signed by the log's key, the log is not the one that the pin (@state/pin) remembers, a blob that an entry binds is missing, or an entry is none. Tiles that are missing or torn are no reason for this: they are made again from the segments. Nothing is appended to such a log, because that would sign what somebody may have changed. `op-dbus audit verify` says what is wrong and where; keep the folder as it is for whoever has to find out why. Was an older copy of the log put back on purpose, put the pin of that copy back with it. To go on with a new log, move the folder and the pin aside together.",
  ),
  OPD5102: code(
    "protected",
    "the signing key of the audit log is missing",
    "Each log is signed by the key that its own entries name; that key is not in the keys folder (or is another one), so nothing can be appended. Put audit.key back from a copy. Without one, move the folder of the audit log and its pin (@state/pin) aside together: a new log with a new key begins, and the old one stays verifiable.",
  ),
  OPD5103: code(
    "input",
    "a cosignature that cannot be taken",
    "A witness signs the newest tree head of this log, and its key has to be among those that are trusted. The note given is not of that head, or none of its signatures is by a key that was named.",
  ),
  OPD5104: code(
    "input",
    "an anchor that cannot be read",
    "An anchor is what the audit log is compared with: a pin (JSON with origin, size, root, key) or a signed checkpoint note. This file is neither. Is it the pin that op-dbus keeps itself (@state/pin), nothing is appended while it cannot be read, because it is what tells a forged log: compare the log with another anchor (`op-dbus audit verify --full --against FILE`), then move the pin aside. The next signed head writes it anew.",
  ),
  OPD5105: code(
    "corrupt",
    "audit: a segment is damaged",
    "Found by `op-dbus audit verify`: a frame does not have its checksum, a segment is missing, was exchanged or is not of this log, or a record has a type that an audit log does not have. Nothing behind it can be believed. Compare with a copy or a replica; keep the folder as it is.",
  ),
  OPD5106: code(
    "corrupt",
    "audit: an entry has another form",
    "Found by `op-dbus audit verify`: the entry is not the canonical JSON (RFC 8785) that op-dbus writes, or is larger than it writes them. Its checksum holds, so it was put there by something else.",
  ),
  OPD5107: code(
    "corrupt",
    "audit: a signed head is not of its entries",
    "Found by `op-dbus audit verify`: the tree over the entries before a checkpoint has another root or size than the checkpoint says. Entries were changed, removed, inserted or exchanged, or the checkpoint was.",
  ),
  OPD5108: code(
    "corrupt",
    "audit: a signature does not hold",
    "Found by `op-dbus audit verify`: a checkpoint is not signed by the key that the log names at that place, or a key was changed without a head that the old and the new one sign. Somebody without the key wrote to the log.",
  ),
  OPD5109: code(
    "corrupt",
    "audit: a tile is not what the entries give",
    "Found by `op-dbus audit verify`: a tile or an entry bundle exists whose content does not follow from the segments. Tiles that are missing or torn are harmless; this one says something else. Other tools that read the folder would be misled. Where the segments hold, removing the folder tile/ lets op-dbus make it again.",
  ),
  OPD5110: code(
    "corrupt",
    "audit: a group of entries is not whole",
    "Found by `op-dbus audit verify`: the first entry of an apply names the checkpoint before it, and (looked at with --full) the last one binds those before it by a digest. One of them does not hold: entries of an apply were changed, removed or put in.",
  ),
  OPD5111: code(
    "corrupt",
    "audit: a blob is missing or changed",
    "Found by `op-dbus audit verify --full`: large values and documents lie in blobs/ under the digest of their content; an entry binds one that is not there, or one has another content.",
  ),
  OPD5112: code(
    "corrupt",
    "audit: the log contradicts an anchor",
    "Found by `op-dbus audit verify`: a pin, a checkpoint that was kept elsewhere, or a witness remembers another log: a longer one, another root, another key or another name. The log was cut, exchanged or written anew. The anchor may also be of another machine, or of a copy of this one: two machines that were cloned with log and key write two histories of one name, and each contradicts what is remembered of the other. The log's own key is no witness.",
  ),
  OPD5113: code(
    "corrupt",
    "audit: bytes behind the last record",
    "Found by `op-dbus audit verify`: behind the last whole append there is something. A crash in the middle of an append leaves that: it was never acknowledged, and `op-dbus recover` (or the next apply) drops it and records that it did. Where nothing crashed, somebody wrote there.",
  ),
  OPD5114: code(
    "failed",
    "audit: entries that are not signed yet",
    "Said by `op-dbus audit verify`, not an alarm: the newest entries come after the newest signed head. The next apply signs them, or `op-dbus audit checkpoint` does now.",
  ),
  OPD5115: code(
    "failed",
    "audit: the clock went back",
    "Said by `op-dbus audit verify`, not an alarm: an entry has an earlier time than one before it. The order of entries is that of the log; their times are what the machine's clock said.",
  ),
  OPD5116: code(
    "failed",
    "audit: tiles are missing",
    "Said by `op-dbus audit verify`, not an alarm: some tiles or entry bundles are missing or were torn by a power cut. They are made from the segments and will be made again when they are needed.",
  ),
  OPD5120: code(
    "input",
    "there is no such entry",
    "The audit log has no entry, generation or address of that name. Entries count from 0, `op-dbus audit list` shows them; generations are written @12, `op-dbus history` shows them; an address must have been changed by op-dbus before.",
  ),
  OPD5121: code(
    "limit",
    "a proof would be too large",
    "A proof file holds its entries and the values that they bind. An apply of very many actions makes more than a person can pass on: prove the entries that matter, one index or address at a time.",
  ),
  OPD5122: code(
    "failed",
    "an entry is not signed yet",
    "A proof needs a signed checkpoint that covers its entries; without one nothing would be proven. `op-dbus audit checkpoint` signs what is there.",
  ),
  OPD5123: code(
    "input",
    "there are no records of the first generation there",
    "`audit import` takes a footprint file, a folder with timing/ and vectors/ or with block_*.json, or a SQLite file with a table events of id, timestamp, event_type, snapshot_id, data, hash and previous_hash. The path that was given is none of them, or a part of it is a link or cannot be read. Records that were imported before are kept, and skipped the next time.",
  ),
  OPD5124: code(
    "limit",
    "there are too many records, or one is too large",
    "An import takes a bounded number of records of a bounded size. Import parts of the folder one after the other: what is already imported is skipped.",
  ),
  OPD5125: code(
    "failed",
    "a folder cannot be written",
    "An export writes into a folder that it makes, or that is empty: nothing that is there is written over or mixed with it.",
  ),

  // ---- 52: journal
  OPD5201: code(
    "corrupt",
    "the journal cannot be understood",
    "The journal says what was begun and may not have ended. Its records are whole, but they are not of a kind that this version knows: a newer op-dbus wrote them. Nothing was changed. Use that version to resolve what is pending, or look with `op-dbus recover --list` there.",
  ),

  // ---- 53: snapshots
  OPD5301: code(
    "failed",
    "a snapshot cannot be made or removed",
    "The file system or the program `btrfs` refused, or did not end in time; the message has its own words. Nothing half made stays under the name of a snapshot, and what lies beside it is removed by the next run. Records and changes of the machine do not depend on snapshots: an apply goes on without one and says so.",
  ),
  OPD5302: code(
    "unavailable",
    "the program btrfs is missing",
    "Snapshots and replicas are made by the program `btrfs`. The file system is there and the program is not, or it is in none of the folders of PATH: install btrfs-progs.",
  ),

  // ---- 54: replicas
  OPD5401: code(
    "unavailable",
    "there is nothing to replicate",
    "Replicas are made from snapshots, and snapshots need BTRFS below the state directory and root as the caller; the message says what is missing. Elsewhere copy the folder `@timing`, which `op-dbus audit verify` can check wherever it lies.",
  ),
  OPD5402: code(
    "protected",
    "keys would be copied",
    "The keys of this machine lie inside the state directory, so every copy of it would hold them, and who has a copy could sign in this machine's name. Nothing was sent. Move the keys, or the state directory, so that neither is inside the other.",
  ),
  OPD5403: code(
    "unavailable",
    "a target cannot take replicas",
    "A target is a folder on a mounted BTRFS file system, outside the state directory, with free space, and of this machine alone: the file `op-dbus-origin` in it says whose it is, so that the retention of one machine never removes what another one sent. Other machines are not reached: mount their disk here, or send a snapshot by hand. Other targets are not affected.",
  ),
  OPD5404: code(
    "failed",
    "a snapshot did not arrive",
    "`btrfs send` or `btrfs receive` ended with a failure, or nothing moved for a long time. Both ends are looked at, because a sender that died leaves a receiver that only saw an early end. What arrived in part was put aside and is removed; the next run sends it again from the newest snapshot that both sides have.",
  ),
  OPD5405: code(
    "corrupt",
    "a replica differs from its snapshot",
    "After it was received the copy was read and compared with its snapshot: paths, kinds, modes, owners and bytes. They are not the same, so the copy was not given its name and is removed. Disk, memory or cable may be failing: look at `btrfs device stats` and `btrfs scrub` on both sides.",
  ),
} as const satisfies Record<string, CodeEntry>;
