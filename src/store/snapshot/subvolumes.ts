// What snapshots need from a file system, as a port: store knows no BTRFS. All paths are absolute. Members reject with
// OpError (OPD5301, OPD5302); after a deadline the outcome is unknown and the caller looks again.

export interface Space {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface Subvolumes {
  /** What the file system of this folder lacks for subvolumes and snapshots, in words; null = nothing. */
  lacks(folder: string): Promise<string | null>;
  /** null: no subvolume is there, whatever else is. */
  look(path: string): "read-only" | "writable" | null;
  /** Subvolumes in a subvolume, as paths relative to it, sorted: a snapshot does not hold what is in them. */
  nested(path: string): readonly string[];
  create(path: string): Promise<void>;
  /** A read-only snapshot at a path where nothing is. */
  snapshot(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Everything written below this folder is on disk. */
  sync(folder: string): Promise<void>;
  space(folder: string): Space;
  /** Waits until what was removed has given its space back, for as long as that may take: never rejects. */
  settle(folder: string): Promise<void>;
}
