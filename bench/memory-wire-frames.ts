// The request and the reply that `bench/memory-wire.ts` measures: a concept of 140 characters, read by its id.

import { encodeReply, encodeRequest, writeFrame } from "../src/api/memory/memory.ts";
import { MsgWriter } from "../src/base/msgpack-writer.ts";

export const ID = "00112233445566778899aabbccddeeff";
export const CONTENT = "What is remembered of a machine, in some hundred and forty characters. ".repeat(2);

export function requestFrame(id: number | null): Buffer {
  const request = { type: "QueryConcept", namespace: null, conceptId: ID } as const;
  return writeFrame(new MsgWriter(), id, (writer) => encodeRequest(writer, request));
}

export const REQUEST_BYTES = requestFrame(null).length;
export const REPLY_BYTES = writeFrame(new MsgWriter(), null, (writer) =>
  encodeReply(
    writer,
    {
      type: "QueryConceptOk",
      found: true,
      conceptId: ID,
      content: CONTENT,
      strength: 1,
      confidence: 1,
      attributes: new Map(),
    },
    "hybrid",
  ),
).length;
