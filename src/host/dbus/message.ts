// Messages (D-Bus specification, "Message Format"): what a header says, and writing one. Reading is in header.ts and
// framer.ts. A body is decoded when it is asked for and not before: a signal that nobody wants costs only its header.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { putSignature, putString } from "./encode-basic.ts";
import { withOutput, writeBody } from "./encode.ts";
import { isBusName, isErrorName, isInterfaceName, isMemberName, isObjectPath } from "./names.ts";
import { pad, putUint32, type Output } from "./output.ts";
import type { DBusValue } from "./value.ts";

export type MessageType = 1 | 2 | 3 | 4;
export const METHOD_CALL = 1;
export const METHOD_RETURN = 2;
export const ERROR = 3;
export const SIGNAL = 4;

/** Flags of a header; their sum is `flags`. */
export const NO_REPLY_EXPECTED = 1;
export const NO_AUTO_START = 2;
export const ALLOW_INTERACTIVE_AUTHORIZATION = 4;

/** Who, where and what, as far as a message says it. */
interface Addressing {
  readonly replySerial?: number | undefined;
  readonly path?: string | undefined;
  readonly interface?: string | undefined;
  readonly member?: string | undefined;
  readonly errorName?: string | undefined;
  readonly destination?: string | undefined;
  readonly sender?: string | undefined;
}

/** What a header says. Names and paths are valid; what a type requires is there. */
export interface MessageHeader extends Addressing {
  readonly type: MessageType;
  readonly flags: number;
  /** 1 to 2^32-1. */
  readonly serial: number;
  /** Of the whole body; "" when it is empty. */
  readonly signature: string;
  /** File descriptors that the sender attached. Node drops them. */
  readonly fdCount: number;
  readonly bodySizeBytes: number;
}

export interface Message extends MessageHeader {
  /** The values of the body, decoded at the first call. Throws BodyError (OPD3012): only this message is lost. */
  body(): readonly DBusValue[];
}

/** What encodeMessage needs. */
export interface MessageFields extends Addressing {
  readonly type: MessageType;
  readonly flags?: number;
  readonly signature?: string | undefined;
  readonly body?: readonly DBusValue[] | undefined;
}

/** Header fields by code, with the type of each. Source: D-Bus specification, "Header Fields". */
export const FIELD = Object.freeze({
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
  unixFds: 9,
});

/**
 * The bytes of a message, little-endian. Throws OPD3010 for an invalid name, a body that does not fit its signature,
 * fields that its type requires and lacks, or more than 128 MiB.
 */
export function encodeMessage(fields: MessageFields, serial: number): Buffer {
  const missing = missingField(fields);
  if (missing !== null) throw new OpError("OPD3010", `a message of type ${fields.type} lacks its ${missing}`);
  return withOutput((out) => writeMessage(out, fields, serial));
}

/** The name of a field that the message's type requires and that is not there; null when all are. */
export function missingField(fields: Omit<MessageFields, "body">): string | null {
  switch (fields.type) {
    case METHOD_CALL:
      return fields.path === undefined ? "path" : fields.member === undefined ? "member" : null;
    case METHOD_RETURN:
      return fields.replySerial === undefined ? "reply serial" : null;
    case ERROR:
      return fields.errorName === undefined
        ? "error name"
        : fields.replySerial === undefined
          ? "reply serial"
          : null;
    case SIGNAL:
      if (fields.path === undefined) return "path";
      return fields.interface === undefined ? "interface" : fields.member === undefined ? "member" : null;
  }
}

function writeMessage(out: Output, fields: MessageFields, serial: number): void {
  const { signature = "", body = [] } = fields;
  out.reserve(16);
  const { bytes } = out;
  bytes[out.pos] = 0x6c;
  bytes[out.pos + 1] = fields.type;
  bytes[out.pos + 2] = fields.flags ?? 0;
  bytes[out.pos + 3] = 1;
  out.pos += 4;
  putUint32(out, 0); // the body's size, filled in below
  putUint32(out, serial);
  putUint32(out, 0); // the fields' size
  putName(out, FIELD.path, "o", fields.path, paths);
  putName(out, FIELD.interface, "s", fields.interface, interfaces);
  putName(out, FIELD.member, "s", fields.member, members);
  putName(out, FIELD.errorName, "s", fields.errorName, errorNames);
  putName(out, FIELD.destination, "s", fields.destination, busNames);
  putName(out, FIELD.sender, "s", fields.sender, busNames);
  if (fields.replySerial !== undefined) {
    putField(out, FIELD.replySerial, "u");
    putUint32(out, fields.replySerial);
  }
  if (signature !== "") {
    putField(out, FIELD.signature, "g");
    putSignature(out, signature);
  }
  const fieldsEnd = out.pos - out.start;
  pad(out, 8);
  const bodyStart = out.pos - out.start;
  writeBody(out, signature, body, 0);
  const size = out.pos - out.start;
  if (size > LIMITS.messageSizeBytesMax) throw new OpError("OPD3010", "a message has at most 128 MiB");
  out.view.setUint32(out.start + 4, size - bodyStart, true);
  out.view.setUint32(out.start + 12, fieldsEnd - 16, true);
}

function putField(out: Output, code: number, type: string): void {
  pad(out, 8);
  out.reserve(4);
  out.view.setUint32(out.pos, code | 0x100 | (type.charCodeAt(0) << 16), true);
  out.pos += 4;
}

function putName(out: Output, code: number, type: string, text: string | undefined, valid: Names): void {
  if (text === undefined) return;
  if (!valid.has(text))
    throw new OpError("OPD3010", `${JSON.stringify(text.slice(0, 300))} is not ${valid.what}`);
  putField(out, code, type);
  putString(out, text);
}

/** A predicate that remembers what passed it: the same few names stand in nearly every message. */
export class Names {
  readonly what: string;
  readonly #test: (text: string) => boolean;
  readonly #passed = new Set<string>();

  constructor(what: string, test: (text: string) => boolean) {
    this.what = what;
    this.#test = test;
  }

  has(text: string): boolean {
    if (this.#passed.has(text)) return true;
    if (!this.#test(text)) return false;
    if (text.length > LIMITS.nameSizeBytesMax) return true;
    if (this.#passed.size >= LIMITS.namesKeptMax) this.#passed.clear();
    this.#passed.add(text);
    return true;
  }
}

export const paths = new Names("an object path", isObjectPath);
export const interfaces = new Names("an interface name", isInterfaceName);
export const members = new Names("a member name", isMemberName);
export const errorNames = new Names("an error name", isErrorName);
export const busNames = new Names("a bus name", isBusName);
