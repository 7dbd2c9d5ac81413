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
  OPD4007: code(
    "limit",
    "a namespace of the memory is full",
    "One namespace holds some 67 million concepts, 134 million associations and 16 GiB of contents and vectors (LIMITS.memorySlotsMax, memoryEdgesMax, memoryArenaBytesMax). Nothing of the change was made. Forget what is not needed, or put more into another namespace.",
  ),
  OPD4008: code(
    "locked",
    "the memory is open in another process",
    "A namespace belongs to one process at a time: usually the daemon. Ask that process, or stop it. A process that died holds nothing.",
  ),
  OPD4009: code(
    "input",
    "a namespace of the memory has no such name",
    "A namespace is named by 1 to 64 of the letters a to z, the digits, - and _. Names that begin with _ are kept for what the memory tells of itself: they can be read, and not written.",
  ),
  OPD4010: code(
    "limit",
    "the memory has as many namespaces as it may",
    "Each namespace has a folder, a log and indexes of its own, so there are at most 256. Nothing was made. Put it into a namespace that is there; attributes keep things apart as well.",
  ),
  OPD4011: code(
    "input",
    "there is no memory here",
    "Nothing was remembered yet below this state directory, or not in this namespace. Commands that read do not make a memory: import something, let a program write through the daemon's door, or apply a document while the daemon runs.",
  ),
  OPD4012: code(
    "unavailable",
    "the memory is being closed",
    "The daemon is stopping, and takes nothing more into its memory. What it acknowledged is on disk. Ask again when it runs.",
  ),
  // ---- 46: import and export
  OPD4601: code(
    "input",
    "a file is nothing that the memory can take over",
    "The memory takes over storage.dat of the versions 2 and 3, told by its first eight bytes SUTRADAT, and the JSON lines that `op-dbus memory export` prints. The message says what was found instead, and at which byte or line.",
  ),
  OPD4602: code(
    "input",
    "a line of an export is not understood",
    "Each line of an export is one JSON object: the first names the format and its version, each other one a concept or an association. The line is named; what stands before it was taken over.",
  ),
  // ---- 41: text, vectors
  OPD4101: code(
    "input",
    "a search by words is out of range",
    "A search gives 1 to 10,000 hits, and its query has at most 262,144 characters. The message says what was given.",
  ),
  OPD4102: code(
    "refused",
    "a service for vectors would be asked in the clear",
    "The address of the service is neither https nor on this machine, and contents of the memory would cross the network for anybody to read. Use https, or a service on 127.0.0.1, [::1] or localhost; where the network itself is trusted, allow it by name in the configuration.",
  ),
  OPD4103: code(
    "stale",
    "vectors of different makers would be mixed",
    "An index holds vectors of one maker alone: distances between those of two models mean nothing, even where they have as many numbers. The message names both makers. Set the old one again, or have all vectors made anew by the new one.",
  ),
  OPD4104: code(
    "usage",
    "the service for vectors is not set up properly",
    "The address of the service is a URL of http or https, without a user, a password or a fragment; the vectors are asked for at its path with /embed behind it. The message says what is wrong with it.",
  ),
  // ---- 41: vectors
  OPD4110: code(
    "input",
    "a vector has another dimension than those of its namespace",
    "All vectors of a namespace have as many numbers as its first one had, because only such can be compared; another model of embedding gives another number. Nothing was changed. Use the model that the namespace was filled with, or a namespace of its own, or clear this one and learn everything again.",
  ),
  OPD4111: code(
    "input",
    "a search for vectors is out of range",
    "A search gives 1 to 1000 nearest vectors, looks at 1 to 4096 entries of the index (ef), and begins at a vector of finite numbers. The message names the value.",
  ),
  OPD4112: code(
    "limit",
    "too many searches at once",
    "As many searches of this namespace wait for their answers as may. This one was not begun; send it again when others are done.",
  ),
  // ---- 44: recall
  OPD4401: code(
    "limit",
    "the record of an edit would be too large",
    "An edit of what is remembered is recorded as a concept that holds what was before and what is after, and a concept has at most 10 MiB. Nothing was changed. Learn the new content as a concept of its own instead.",
  ),
  OPD4402: code(
    "input",
    "the concept is no record of an edit",
    "Only an edit within the window of reconsolidation leaves a record that can be gone back by: a concept whose attribute action is reconsolidate. Nothing was changed.",
  ),
  // ---- 43: shards
  OPD4301: code(
    "usage",
    "a namespace has another number of shards",
    "How many shards a namespace has, 1 to 256, is decided when it is made: with another number every concept would be looked for where it is not. Nothing was changed. To change it, export the namespace, clear or remove it, and import it into one that is made with the other number.",
  ),
  OPD4302: code(
    "limit",
    "a concept is being changed by somebody else",
    "A change of several shards keeps its concepts for itself until it is decided. This one waited for its turn as long as changes may, or too many were waiting already. Nothing of it was done; send it again later.",
  ),
  OPD4303: code(
    "unknown",
    "a change of several shards could not be brought to its end",
    "The disk failed while the change was decided, or after it. It was done in all shards or will be in none: opening the namespace again finds out and completes it. Until then nothing more is taken. Look at free space and at the disk (dmesg), open it again, and read what the change should have made before sending it again.",
  ),
  // ---- 45: the wire (docs/design/memory-wire.md)
  OPD4501: code(
    "input",
    "a message of the memory's protocol is not understood",
    "The message is MessagePack, but no request or reply of the protocol: its name is unknown, or a field is missing or of another kind than it must be. The message names the field. Nothing of it was done; the connection goes on.",
  ),
  OPD4502: code(
    "refused",
    "the memory does not offer this request",
    "Requests that would make the memory connect to addresses a client chose, or act by itself (subscriptions, goals, feedback), are known by name and not offered: the memory answers, it does not act. Nothing was done.",
  ),
  OPD4503: code(
    "limit",
    "a request over the memory's wire is too large",
    "A message has at most 100 MiB, a content 10 MiB, a batch 1000 items, a vector 2048 numbers, a path 20 steps, and a search gives at most 1000 results. The message says which, and what was asked. Nothing was done; the connection goes on.",
  ),
  OPD4504: code(
    "refused",
    "the memory's door would be open to strangers",
    "Without tokens the memory listens only on a loopback address or on a Unix socket in a folder of its own user with mode 0700, and only where memory_open says so. At any other address it wants tokens and TLS. Files of keys belong to the user that runs the daemon, or root, and nobody else may read them; a token key has at least 32 bytes. The message says what is missing. The memory does not listen.",
  ),
  OPD4505: code(
    "unavailable",
    "the memory's door cannot be opened",
    "The address or path that memory_listen names cannot be listened at: another program has it, it is not of this machine, the folder is missing, or the certificate and its key do not belong together. The message says which.",
  ),
  OPD4506: code(
    "refused",
    "the token does not allow this request",
    "Roles of a token decide what it may do: readers read; writers and services also write; deleting, clearing and flushing are for administrators. A token that lists permissions has these alone. Nothing was done.",
  ),
  OPD4507: code(
    "limit",
    "the memory's door is busy",
    "More was asked than may be at once: the requests of one subject in a second, the bytes that wait on both sides, or the requests that a client keeps open. This request was not done. Send it again later, or slower.",
  ),
  OPD4510: code(
    "unavailable",
    "the memory does not answer",
    "The memory could not be reached, refused the token, went away or took too long, and nothing was changed by this request: it was never sent, or it only reads. It may be sent again.",
  ),
  OPD4511: code(
    "unknown",
    "what became of a change is not known",
    "The change was sent, and the connection ended, the deadline passed or the caller gave up before the answer came. It may have been done or not, so it is not sent again by itself. Read what it should have changed, then decide.",
  ),
  OPD4512: code(
    "failed",
    "the memory refused a request",
    "The memory answered with an error; the message is its own. Nothing was changed unless it says so.",
  ),
  OPD4513: code(
    "cancelled",
    "a request was given up",
    "Its caller cancelled it before it was sent, or it only reads. Nothing was changed.",
  ),
  // ---- 42: paths and reasoning
  OPD4201: code(
    "input",
    "a question about paths asks for too much",
    "A path has 1 to 20 associations, and one answer at most 1,000 paths, chains or contradictions. The message names what was asked for. Ask for less: what lies further apart is better found by two questions. (A search that is within these limits and still too costly is cut off and says so in its answer.)",
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>;
