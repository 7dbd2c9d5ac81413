// Secrets: where references lead (env:NAME, file:PATH, credential:NAME) and the keyed digest that stands for a value in
// plans. Values are returned to the caller and kept nowhere; no message holds one.

import { createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { OpError } from "../base/error.ts";
import { errnoOf, readTrusted } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import { configHome, type Env, type Who } from "../base/settings.ts";

export interface Secrets {
  /** The value behind a reference. Throws OPD9013. */
  value(reference: string): string;
  /** HMAC-SHA-256 under the host's key over address and value, hex. Makes the key with its first use. */
  digest(address: string, value: string): string;
}

/** The host's key: one a machine, whoever asks. */
export function hostKeyFile(who: Who): string {
  return `${configHome(who)}/keys/host.key`;
}

/** `keyFile`: the host's key. */
export function secrets(who: Who, keyFile = hostKeyFile(who)): Secrets {
  const { env, uid } = who;
  let key: Buffer | null = null;
  return Object.freeze({
    value: (reference: string) => secretValue(reference, env, uid),
    digest(address: string, value: string) {
      key ??= hostKey(keyFile, uid);
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      return createHmac("sha256", key).update(`${address.length}:${address}${value}`).digest("hex");
    },
  });
}

function secretValue(reference: string, env: Env, uid: number): string {
  const [, kind, name] = /^(env|file|credential):(.+)$/s.exec(reference) ?? [];
  if (kind === undefined || name === undefined) {
    // It may be the secret itself, written where its reference belongs: it is not repeated.
    throw new OpError("OPD9013", "what stands for a secret is no reference to one", {
      hint: "env:NAME, file:/PATH or credential:NAME",
    });
  }
  if (kind === "env") {
    const value = env[name];
    if (value === undefined || value === "") throw absent(reference, "the variable is not set");
    return value;
  }
  const value = readSecretFile(reference, kind === "file" ? name : credentialFile(reference, name, env), uid);
  if (value === "") throw absent(reference, "the file is empty");
  return value;
}

/** systemd gives a service its credentials in a directory of its own: man systemd.exec, "Credentials". */
function credentialFile(reference: string, name: string, env: Env): string {
  const directory = env["CREDENTIALS_DIRECTORY"];
  if (directory === undefined) throw absent(reference, "CREDENTIALS_DIRECTORY is not set");
  if (name.includes("/") || name === "..") throw absent(reference, "a credential's name holds no slash");
  return join(directory, name);
}

/** Without the newline that editors leave at the end. */
function readSecretFile(reference: string, path: string, uid: number): string {
  if (!path.startsWith("/")) throw absent(reference, "the path must begin with /");
  try {
    return readTrusted(path, { sizeBytesMax: LIMITS.secretSizeBytesMax, uid })
      .toString("utf8")
      .replace(/\r?\n$/, "");
  } catch (error) {
    throw absent(reference, error instanceof OpError ? error.message : "it cannot be read");
  }
}

function absent(reference: string, why: string): OpError {
  return new OpError("OPD9013", `the secret ${reference} cannot be read: ${why}`);
}

/** The key's bytes, made (0600, in a directory 0700) where there is none. Throws what readTrusted does. */
export function hostKey(file: string, uid: number): Buffer {
  try {
    // The folder above holds configuration and plugins, which others may read; the keys' own is closed.
    mkdirSync(dirname(dirname(file)), { recursive: true, mode: 0o755 });
    makeDirectory(dirname(file));
    if (!existsSync(file)) makeKey(file);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST")
      throw new OpError("OPD1204", `${file} cannot be made: ${errnoOf(error)}`);
  }
  const key = readTrusted(file, { sizeBytesMax: LIMITS.hostKeyBytes, uid });
  if (key.length === LIMITS.hostKeyBytes) return key;
  throw new OpError("OPD9021", `${file} is not a key of ${LIMITS.hostKeyBytes} bytes`, { where: file });
}

/** The key appears whole or not at all, and the first of two processes wins: link(2) never replaces. */
function makeKey(file: string): void {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.new`;
  const fd = openSync(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    writeSync(fd, randomBytes(LIMITS.hostKeyBytes));
    fsyncSync(fd);
    linkSync(temporary, file);
  } finally {
    closeSync(fd);
    unlinkSync(temporary);
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
