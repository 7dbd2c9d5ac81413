// Where a journal lies: what is begun there may be resolved there and nowhere else. A copy, a restored backup, a disk in
// another machine hold the same records, and the changes they speak of may long be committed. Told apart by the machine and
// by the folder itself (inode, time of birth): a copy can have neither. Not by the device number alone, for that changes
// with a boot. A machine that is cloned or restored as a whole stays the same place: its state went with it.
// (machine-id(5), statx(2))

import { hash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { bootId, machineId } from "../../base/process.ts";

export interface JournalPlace {
  /** Derived from the machine's id, which itself is not for others to read. "" where the machine has none. */
  readonly machine: string;
  readonly boot: string;
  /** Without links. */
  readonly path: string;
  readonly inode: string;
  /** Nanoseconds since 1970 at which the folder was made; "" where the file system does not say. */
  readonly born: string;
  /** Means something within one boot. */
  readonly device: string;
}

/** Throws OPD5002 when the folder is not there any more. */
export function placeOf(directory: string): JournalPlace {
  try {
    const { ino, dev, birthtimeNs, ctimeNs } = statSync(directory, { bigint: true });
    const id = machineId();
    return {
      machine: id === null ? "" : hash("sha256", `op-dbus journal ${id}`).slice(0, MACHINE_CHARS),
      boot: bootId(),
      path: realpathSync.native(directory),
      inode: String(ino),
      // Where the kernel knows no birth, the last change stands in its place.
      born: birthtimeNs === 0n || birthtimeNs === ctimeNs ? "" : String(birthtimeNs),
      device: String(dev),
    };
  } catch (error) {
    throw new OpError("OPD5002", `the folder of the journal cannot be looked at: ${errnoOf(error)}`, {
      where: directory,
      cause: error,
    });
  }
}

const MACHINE_CHARS = 32;

/** What is begun at `then` is none of the journal's at `now`: why, as a phrase; null = it is the same place. A folder that
 * was moved is, until the next boot. */
export function placeFault(then: JournalPlace, now: JournalPlace): string | null {
  if (then.machine !== now.machine) return "it was begun on another machine";
  const isSame = then.inode === now.inode && (then.born === "" || now.born === "" || then.born === now.born);
  const isMoved = then.boot === now.boot && then.device === now.device;
  if (isSame && (then.path === now.path || isMoved)) return null;
  return then.path === now.path
    ? "this journal was put in the place of the one it was begun in"
    : `it was begun in ${then.path}, and this is a copy`;
}
