// Where the memory's door may be opened, and for whom: made of the settings, with every file read and checked before
// anything listens. Without tokens only this machine comes in, and only where that was asked for; beyond it, tokens and TLS.

import { lstatSync } from "node:fs";
import { BlockList, isIPv6 } from "node:net";
import { dirname } from "node:path";
import type { Encoding } from "../../api/memory/memory.ts";
import { OpError } from "../../base/error.ts";
import { errnoOf, readTrusted } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { showAddress, type LocalAddress } from "../../base/setting.ts";
import type { Config } from "../../base/settings.ts";

export interface MemoryTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Clients must have a certificate signed by one of these; null = they need none. */
  readonly clientAuthorities: Buffer | null;
}

export interface MemoryRules {
  readonly address: LocalAddress;
  /** Of tokens; null = none is asked for. */
  readonly tokenKey: Buffer | null;
  readonly tls: MemoryTls | null;
  readonly encoding: Encoding;
  /** Of each subject; where there are no tokens there is no subject, and no rate. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
}

/** null = it is not to be opened. Throws OPD4504, OPD1201, OPD1202, OPD1203. */
export function memoryRules(config: Config, uid: number): MemoryRules | null {
  const address = config.memoryListen;
  if (address === null) return null;
  const tokenKey = config.memoryTokenKey === null ? null : tokenKeyOf(config.memoryTokenKey, uid);
  const tls = tlsOf(config, uid);
  const where = showAddress(address);
  if (tokenKey === null) {
    if (!config.memoryOpen)
      throw refused(
        where,
        "there are no tokens",
        "set memory_token_key, or memory_open for this machine alone",
      );
    if (address.kind === "tcp" && !isLoopback(address.host))
      throw refused(
        where,
        "other machines reach this address, and there are no tokens",
        "set memory_token_key",
      );
    if (address.kind === "unix") checkPrivate(dirname(address.path), uid);
  } else if (address.kind === "tcp" && !isLoopback(address.host) && tls === null) {
    throw refused(
      where,
      "other machines reach this address, and there is no TLS",
      "set memory_tls_certificate and memory_tls_key",
    );
  }
  const rate = { perSecond: config.memoryRequestsPerSecond, burst: config.memoryRequestsBurst };
  return Object.freeze({ address, tokenKey, tls, encoding: config.memoryEncoding, rate });
}

function tokenKeyOf(path: string, uid: number): Buffer {
  const key = readPrivate(path, uid);
  // An editor ends the file with a new line that nobody means.
  const bytes = key.at(-1) === 0x0a ? key.subarray(0, -1) : key;
  if (bytes.length < LIMITS.memoryTokenKeyBytesMin)
    throw refused(
      path,
      `the key has less than ${LIMITS.memoryTokenKeyBytesMin} bytes`,
      "head -c 48 /dev/urandom | base64",
    );
  return bytes;
}

function tlsOf(config: Config, uid: number): MemoryTls | null {
  const { memoryTlsCertificate: chain, memoryTlsKey: key, memoryTlsClientAuthorities: authorities } = config;
  if (chain === null && key === null) {
    if (authorities === null) return null;
    throw refused(
      authorities,
      "client certificates need TLS",
      "set memory_tls_certificate and memory_tls_key",
    );
  }
  if (chain === null || key === null)
    throw refused(chain ?? key ?? "", "a certificate and its key belong together", "set both");
  const rules = { sizeBytesMax: LIMITS.authoritiesBytesMax, uid };
  return Object.freeze({
    certificate: readTrusted(chain, rules),
    key: readPrivate(key, uid),
    clientAuthorities: authorities === null ? null : readTrusted(authorities, rules),
  });
}

/** A file that nobody else can read. The mode is looked at after its bytes: who could swap the file could read it before. */
function readPrivate(path: string, uid: number): Buffer {
  const bytes = readTrusted(path, { sizeBytesMax: LIMITS.secretSizeBytesMax, uid });
  if ((lstatSync(path).mode & 0o077) !== 0)
    throw refused(path, "others may read this key", `chmod 0600 ${path}`);
  return bytes;
}

function checkPrivate(folder: string, uid: number): void {
  let stats;
  try {
    stats = lstatSync(folder);
  } catch (error) {
    throw refused(
      folder,
      `the folder of the socket cannot be seen: ${errnoOf(error)}`,
      `mkdir -m 0700 ${folder}`,
    );
  }
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0)
    throw refused(
      folder,
      "others may enter the folder of the socket, and there are no tokens",
      `chmod 0700 ${folder}`,
    );
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Can only this machine reach `ip`? */
function isLoopback(ip: string): boolean {
  return LOOPBACK.check(ip, isIPv6(ip) ? "ipv6" : "ipv4");
}

function refused(where: string, why: string, hint: string): OpError {
  return new OpError("OPD4504", `the memory does not listen: ${why}`, { where, hint });
}
