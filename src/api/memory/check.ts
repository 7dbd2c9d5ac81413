// The limits of the protocol, for every request that has the field, with the texts that its clients know.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import type { MemoryRequest } from "./request.ts";

/** Throws OPD4503. */
export function checkRequest(request: MemoryRequest): void {
  if ("content" in request) checkContent("Content", request.content);
  if ("contents" in request) {
    const { contents } = request;
    within("Batch too large:", contents.length, LIMITS.memoryBatchMax, " items");
    for (const [index, content] of contents.entries()) checkContent(`Batch item ${index}`, content);
  }
  if ("embedding" in request)
    within("Embedding dimension too large:", request.embedding.length, LIMITS.memoryDimensionsMax);
  if ("queryVector" in request)
    within("Query vector dimension too large:", request.queryVector.length, LIMITS.memoryDimensionsMax);
  if ("maxDepth" in request) within("Path depth too large:", request.maxDepth, LIMITS.memoryPathDepthMax);
  if ("maxPaths" in request) within("Too many paths:", request.maxPaths, LIMITS.memoryPathsMax);
  if ("k" in request) within("k too large:", request.k, LIMITS.memorySearchMax);
  if ("limit" in request) within("limit too large:", request.limit, LIMITS.memorySearchMax);
}

/** What a frame beyond the limit is answered with. */
export function messageTooLarge(sizeBytes: number): OpError {
  return beyond("Message too large:", sizeBytes, LIMITS.memoryMessageBytesMax, " bytes");
}

function checkContent(what: string, content: string): void {
  // A unit of UTF-16 has one to three bytes.
  if (content.length * 3 > LIMITS.memoryContentBytesMax)
    within(`${what} too large:`, Buffer.byteLength(content), LIMITS.memoryContentBytesMax, " bytes");
}

function within(what: string, found: number, most: number, unit = ""): void {
  if (found > most) throw beyond(what, found, most, unit);
}

function beyond(what: string, found: number, most: number, unit: string): OpError {
  return new OpError("OPD4503", `${what} ${found}${unit} (max: ${most})`);
}
