// What the wire knocks at: the memory, as one function over the messages of the protocol. Who asks is already known and
// allowed, and the request is within the limits of the wire. Types only.

import type { MemoryReply } from "./reply.ts";
import type { MemoryRequest } from "./request.ts";

export interface MemoryCaller {
  /** Who the token names; "local" at a door without tokens. */
  readonly subject: string;
}

export interface MemoryDoor {
  /**
   * Resolves when the request is done: a change is durable then. An OpError becomes an Error reply with its message; anything
   * else is told as an internal error without its text. `signal`: the client is gone, and nobody reads the answer.
   */
  answer(request: MemoryRequest, who: MemoryCaller, signal: AbortSignal): Promise<MemoryReply>;
}
