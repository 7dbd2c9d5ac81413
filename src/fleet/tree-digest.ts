// The digest of what a folder holds, whatever file system it lies on: of every entry below it, sorted by path, its kind,
// mode, owner and bytes. Times are not in it, nor what lies in other subvolumes (their place in a snapshot has inode 2).
//
//   for each entry   "KIND MODE UID GID SIZE LENGTH:" PATH BYTES   lengths are decimal, so no two trees write the same
//   KIND             d folder, f file, l link (BYTES: where it leads), p s b c others (BYTES: none)

import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";

const EMPTY_PLACE_INODE = 2;

/** Hex SHA-256. Rejects when `signal` fires, and with errors of the operating system. */
export async function treeDigest(root: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for (const path of ["", ...pathsBelow(root, "")]) {
    signal.throwIfAborted();
    const whole = bytesOf(`${Buffer.from(root).toString("latin1")}/${path}`);
    const stats = lstatSync(whole);
    const kind = kindOf(stats);
    const link = kind === "l" ? readlinkSync(whole, { encoding: "buffer" }) : null;
    const size = kind === "f" ? stats.size : (link?.length ?? 0);
    hash.update(
      `${kind} ${(stats.mode & 0o7777).toString(8)} ${stats.uid} ${stats.gid} ${size} ${path.length}:`,
    );
    hash.update(bytesOf(path));
    if (link !== null) hash.update(link);
    if (kind === "f")
      for await (const chunk of createReadStream(whole, { signal })) hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

/** Latin-1 texts: a name is bytes, and so each stands for one of them. */
function pathsBelow(root: string, below: string): readonly string[] {
  const folder = bytesOf(`${Buffer.from(root).toString("latin1")}/${below}`);
  const entries = readdirSync(folder, { withFileTypes: true, encoding: "latin1" });
  const paths = entries.flatMap((entry): readonly string[] => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    const inode = lstatSync(bytesOf(`${Buffer.from(root).toString("latin1")}/${path}`)).ino;
    return inode === EMPTY_PLACE_INODE ? [] : [path, ...pathsBelow(root, path)];
  });
  return paths.sort();
}

function bytesOf(latin1: string): Buffer {
  return Buffer.from(latin1, "latin1");
}

function kindOf(stats: Stats): "d" | "f" | "l" | "p" | "s" | "b" | "c" {
  if (stats.isDirectory()) return "d";
  if (stats.isFile()) return "f";
  if (stats.isSymbolicLink()) return "l";
  if (stats.isFIFO()) return "p";
  if (stats.isSocket()) return "s";
  return stats.isBlockDevice() ? "b" : "c";
}
