// What the audit log is to those who use it: entries that cannot be changed, taken out or put in without notice. The log's
// segments are the truth; the RFC 6962 tree over them is kept beside them as C2SP tlog-tiles and rebuilt if missing. An
// entry is canonical JSON (RFC 8785) of at most 32 KiB; what is larger lies in content-addressed blobs that it binds by
// digest. What entries say is the owner's; the log adds when and where they were written and binds groups together.

import type { Plain, PlainTable } from "../../base/text/text.ts";

/** What the owner says: a `type` and anything else. Members that this room adds (v, time, boot, mono_ms, previous, binds)
 * must not be among them. */
export type EntryBody = PlainTable & { readonly type: string };

/** An entry as it stands in the log. */
export interface Entry {
  /** Leaf index in the tree, from 0. */
  readonly index: number;
  /** The whole entry: the body, `v`: 1, `time` (RFC 3339, UTC, ms), `boot` (boot id), `mono_ms`; of a group the first has
   * `previous` {size, root} (the checkpoint before it) and the last `binds` {first, count, digest}. */
  readonly value: PlainTable;
  /** Its canonical JSON: what the leaf hash is made of. */
  readonly bytes: Uint8Array;
}

/** A signed tree head. */
export interface Checkpoint {
  readonly size: number;
  /** base64 of the root hash. */
  readonly root: string;
  /** The whole signed note (C2SP signed-note, tlog-checkpoint), cosignatures included. */
  readonly note: string;
}

export interface Audit {
  /** Name of the log in its checkpoints: `op-dbus/` and 16 hex digits. */
  readonly origin: string;
  /** Entries, as of the last append or refresh. */
  readonly size: number;
  /**
   * Appends entries that belong together: all or none, one fsync, durable when it resolves. `checkpoint`: sign a new tree
   * head with them. `group`: the last binds all. Values that make an entry larger than 32 KiB go to blobs first.
   * Throws OPD5002, OPD5004, OPD5101 (the log is not what was pinned and signed: nothing is added to that), OPD5102.
   */
  append(
    bodies: readonly EntryBody[],
    options: { readonly group: boolean; readonly checkpoint: boolean },
  ): Promise<{ readonly first: number; readonly checkpoint: Checkpoint | null }>;
  /** Durable when it resolves; hex SHA-256 of the content. */
  putBlob(content: Uint8Array): Promise<string>;
  /** Throws OPD5101 when it is missing or has another content. */
  blob(digest: string): Buffer;
  /** Members {"$blob": digest, "size": n} of an entry replaced by what they stand for. Throws OPD5101. */
  whole(value: PlainTable): Plain;
  entries(from: number, to?: number): Generator<Entry>;
  /** RFC 6962, 2.1.1: hashes from the leaf's sibling upwards, in the tree of `size` entries. */
  inclusion(index: number, size: number): readonly Buffer[];
  /** RFC 6962, 2.1.2: that the tree of `from` entries begins the tree of `to`. */
  consistency(from: number, to: number): readonly Buffer[];
  /** The verifier key (C2SP signed-note: name+hash+base64) of the newest signature. */
  readonly key: string;
  /** Whatever an append of that many bytes of entries needs is there: space, the key, a log that may be signed. Asked
   * before there is anything to put back. Throws OPD5002, OPD5004, OPD5101, OPD5102. */
  reserve(sizeBytes: number): Promise<void>;
  refresh(): Promise<void>;
  /** The newest signed tree head; null in an empty log. */
  latest(): Checkpoint | null;
  /** Entries stand unsigned for longer than LIMITS.checkpointIntervalMs: `append([], {group: false, checkpoint: true})`. */
  checkpointDue(): boolean;
  /** A new key signs from here on. Its entry is under a head that both keys sign. Throws as `append`. */
  rotateKey(): Promise<Checkpoint>;
  /** Adds what witnesses (their verifier keys) signed in `note` to the newest head. Throws OPD5103. */
  cosign(note: string, witnesses: readonly string[]): Promise<Checkpoint>;
  /** What opening had to drop behind the last whole append (a crash cut it short): bytes. */
  readonly droppedBytes: number;
  close(): Promise<void>;
}
