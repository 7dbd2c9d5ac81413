// What means harm at the memory's door: frames by chance, valid ones with bytes changed, crowds that announce much and send
// little. The door keeps little, answers or closes, and serves the others meanwhile.

import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MemoryClient } from "../../src/api/client/memory-client.ts";
import { framed, opened, raw, until, type Opened } from "./raw.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const RUNS = LONG ? 20_000 : 250;
const CROWD = LONG ? 10_000 : 500;
console.log(`memory's wire: ${RUNS} streams of frames a property, ${CROWD} connections`);

let door: Opened;
before(async () => {
  door = await opened({}, { messageBytesMax: 100_000 });
});
after(() => door.server.close());

const recorded = (
  JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/memory-wire-python.json"), "utf8")) as {
    readonly request: string;
  }[]
).map(({ request }) => Buffer.from(request, "hex"));
const HELLO = framed({ Hello: { version: 2 } });

/** The stream goes in, in pieces; the connection ends by itself after it; afterwards nothing of it is kept. */
async function survives(bytes: Buffer, pieceBytes: number): Promise<void> {
  const client = await raw(door.port);
  client.socket.resume();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    client.socket.write(bytes.subarray(at, at + pieceBytes));
    if (at / pieceBytes < 20) await new Promise((resolve) => setImmediate(resolve));
  }
  client.socket.end();
  await client.closed;
  await until(() => door.server.connections === 0);
  assert.equal(door.server.waitingBytes, 0);
}

async function othersAreServed(): Promise<void> {
  const client = new MemoryClient({ address: `127.0.0.1:${door.port}` });
  assert.equal((await client.health()).healthy, true);
  client.close();
  await until(() => door.server.connections === 0);
}

test("frames of any bytes", async () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      frames,
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      async (bodies, second, pieceBytes) => {
        const parts = bodies.map((body) => {
          const head = Buffer.alloc(4);
          head.writeUInt32BE(body.length);
          return Buffer.concat([head, body]);
        });
        await survives(Buffer.concat([...(second ? [HELLO] : []), ...parts]), pieceBytes);
      },
    ),
    { numRuns: RUNS },
  );
  await othersAreServed();
});

test("messages of any values", async () => {
  const message = fc.oneof(
    fc.anything({
      maxDepth: 3,
      values: [fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)],
    }),
    fc.record({ QueryConcept: fc.anything() }),
    fc.dictionary(
      fc.constantFrom("LearnBatch", "FindPath", "VectorSearch", "Hello", "Flush"),
      fc.jsonValue(),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 5 }), async (messages) => {
      const frames = messages.flatMap((one) => {
        try {
          return [framed(one)];
        } catch {
          return []; // what the other implementation cannot write
        }
      });
      await survives(Buffer.concat(frames), 4096);
    }),
    { numRuns: RUNS },
  );
  await othersAreServed();
});

test("calls of the public client with bytes changed, cut and put together anew", async () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const call = fc.tuple(
    fc.constantFrom(...recorded),
    fc.array(change, { maxLength: 4 }),
    fc.option(fc.nat()),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 200 }),
      async (calls, pieceBytes) => {
        const parts = calls.map(([bytes, changes, cut]) => {
          const copy = Buffer.from(bytes);
          for (const [at, byte] of changes) copy[at % copy.length] = byte;
          return cut === null ? copy : copy.subarray(0, cut % copy.length);
        });
        await survives(Buffer.concat(parts), pieceBytes);
      },
    ),
    { numRuns: RUNS },
  );
  await othersAreServed();
});

test("lists in lists, and lengths that lie: little memory, an error, and on it goes", async () => {
  const lies = [
    Buffer.alloc(90_000, 0x91),
    Buffer.from("dd05f5e100c0", "hex"),
    Buffer.from("df05f5e100a16101", "hex"),
    Buffer.from("dbffffffff", "hex"),
    Buffer.concat(Array.from({ length: 15 }, () => Buffer.from("dd00010000", "hex"))),
    Buffer.from(encode({ LearnBatch: { contents: Array.from({ length: 99_000 }, () => "") } })),
  ];
  const client = await raw(door.port);
  for (const body of lies) {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    client.send(head, body);
    assert.equal((await client.reply()).type, "Error");
  }
  client.send(framed("HealthCheck"));
  assert.equal((await client.reply()).type, "HealthCheckOk");
  client.socket.destroy();
  await until(() => door.server.connections === 0);
});

test("a crowd that announces 100 MiB each and sends little: others are served, little is kept", async () => {
  const { server, port } = await opened();
  const crowd = fork(join(import.meta.dirname, "crowd.ts"), [String(port), String(CROWD)]);
  try {
    await once(crowd, "message");
    await until(() => server.connections === CROWD);
    assert.ok(server.waitingBytes < CROWD * 1100, `${server.waitingBytes} bytes`);
    const client = new MemoryClient({ address: `127.0.0.1:${port}` });
    const asked = Array.from({ length: 1000 }, () => client.health());
    assert.equal((await Promise.all(asked)).length, 1000);
    client.close();
    const { rss } = process.memoryUsage();
    console.log(
      `memory's wire: ${CROWD} connections, ${server.waitingBytes} bytes kept, ${rss >> 20} MiB resident`,
    );
    assert.ok(rss < 1024 * 1024 * 1024);
  } finally {
    crowd.kill();
  }
  await until(() => server.connections === 0);
  assert.equal(server.waitingBytes, 0);
  await server.close();
});
