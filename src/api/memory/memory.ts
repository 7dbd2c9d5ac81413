// The face of the memory's protocol: its messages, their bytes, frames, tokens, and the door behind which they are answered.

export { associationName } from "./association-type.ts";
export { messageTooLarge } from "./check.ts";
export type { MemoryCaller, MemoryDoor } from "./door.ts";
export { FrameReader, frameBytesMax, splitFrame, writeFrame, type Frame } from "./frames.ts";
export {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  type Encoding,
  type Hello,
} from "./protocol.ts";
export type { MemoryReply, RecentItem, ReplyName, ReplyOf, SemanticConcept, SemanticPath } from "./reply.ts";
export type { LearnOptions, MemoryRequest, SemanticFilter } from "./request.ts";
export { makeToken, permissionFor, permissionsOf, readToken, type Permission, type Role } from "./token.ts";
