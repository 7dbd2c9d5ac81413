// Reads the header of one message, strictly. What is wrong here is wrong with the stream itself: a FramingError, and
// the connection must close, because nobody can say where the next message begins.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { readBody, readVariant } from "./decode.ts";
import {
  busNames,
  errorNames,
  FIELD,
  interfaces,
  members,
  missingField,
  paths,
  type Message,
  type MessageType,
  type Names,
} from "./message.ts";
import { align, BodyError, Reader, readSignatureText, readText, readUint32, take } from "./reader.ts";
import { isSignature } from "./signature.ts";
import type { DBusValue } from "./value.ts";

/** The byte stream is broken (OPD3011): close the connection. */
export class FramingError extends OpError {
  constructor(reason: string) {
    super("OPD3011", `broken message header: ${reason}`);
    this.name = "FramingError";
  }
}

/** The first bytes of every message: enough to know its size. */
export const FIXED_SIZE_BYTES = 16;

export interface Frame {
  readonly little: boolean;
  /** 1 to 255; above 4 nobody knows it yet and it must be ignored. */
  readonly type: number;
  /** Bytes from the message's beginning to its body. */
  readonly headerSizeBytes: number;
  readonly sizeBytes: number;
}

/** Sizes of the message whose first 16 bytes stand at `start`. Throws FramingError. */
export function readFrame(bytes: Buffer, view: DataView, start: number): Frame {
  const order = bytes[start];
  if (order !== 0x6c && order !== 0x42) throw new FramingError("the byte order is neither l nor B");
  const little = order === 0x6c;
  const type = bytes[start + 1]!;
  if (type === 0) throw new FramingError("the type is 0");
  if (bytes[start + 3] !== 1) throw new FramingError("the protocol version is not 1");
  if (view.getUint32(start + 8, little) === 0) throw new FramingError("the serial is 0");
  const fieldsSize = view.getUint32(start + 12, little);
  if (fieldsSize > LIMITS.arraySizeBytesMax) throw new FramingError("the fields are longer than 64 MiB");
  const headerSizeBytes = FIXED_SIZE_BYTES + ((fieldsSize + 7) & ~7);
  const sizeBytes = headerSizeBytes + view.getUint32(start + 4, little);
  if (sizeBytes > LIMITS.messageSizeBytesMax) throw new FramingError("the message is longer than 128 MiB");
  return { little, type, headerSizeBytes, sizeBytes };
}

/** A message as it came. Its header is there from the beginning, its body once `attach` gave it bytes. */
export class ReceivedMessage implements Message {
  readonly type: MessageType;
  readonly flags: number;
  readonly serial: number;
  readonly bodySizeBytes: number;
  replySerial: number | undefined = undefined;
  path: string | undefined = undefined;
  interface: string | undefined = undefined;
  member: string | undefined = undefined;
  errorName: string | undefined = undefined;
  destination: string | undefined = undefined;
  sender: string | undefined = undefined;
  signature = "";
  fdCount = 0;
  /** What the body is read from; let go once it is decoded. */
  #source: Reader | null = null;
  #body: readonly DBusValue[] | null = null;

  constructor(type: MessageType, flags: number, serial: number, bodySizeBytes: number) {
    this.type = type;
    this.flags = flags;
    this.serial = serial;
    this.bodySizeBytes = bodySizeBytes;
  }

  /** `bodyStart`: where the body begins in `bytes`, all of which stay as they are from now on. */
  attach(bytes: Buffer, view: DataView, bodyStart: number, little: boolean): void {
    this.#source = new Reader(bytes, view, bodyStart, bodyStart + this.bodySizeBytes, little, this.fdCount);
  }

  body(): readonly DBusValue[] {
    if (this.#body !== null) return this.#body;
    if (this.#source === null) throw new BodyError("it was not received");
    this.#source.rewind();
    this.#body = readBody(this.signature, this.#source);
    this.#source = null;
    return this.#body;
  }
}

/**
 * The header of the message that begins at `start` of `bytes`, of which at least the header is there. Fields that
 * nobody knows are passed over; when one of them does not decode the message is not usable (null), but its size stands,
 * and a bus may well forward such a thing: no reason to close. Throws FramingError for everything else.
 * Source: D-Bus specification, "Message Format" and "Header Fields".
 */
export function readHeader(
  bytes: Buffer,
  view: DataView,
  start: number,
  frame: Frame,
): ReceivedMessage | null {
  const { little } = frame;
  const message = new ReceivedMessage(
    frame.type as MessageType,
    bytes[start + 2]!,
    view.getUint32(start + 8, little),
    frame.sizeBytes - frame.headerSizeBytes,
  );
  const fieldsEnd = start + FIXED_SIZE_BYTES + view.getUint32(start + 12, little);
  const r = new Reader(bytes, view, start, fieldsEnd, little, 0xffff_ffff);
  r.pos = start + FIXED_SIZE_BYTES;
  try {
    let seen = 0;
    while (r.pos < fieldsEnd) {
      const code = readFieldCode(r);
      if (code <= FIELD.unixFds) seen = readField(r, code, message, seen);
      else if (!skipField(r)) return null;
    }
    for (let i = fieldsEnd; i < start + frame.headerSizeBytes; i++) {
      if (bytes[i] !== 0) throw new FramingError("padding is not zero");
    }
  } catch (error) {
    throw error instanceof BodyError ? new FramingError(error.reason) : error;
  }
  const missing = missingField(message);
  if (missing !== null) throw new FramingError(`a message of type ${message.type} has no ${missing}`);
  return message;
}

function readFieldCode(r: Reader): number {
  align(r, 8);
  const code = r.bytes[take(r, 1)]!;
  if (code === 0) throw new FramingError("a field has the code 0");
  return code;
}

function skipField(r: Reader): boolean {
  try {
    readVariant(r);
    return true;
  } catch (error) {
    if (error instanceof BodyError) return false;
    throw error;
  }
}

/** Reads a known field into `message`. `seen` has a bit for each that was there; returns it with one more. */
function readField(r: Reader, code: number, message: ReceivedMessage, seen: number): number {
  const bit = 1 << code;
  if ((seen & bit) !== 0) throw new FramingError("a field is there twice");
  const at = take(r, 3);
  if (r.bytes[at] !== 1 || r.bytes[at + 2] !== 0 || r.bytes[at + 1] !== FIELD_TYPES[code]) {
    throw new FramingError("a field has the wrong type");
  }
  switch (code) {
    case FIELD.path:
      message.path = name(r, paths);
      if (message.path === LOCAL_PATH) throw new FramingError("its path is reserved");
      break;
    case FIELD.interface:
      message.interface = name(r, interfaces);
      if (message.interface === LOCAL_INTERFACE) throw new FramingError("its interface is reserved");
      break;
    case FIELD.member:
      message.member = name(r, members);
      break;
    case FIELD.errorName:
      message.errorName = name(r, errorNames);
      break;
    case FIELD.replySerial:
      message.replySerial = readUint32(r);
      if (message.replySerial === 0) throw new FramingError("the reply serial is 0");
      break;
    case FIELD.destination:
      message.destination = name(r, busNames);
      break;
    case FIELD.sender:
      message.sender = name(r, busNames);
      break;
    case FIELD.signature:
      message.signature = readSignatureText(r);
      if (!isSignature(message.signature)) throw new FramingError("its signature is not valid");
      break;
    case FIELD.unixFds:
      message.fdCount = readUint32(r);
      break;
  }
  return seen | bit;
}

/** Type of each field by its code, as the character in its variant. */
const FIELD_TYPES: readonly (number | undefined)[] = Array.from("\0osssussgu", (type) => type.charCodeAt(0));

/** Names of what libraries make up for themselves; they never travel. */
const LOCAL_PATH = "/org/freedesktop/DBus/Local";
const LOCAL_INTERFACE = "org.freedesktop.DBus.Local";

function name(r: Reader, valid: Names): string {
  const text = readText(r);
  if (!valid.has(text)) throw new FramingError(`one of its fields is not ${valid.what}`);
  return text;
}
