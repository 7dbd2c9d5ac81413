// `op-dbus/client`: every method, servers of every generation, and what becomes of requests whose answer does not come: each
// goes out once, reads are said not to have happened, changes not to be known.

import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { after, before, test, type TestContext } from "node:test";
import { MemoryClient, type MemoryPlace } from "../../src/api/client/memory-client.ts";
import {
  decodeRequest,
  encodeReply,
  FrameReader,
  writeFrame,
  type MemoryReply,
} from "../../src/api/memory/memory.ts";
import { MsgWriter } from "../../src/base/msgpack-writer.ts";
import { ID, OTHER } from "../support/fake-memory.ts";
import { framed, opened, until, type Opened } from "./raw.ts";

let door: Opened;
before(async () => {
  door = await opened();
});
after(() => door.server.close());

const path = {
  concepts: [ID, OTHER],
  confidence: 0.75,
  typeDistribution: new Map([["event", 2]]),
  domains: ["medical"],
  isTemporallyOrdered: true,
};
const vector = new Float32Array([0.5, 1]);
const calls: readonly (readonly [
  name: string,
  call: (client: MemoryClient) => Promise<unknown>,
  result: unknown,
])[] = [
  ["learn", (c) => c.learn("x", { namespace: "n", strength: 2 }), ID],
  ["learnBatch", (c) => c.learnBatch(["x", "y"]), [ID, ID]],
  ["learnConcept", (c) => c.learnConcept({ id: ID, content: "x", embedding: vector }), 7],
  [
    "learnWithEmbedding",
    (c) => c.learnWithEmbedding({ content: "x", embedding: vector }, { namespace: "n" }),
    ID,
  ],
  ["associate", (c) => c.associate({ source: ID, target: OTHER, type: "causal" }), 300],
  ["forget", (c) => c.forget(ID), undefined],
  ["clear", (c) => c.clear({ namespace: "n" }), undefined],
  [
    "concept",
    (c) => c.concept(ID),
    { id: ID, content: "aspirin", strength: 1, confidence: 0.5, attributes: new Map([["source", "label"]]) },
  ],
  ["concept that is absent", (c) => c.concept(OTHER), null],
  ["neighbors", (c) => c.neighbors(ID), [OTHER]],
  ["association", (c) => c.association(ID, OTHER), { type: "causal", confidence: 0.5 }],
  ["ids", (c) => c.ids(), [ID, OTHER]],
  ["path", (c) => c.path(ID, OTHER), [ID, OTHER]],
  ["semanticPaths", (c) => c.semanticPaths(ID, OTHER, { filter: { semanticType: "rule" } }), [path]],
  ["temporalChain", (c) => c.temporalChain(0, 10), [path]],
  ["causalChain", (c) => c.causalChain(ID), [path]],
  ["contradictions", (c) => c.contradictions("medical"), [[ID, OTHER, "must and must not"]]],
  [
    "querySemantic",
    (c) => c.querySemantic({ requiredTerms: ["x"] }),
    [{ conceptId: ID, content: "aspirin", semanticType: "rule", domain: "medical", confidence: 0.5 }],
  ],
  ["searchVector", (c) => c.searchVector(vector, { k: 3 }), [[ID, 1]]],
  ["searchText", (c) => c.searchText("x"), [[ID, 2.5]]],
  [
    "recent",
    (c) => c.recent({ namespace: "n" }),
    [{ id: ID, contentPreview: "aspirin", created: 1_700_000_000_000_000, attributes: new Map() }],
  ],
  [
    "stats",
    (c) => c.stats(),
    {
      concepts: 2,
      edges: 1,
      vectors: 2,
      written: 3,
      dropped: 0,
      pending: 0,
      reconciliations: 4,
      uptimeSeconds: 5,
    },
  ],
  ["flush", (c) => c.flush(), undefined],
  ["health", (c) => c.health(), { healthy: true, status: "ok", uptimeSeconds: 5 }],
];
for (const version of [1, 2] as const)
  test(`every method, version ${version}`, async () => {
    const client = new MemoryClient({ address: `127.0.0.1:${door.port}`, version });
    for (const [name, call, result] of calls) assert.deepEqual(await call(client), result, name);
    const all = await Promise.all(calls.map(([, call]) => call(client)));
    assert.deepEqual(
      all,
      calls.map(([, , result]) => result),
    );
    client.close();
  });

test("what the memory refuses has its code and its words", async () => {
  const client = new MemoryClient({ address: `127.0.0.1:${door.port}` });
  await assert.rejects(client.learn("fail"), {
    code: "OPD4003",
    message: "the memory takes no more changes for now",
  });
  await assert.rejects(client.path(ID, ID, { maxDepth: 21 }), { code: "OPD4503" });
  client.close();
});

interface Scripted {
  readonly place: MemoryPlace;
  /** Of all connections, names only. */
  readonly asked: string[];
  readonly connections: number;
}

/** A server that does with each request as it is told; frames have ids when `upgraded` says so. */
async function scripted(
  t: TestContext,
  answer: (name: string, send: (reply: MemoryReply) => void, socket: Socket, connection: number) => void,
): Promise<Scripted> {
  const asked: string[] = [];
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    let upgraded = false;
    const reader = new FrameReader(1_000_000);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame?.kind === "frame"; frame = reader.next()) {
        const id = upgraded ? frame.bytes.readUInt32BE(0) : null;
        const request = decodeRequest(upgraded ? frame.bytes.subarray(4) : frame.bytes);
        asked.push(request.type);
        const send = (reply: MemoryReply): void => {
          const bytes = writeFrame(new MsgWriter(), id, (writer) => encodeReply(writer, reply, "map"));
          socket.write(bytes);
          if (reply.type === "HelloOk") upgraded = reply.version === 2;
        };
        answer(request.type, send, socket, connection);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = `127.0.0.1:${(server.address() as { readonly port: number }).port}`;
  return {
    place: { address },
    asked,
    get connections() {
      return connections;
    },
  };
}
const HELLO_OK: MemoryReply = { type: "HelloOk", version: 2 };
const HEALTHY: MemoryReply = { type: "HealthCheckOk", healthy: true, status: "", uptimeSeconds: 1 };
const ERROR: MemoryReply = { type: "Error", message: "?", code: null };

const generations: readonly (readonly [
  what: string,
  onHello: (send: (reply: MemoryReply) => void, socket: Socket) => void,
  connections: number,
])[] = [
  ["answers Hello with an error", (send) => send(ERROR), 1],
  ["closes at Hello", (_, socket) => socket.destroy(), 2],
  ["says nothing to Hello", () => undefined, 2],
  ["stays at version 1", (send) => send({ type: "HelloOk", version: 1 }), 1],
];
for (const [what, onHello, connections] of generations)
  test(`a server that ${what} is asked in version 1, one after the other`, async (t) => {
    let under = 0;
    const server = await scripted(t, (name, send, socket) => {
      if (name === "Hello") return onHello(send, socket);
      assert.equal(++under, 1);
      return void setTimeout(() => {
        under--;
        send(HEALTHY);
      }, 2);
    });
    // Only a server that says nothing is waited for.
    const silent = what.startsWith("says nothing");
    const client = new MemoryClient({ ...server.place, ...(silent && { helloDeadlineMs: 50 }) });
    await Promise.all([client.health(), client.health(), client.health()]);
    assert.equal(server.connections, connections);
    assert.deepEqual(server.asked, ["Hello", "HealthCheck", "HealthCheck", "HealthCheck"]);
    client.close();
  });

for (const version of [1, 2] as const) {
  test(`version ${version}: a connection that ends in the middle: nothing is sent twice, the next call connects anew`, async (t) => {
    const server = await scripted(t, (name, send, socket, connection) => {
      if (name === "Hello") return send(HELLO_OK);
      if (connection === 1) return void setTimeout(() => socket.destroy(), 20);
      return send(name === "Flush" ? { type: "FlushOk" } : HEALTHY);
    });
    const client = new MemoryClient({ ...server.place, version });
    const results = await Promise.allSettled([client.flush(), client.health(), client.learn("x")]);
    const codes = results.map((one) =>
      one.status === "rejected" ? (one.reason as { code: string }).code : "done",
    );
    assert.deepEqual(
      codes,
      version === 2 ? ["OPD4511", "OPD4510", "OPD4511"] : ["OPD4511", "OPD4510", "OPD4510"],
    );
    const before = server.asked.filter((name) => name !== "Hello").length;
    assert.equal(before, version === 2 ? 3 : 1);
    await client.health();
    assert.equal(server.asked.filter((name) => name !== "Hello").length, before + 1);
    assert.equal(server.connections, 2);
    client.close();
  });

  test(`version ${version}: a deadline that passes, a call that is given up`, async (t) => {
    const late: (() => void)[] = [];
    const server = await scripted(t, (name, send) => {
      if (name === "Hello") send(HELLO_OK);
      else if (name === "Flush") late.push(() => send({ type: "FlushOk" }));
      else send(HEALTHY);
    });
    const client = new MemoryClient({ ...server.place, version });
    await client.health();
    await assert.rejects(client.flush({ deadlineMs: 20 }), { code: "OPD4511" });
    const abort = new AbortController();
    const given = client.flush({ signal: abort.signal });
    await until(() => late.length === 2);
    abort.abort();
    await assert.rejects(given, { code: "OPD4511" });
    await assert.rejects(client.flush({ signal: abort.signal }), { code: "OPD4513" });
    for (const send of late) send();
    assert.equal((await client.health()).healthy, true);
    assert.equal(server.asked.filter((name) => name === "Flush").length, 2);
    client.close();
  });
}

test("nobody there; an address that is none; a client that was closed", async () => {
  const nobody = new MemoryClient({ address: "127.0.0.1:1" });
  await assert.rejects(nobody.learn("x"), { code: "OPD4510", now: "nothing was sent" });
  const none = new MemoryClient({ address: "somewhere" });
  await assert.rejects(none.health(), { code: "OPD4510" });
  const client = new MemoryClient({ address: `127.0.0.1:${door.port}` });
  await client.health();
  const waiting = client.learn("wait");
  await until(() => door.memory.waiting === 1);
  client.close();
  await assert.rejects(waiting, { code: "OPD4511" });
  await assert.rejects(client.health(), { code: "OPD4510" });
  door.memory.release();
});

const broken: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["no MessagePack", Buffer.of(0, 0, 0, 1, 0xc1)],
  ["another reply", framed("FlushOk", 1)],
  ["an unknown reply", framed({ DanceOk: {} }, 1)],
  ["a reply too large", Buffer.from("ffffffff00", "hex")],
  ["an answer to nothing", framed({ Error: { message: "\u001b[31m" } }, 0)],
];
for (const [what, bytes] of broken)
  test(`a server that answers with ${what}`, async (t) => {
    const server = await scripted(t, (name, send, socket) => {
      if (name === "Hello") send(HELLO_OK);
      else socket.write(bytes);
    });
    const client = new MemoryClient(server.place);
    await assert.rejects(client.health(), (error: { code?: string }) =>
      /^OPD45(01|10)$/.test(error.code ?? ""),
    );
    client.close();
  });
