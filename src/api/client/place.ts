// Where the socket of the daemon lies that holds a state directory: named after the directory, in a folder that only its
// owner can enter. Node cannot ask who is on the other side of a socket, so that folder is the check, on both sides.

import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";

/** The folder of all sockets in a runtime directory. */
export function socketFolder(runtimeDir: string): string {
  return join(runtimeDir, "daemon");
}

/** `stateDir` must exist: two names of one folder give one socket. */
export function socketPath(runtimeDir: string, stateDir: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const name = createHash("sha256").update(realpathSync(stateDir)).digest("hex").slice(0, 12);
  return join(socketFolder(runtimeDir), `${name}.sock`);
}

export type Found = { readonly path: string } | { readonly refused: string };

/** The socket to try; null where there is none: then no daemon runs. Refused when others could have put it there. */
export function findSocket(runtimeDir: string, stateDir: string, uid: number): Found | null {
  const folder = socketFolder(runtimeDir);
  try {
    // First what is missing where no daemon ever ran: it costs less than the digest.
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0)
      return { refused: `${visible(folder)} is not a folder that only you can enter` };
    const path = socketPath(runtimeDir, stateDir);
    const socket = lstatSync(path);
    if (!socket.isSocket() || socket.uid !== uid)
      return { refused: `${visible(path)} is no socket of yours` };
    return { path };
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return null;
    return { refused: `${visible(folder)} cannot be looked into: ${errnoOf(error)}` };
  }
}
