// Listening at a path: a socket that only its owner may open, in the place of one that a dead process left.

import { lstatSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";
import { OpError } from "../base/error.ts";
import { errnoOf } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import type { Code } from "../base/codes.ts";

/** Resolves when it listens. Throws `code`; `hint` says how to name a shorter path. */
export function listenAtPath(server: Server, path: string, code: Code, hint: string): Promise<void> {
  if (Buffer.byteLength(path) > LIMITS.socketPathBytesMax)
    throw new OpError(code, `${path} is longer than the path of a socket may be`, { where: path, hint });
  removeSocket(path, code);
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new OpError(code, `${path} cannot be made: ${errnoOf(error)}`, { where: path, cause: error })),
    );
    // The mask holds while the socket is made: nobody else can ever have opened it.
    const mask = process.umask(0o177);
    try {
      server.listen(path, () => resolve());
    } finally {
      process.umask(mask);
    }
  });
}

/** A socket is removed, anything else in its place is left alone. Throws `code`. */
export function removeSocket(path: string, code: Code): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      throw new OpError(code, `${path} cannot be replaced: ${errnoOf(error)}`, { where: path });
  }
}
