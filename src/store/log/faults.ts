// The errors of a log: what the system said becomes what it means for the records.

import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";

const RECOVER = "restore the file from a copy; op-dbus explain OPD5003 says what is believed meanwhile";

export function damaged(path: string, offset: number, why: string): OpError {
  return new OpError("OPD5003", `${visible(path)} is damaged at byte ${offset}: ${why}`, {
    where: path,
    hint: RECOVER,
  });
}

/** A link, or a file of somebody else, where one of ours should be. */
export function notOurs(path: string, errno: string): OpError {
  const what = errno === "ELOOP" ? "is no file of its own" : "is not ours";
  return new OpError("OPD5001", `${visible(path)} ${what}`, { where: path, hint: `ls -l ${path}` });
}

/** Something was not written, and nothing is there of it. */
export function notWritten(path: string, cause: unknown): OpError {
  if (cause instanceof OpError) return cause;
  return new OpError("OPD5002", `${visible(path)} cannot be written: ${reasonOf(cause)}`, {
    where: path,
    cause,
  });
}

/** Something may or may not have reached the disk. */
export function notKnown(path: string, cause: unknown): OpError {
  return new OpError("OPD5005", `whether ${visible(path)} is on disk is not known: ${reasonOf(cause)}`, {
    where: path,
    cause,
  });
}

export function reasonOf(cause: unknown): string {
  return errnoOf(cause) || (cause instanceof Error ? cause.message : String(cause));
}
