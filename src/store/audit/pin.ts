// Anchors: what somebody outside the log's folder remembers of it. A pin is our own memory of the newest signed head, kept
// in another folder; a checkpoint note is what was sent elsewhere. Without an anchor a log that was replaced or cut as a
// whole looks as good as before.
//
//   {"key":"op-dbus/…+…+…","origin":"op-dbus/…","root":"base64","size":640}

import { OpError } from "../../base/error.ts";
import { canonicalJson } from "../../base/text/text.ts";
import { visible } from "../../base/visible.ts";
import type { Disk } from "../file/file.ts";
import { parseHead, type TreeHead } from "./checkpoint.ts";
import { readWhole, writeSector } from "./derived.ts";
import { entryValue } from "./entry.ts";
import { HASH_BYTES } from "./merkle.ts";
import type { Checkpoint } from "./model.ts";
import { exactBase64, parseVkey, type Note } from "./note.ts";

export interface Pin extends TreeHead {
  /** The verifier key that signed it. */
  readonly key: string;
}

/** What a log is compared with. `key`: of a pin; `note`: of a checkpoint, whose signatures are checked. */
export interface Anchor extends TreeHead {
  /** Where it comes from, for people. */
  readonly name: string;
  readonly key: string | null;
  readonly note: Note | null;
}

const ANCHOR_BYTES_MAX = 64 * 1024;

/** null when there is none; an empty one is what a power cut left. Throws OPD5104, OPD5003. */
export function readPin(disk: Disk, path: string): Pin | null {
  const bytes = readWhole(disk, path, ANCHOR_BYTES_MAX);
  if (bytes === null || bytes.length === 0) return null;
  return pinOf(bytes) ?? notAnAnchor(path);
}

/** Remembers a head signed by `key`. Its folder is there. Not synced: an older pin is a good one. Throws OPD5002. */
export function writePin(disk: Disk, path: string, { size, root }: Checkpoint, key: string): void {
  const origin = parseVkey(key)?.name ?? "";
  writeSector(disk, path, pinText({ origin, size, root, key }));
}

export function pinText({ origin, size, root, key }: Pin): string {
  return canonicalJson({ origin, size, root, key });
}

/** The anchor in a text that a person names: a pin or a signed checkpoint. `name`: where it comes from. Throws OPD5104. */
export function readAnchor(text: string, name: string): Anchor {
  const pin = pinOf(Buffer.from(text));
  if (pin !== null) return anchorOf(pin, name);
  const { origin, size, root, note } = parseHead(text) ?? notAnAnchor(name);
  return { name, origin, size, root, key: null, note };
}

export function anchorOf({ origin, size, root, key }: Pin, name: string): Anchor {
  return { name, origin, size, root, key, note: null };
}

function pinOf(bytes: Buffer): Pin | null {
  if (bytes[0] !== 0x7b) return null;
  try {
    const { origin, size, root, key } = entryValue(bytes);
    if (typeof origin !== "string" || typeof size !== "number" || typeof root !== "string") return null;
    if (typeof key !== "string" || parseVkey(key) === null || !Number.isSafeInteger(size) || size < 0)
      return null;
    return exactBase64(root)?.length === HASH_BYTES ? { origin, size, root, key } : null;
  } catch {
    return null;
  }
}

function notAnAnchor(path: string): never {
  throw new OpError("OPD5104", `${visible(path)} is neither a pin nor a signed checkpoint`, {
    where: path,
    hint: "op-dbus explain OPD5104",
  });
}
