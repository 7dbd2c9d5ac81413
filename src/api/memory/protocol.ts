// Messages of the memory's protocol to bytes and back: MessagePack, a request or reply as {Name: body}, or as its name alone
// where there is no body. Whether a reply's body is a list or a map differs between the generations of its servers, and
// the public clients read some of each: "hybrid" is what all of them read. Pure.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { readMsgpack, type MsgMap, type MsgValue } from "../../base/msgpack.ts";
import type { MsgWriter } from "../../base/msgpack-writer.ts";
import { checkRequest } from "./check.ts";
import { REPLIES, type MemoryReply } from "./reply.ts";
import { HELLO, NOT_OFFERED, REQUESTS, UNITS, type MemoryRequest } from "./request.ts";
import type { Body, Shape } from "./shape.ts";

/** `list`: all bodies are lists, as the first generations wrote them; `map`: all are maps, as the latest. */
export const ENCODINGS = ["hybrid", "list", "map"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export type Hello = { readonly type: "Hello"; readonly version: number };

const REQUEST_CAPS = {
  depthMax: LIMITS.memoryMessageDepthMax,
  valuesMax: LIMITS.memoryRequestValuesMax,
};
const REPLY_CAPS = { depthMax: LIMITS.memoryMessageDepthMax, valuesMax: LIMITS.memoryReplyValuesMax };
const INCOMING: ReadonlyMap<string, Shape<object>> = new Map<string, Shape<object>>([
  ...Object.entries(REQUESTS),
  ["Hello", HELLO],
]);
const OUTGOING: ReadonlyMap<string, Shape<object>> = new Map<string, Shape<object>>(Object.entries(REPLIES));
/** What the Python client reads by place, where it reads all else by name. */
const LISTS_IN_HYBRID = new Set(["LearnConceptOk", "LearnAssociationOk"]);

/** Throws OPD1401, OPD4501, OPD4502 (not offered), OPD4503 (beyond a limit). */
export function decodeRequest(bytes: Uint8Array): MemoryRequest | Hello {
  const [name, body] = messageOf(readMsgpack(bytes, REQUEST_CAPS));
  const shape = INCOMING.get(name);
  if (shape === undefined) {
    const why = NOT_OFFERED.get(name);
    if (why === undefined) throw new OpError("OPD4501", "the request is not known");
    throw new OpError("OPD4502", `${name} is not offered: ${why}`);
  }
  const request = { type: name, ...shape.read(body, name) } as MemoryRequest | Hello;
  if (request.type !== "Hello") checkRequest(request);
  return request;
}

/** By name, in maps: what every server of the protocol takes. */
export function encodeRequest(writer: MsgWriter, request: MemoryRequest | Hello): void {
  const unit = UNITS.has(request.type) && !("namespace" in request && request.namespace !== null);
  write(writer, request.type, unit ? null : INCOMING.get(request.type)!, request, "map");
}

export function encodeReply(writer: MsgWriter, reply: MemoryReply, encoding: Encoding): void {
  const hybrid = LISTS_IN_HYBRID.has(reply.type) ? "list" : "map";
  const shape = reply.type === "FlushOk" ? null : OUTGOING.get(reply.type)!;
  write(writer, reply.type, shape, reply, encoding === "hybrid" ? hybrid : encoding);
}

/** From any server of the protocol. Throws OPD1401, OPD4501. */
export function decodeReply(bytes: Uint8Array): MemoryReply {
  const [name, body] = messageOf(readMsgpack(bytes, REPLY_CAPS));
  const shape = OUTGOING.get(name);
  if (shape === undefined) throw new OpError("OPD4501", "the reply is not known");
  return { type: name, ...shape.read(body, name) } as MemoryReply;
}

function messageOf(value: MsgValue): readonly [name: string, body: MsgValue] {
  if (typeof value === "string") return [value, null];
  const [entry, ...more] = value instanceof Map ? (value as MsgMap) : [];
  if (entry === undefined || more.length > 0)
    throw new OpError("OPD4501", "a message is one name, or a map from one name to its body");
  return entry;
}

/** `shape` null: there is no body. */
function write(
  writer: MsgWriter,
  name: string,
  shape: Shape<object> | null,
  value: object,
  body: Body,
): void {
  if (shape !== null) writer.map(1);
  writer.text(name);
  shape?.write(writer, value, body);
}
