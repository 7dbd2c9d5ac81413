// What `bench/memory-wire.ts` measures, in a process of its own: the memory's door before a table of concepts, or, with the
// argument `echo`, a bare server that answers frames of the same sizes. Says its port to its parent.

import { createServer } from "node:net";
import type { MemoryDoor, MemoryReply, MemoryRequest } from "../src/api/memory/memory.ts";
import { systemClock } from "../src/base/clock.ts";
import { listenMemory } from "../src/server/tcp.ts";
import { CONTENT, ID, REPLY_BYTES, REQUEST_BYTES } from "./memory-wire-frames.ts";

const concepts = new Map([[ID, CONTENT]]);

const door: MemoryDoor = {
  async answer(request: MemoryRequest): Promise<MemoryReply> {
    if (request.type !== "QueryConcept") return { type: "FlushOk" };
    const { conceptId } = request;
    const content = concepts.get(conceptId);
    return {
      type: "QueryConceptOk",
      found: content !== undefined,
      conceptId,
      content: content ?? "",
      strength: 1,
      confidence: 1,
      attributes: new Map(),
    };
  },
};

async function listenDoor(): Promise<number> {
  const quiet = (): void => undefined;
  const { address } = await listenMemory({
    rules: {
      address: { kind: "tcp", host: "127.0.0.1", port: 0 },
      tokenKey: null,
      tls: null,
      encoding: "hybrid",
      rate: { perSecond: 1, burst: 1 },
    },
    door,
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return Number(address.split(":")[1]);
}

/** As many bytes come as a request has: as many go as its reply has. */
function listenEcho(): Promise<number> {
  const reply = Buffer.alloc(REPLY_BYTES);
  const server = createServer({ noDelay: true }, (socket) => {
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
      for (; received >= REQUEST_BYTES; received -= REQUEST_BYTES) socket.write(reply);
    });
    socket.on("error", () => undefined);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port));
  });
}

process.send!(await (process.argv[2] === "echo" ? listenEcho() : listenDoor()));
process.once("disconnect", () => process.exit());
