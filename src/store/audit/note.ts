// Signed notes (c2sp.org/signed-note) and the two kinds of keys that sign them here: Ed25519 (0x01, logs) and timestamped
// Ed25519 cosignatures (0x04, witnesses, c2sp.org/tlog-cosignature). Pure: what a note says is checkpoint.ts's, where keys
// are kept keys.ts's.

import { createPublicKey, hash, sign, verify, type KeyObject } from "node:crypto";
import { LIMITS } from "../../base/limits.ts";

const LOG_KEY = 0x01;
const WITNESS_KEY = 0x04;
const ID_BYTES = 4;
const TIMESTAMP_BYTES = 8;

export interface Signature {
  readonly name: string;
  /** Key id, 8 hex digits. */
  readonly id: string;
  readonly bytes: Buffer;
  /** As it stands in the note, with its newline. */
  readonly line: string;
}

export interface Note {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** A key that signatures are checked with. */
export interface Verifier {
  /** `name+id+base64(type || key)`: how people and configurations hold it. */
  readonly vkey: string;
  readonly name: string;
  readonly id: string;
  readonly type: number;
  readonly key: KeyObject;
}

export interface Signer {
  readonly verifier: Verifier;
  readonly key: KeyObject;
}

/** What the known keys say of a note. `bad`: a known key's signature that does not hold, which condemns the note. */
export interface Verdict {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/** null when the text is no signed note. Signatures of unknown kinds stay in it: they are somebody else's. */
export function parseNote(note: string): Note | null {
  // eslint-disable-next-line no-control-regex -- the specification names them
  if (note.length > LIMITS.noteCharsMax || /[\u0000-\u0009\u000b-\u001f]/.test(note)) return null;
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return null;
  const signatures: Signature[] = [];
  for (const line of note.slice(end + 2, -1).split("\n")) {
    const [, name, base64] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
    const bytes = exactBase64(base64 ?? "");
    if (name === undefined || bytes === null || bytes.length <= ID_BYTES) return null;
    signatures.push({
      name,
      id: bytes.toString("hex", 0, ID_BYTES),
      bytes: bytes.subarray(ID_BYTES),
      line: `${line}\n`,
    });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/** null when it is no verifier key of a kind that is known here, or its id is not that of its name and key. */
export function parseVkey(vkey: string): Verifier | null {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(vkey) ?? [];
  const material = exactBase64(base64 ?? "");
  const type = material?.[0];
  if (name === undefined || id === undefined || material?.length !== 33) return null;
  if ((type !== LOG_KEY && type !== WITNESS_KEY) || keyId(name, material) !== id) return null;
  const x = material.subarray(1).toString("base64url");
  let key: KeyObject | undefined;
  return {
    vkey,
    name,
    id,
    type,
    // Made when a signature is checked: who signs or compares names never needs it.
    get key() {
      return (key ??= createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }));
    },
  };
}

/** The verifier key of a public Ed25519 key. `name` has no white space and no plus. */
export function vkeyOf(name: string, publicKey: KeyObject, type = LOG_KEY): string {
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const material = Buffer.concat([Buffer.of(type), raw]);
  return `${name}+${keyId(name, material)}+${material.toString("base64")}`;
}

/** The signature line of `text`, with its newline. */
export function signatureLine(text: string, { verifier, key }: Signer): string {
  return line(verifier, sign(null, Buffer.from(text), key));
}

/** The line of a witness that saw the checkpoint `text` at `timeSeconds` since 1970. */
export function cosignatureLine(text: string, { verifier, key }: Signer, timeSeconds: number): string {
  const time = Buffer.alloc(TIMESTAMP_BYTES);
  time.writeBigUInt64BE(BigInt(timeSeconds));
  return line(verifier, Buffer.concat([time, sign(null, cosigned(text, BigInt(timeSeconds)), key)]));
}

/** Which of `verifiers` signed the note. Signatures of others are passed over, as the specification asks. */
export function verifyNote(note: Note, verifiers: readonly Verifier[]): Verdict {
  const good = new Set<string>();
  const bad = new Set<string>();
  for (const signature of note.signatures) {
    const verifier = verifiers.find(({ name, id }) => name === signature.name && id === signature.id);
    if (verifier !== undefined) (holds(verifier, note.text, signature.bytes) ? good : bad).add(verifier.vkey);
  }
  return { good: [...good], bad: [...bad] };
}

function holds({ type, key }: Verifier, text: string, signature: Buffer): boolean {
  if (type === LOG_KEY) return verify(null, Buffer.from(text), key, signature);
  if (signature.length <= TIMESTAMP_BYTES) return false;
  return verify(null, cosigned(text, signature.readBigUInt64BE()), key, signature.subarray(TIMESTAMP_BYTES));
}

function cosigned(text: string, timeSeconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

function line({ name, id }: Verifier, signature: Buffer): string {
  return `\u2014 ${name} ${Buffer.concat([Buffer.from(id, "hex"), signature]).toString("base64")}\n`;
}

function keyId(name: string, material: Buffer): string {
  return hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), material])).slice(0, 2 * ID_BYTES);
}

/** null when another text stands for the same bytes: a note has one form. */
export function exactBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}
