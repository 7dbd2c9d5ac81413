// The keys of the audit log, in a folder of their own that is never replicated:
//
//   audit.key        0600: the verifier key on its first line, then the private key (PKCS #8, PEM)
//   audit.key.next   while a rotation is under way
//   audit.pub        every verifier key there ever was, one a line, the newest last
//
// A key file appears whole or not at all. Which key signs is said by the log's own `key` entries: this folder only holds
// what they name. The first key may be made by anybody, the first of two processes wins; a rotation works with the lock of
// the log held.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf, readTrusted } from "../../base/file.ts";
import { visible } from "../../base/visible.ts";
import { checkPrivate, makePrivate, type Disk } from "../file/file.ts";
import { cannotWrite, removeIfThere, writeWhole } from "./derived.ts";
import { parseVkey, vkeyOf, type Signer } from "./note.ts";

const KEY_FILE_BYTES_MAX = 4096;
const PUB_FILE_BYTES_MAX = 1024 * 1024;
/** PrivateKeyInfo of Ed25519 before the 32 bytes of the key. */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

export interface KeyFolder {
  readonly directory: string;
  readonly disk: Disk;
  readonly uid: number;
}

/** The key there is, made if there is none. Throws OPD5001, OPD5002, OPD5102, OPD1202. */
export function firstSigner(folder: KeyFolder): Signer {
  const known = readSigner(folder, "audit.key");
  if (known !== null) return known;
  makePrivate(folder.disk, folder.directory, folder.uid);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const name = `op-dbus/${hash("sha256", publicKey.export({ type: "spki", format: "der" })).slice(0, 16)}`;
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  placeNew(folder, "audit.key", `${vkeyOf(name, publicKey)}\n${pem}`);
  const signer = signerOf(folder, null);
  addPublic(folder, signer.verifier.vkey);
  return signer;
}

/** The signer whose verifier key is `vkey` (null: any), ending a rotation that was cut short. Throws OPD5102. */
export function signerOf(folder: KeyFolder, vkey: string | null): Signer {
  const current = readSigner(folder, "audit.key");
  if (current !== null && (vkey === null || current.verifier.vkey === vkey)) return current;
  const next = nextOf(folder, vkey);
  promote(folder, next.verifier.vkey);
  return next;
}

/** The same without ending anything: null when a rotation that was cut short has left the signer aside. Who is about to
 * change the machine asks before, as nothing could be recorded without it. Throws OPD5102. */
export function needSigner(folder: KeyFolder, vkey: string): Signer | null {
  const current = readSigner(folder, "audit.key");
  if (current?.verifier.vkey === vkey) return current;
  nextOf(folder, vkey);
  return null;
}

function nextOf(folder: KeyFolder, vkey: string | null): Signer {
  const next = readSigner(folder, "audit.key.next");
  if (vkey !== null && next?.verifier.vkey === vkey) return next;
  const path = join(folder.directory, "audit.key");
  throw new OpError("OPD5102", `${visible(path)} is not the key of the log`, {
    where: path,
    hint: "op-dbus explain OPD5102",
  });
}

/** A key to come: durable when it returns, used from the entry on that names it. */
export function nextSigner(folder: KeyFolder, name: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  const vkey = vkeyOf(name, publicKey);
  writeWhole(folder.disk, join(folder.directory, "audit.key.next"), Buffer.from(`${vkey}\n${pem}`), true);
  return { verifier: verifierOf(folder, vkey), key: privateKey };
}

/** The key to come is the key. */
function promote(folder: KeyFolder, vkey: string): void {
  const path = join(folder.directory, "audit.key");
  try {
    folder.disk.rename(`${path}.next`, path);
    folder.disk.syncFolder(folder.directory);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  addPublic(folder, vkey);
}

function readSigner(folder: KeyFolder, name: string): Signer | null {
  const path = join(folder.directory, name);
  if (!isThere(folder.disk, path)) return null;
  // Who can write the folder could put another file of ours in the key's place.
  checkPrivate(folder.disk, folder.directory, folder.uid);
  const [vkey = "", ...pem] = readTrusted(path, { sizeBytesMax: KEY_FILE_BYTES_MAX, uid: folder.uid })
    .toString("utf8")
    .split("\n");
  const verifier = verifierOf(folder, vkey);
  const key = privateKeyIn(pem.join("\n"), vkey);
  if (key === null || vkeyOf(verifier.name, createPublicKey(key), verifier.type) !== vkey)
    throw new OpError("OPD5102", `${visible(path)} does not hold the private key of its first line`, {
      where: path,
      hint: "op-dbus explain OPD5102",
    });
  return { verifier, key };
}

/** The usual form of the key (RFC 8410, 7) is taken apart here: OpenSSL tries each format it knows, for half a
 * millisecond. Anything else is left to it; null when it is none. */
function privateKeyIn(pem: string, vkey: string): KeyObject | null {
  const [, base64 = ""] =
    /^-----BEGIN PRIVATE KEY-----\n([^-]+)\n-----END PRIVATE KEY-----\n$/.exec(pem) ?? [];
  const der = Buffer.from(base64, "base64");
  const seed = der.subarray(-SEED_BYTES);
  try {
    if (!der.equals(Buffer.concat([PKCS8_ED25519, seed]))) return createPrivateKey(pem);
    const point = Buffer.from(vkey.slice(vkey.lastIndexOf("+") + 1), "base64").subarray(-SEED_BYTES);
    const [d, x] = [seed.toString("base64url"), point.toString("base64url")];
    return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
  } catch {
    // What OpenSSL says may hold a part of the file.
    return null;
  }
}

function verifierOf({ directory }: KeyFolder, vkey: string): Signer["verifier"] {
  const verifier = parseVkey(vkey);
  if (verifier === null)
    throw new OpError("OPD5102", `${visible(directory)}/audit.key does not begin with its verifier key`, {
      where: directory,
    });
  return verifier;
}

function addPublic(folder: KeyFolder, vkey: string): void {
  const path = join(folder.directory, "audit.pub");
  const rules = { sizeBytesMax: PUB_FILE_BYTES_MAX, uid: folder.uid };
  const text = isThere(folder.disk, path) ? readTrusted(path, rules).toString("utf8") : "";
  if (!text.split("\n").includes(vkey)) writeWhole(folder.disk, path, Buffer.from(`${text}${vkey}\n`), true);
}

/** link(2) never replaces, so a key that another process made meanwhile stays. */
function placeNew({ disk, directory }: KeyFolder, name: string, content: string): void {
  const path = join(directory, name);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.new`;
  writeWhole(disk, temporary, Buffer.from(content), true);
  try {
    disk.link(temporary, path);
    disk.syncFolder(directory);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw cannotWrite(path, error);
  } finally {
    removeIfThere(disk, temporary);
  }
}

function isThere(disk: Disk, path: string): boolean {
  try {
    disk.lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return false;
    throw new OpError("OPD5102", `${visible(path)} cannot be read: ${errnoOf(error)}`, { where: path });
  }
}
