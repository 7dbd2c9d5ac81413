// The memory's door over sockets: order, versions, frames that are late, large or wrong, back-pressure, deadlines, the end.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ID } from "../support/fake-memory.ts";
import { steppedClock } from "../support/stepped-clock.ts";
import { announcing, framed, opened, raw, until, type Opened } from "./raw.ts";

const HEALTH = framed("HealthCheck");
const learn = (content: string, id?: number): Buffer => framed({ LearnConceptV2: { content } }, id);
const THOUSAND = Array.from({ length: 1000 }, () => "x");
const hello = framed({ Hello: { version: 2 } });

async function served(t: TestContext, ...how: Parameters<typeof opened>): Promise<Opened> {
  const door = await opened(...how);
  t.after(() => door.server.close());
  return door;
}

test("byte by byte, and several at once", async (t) => {
  const { port, memory } = await served(t);
  const client = await raw(port);
  const bytes = Buffer.concat([HEALTH, learn("a"), HEALTH]);
  for (const byte of bytes) {
    client.send(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.send(bytes, bytes);
  for (let count = 0; count < 3; count++) {
    assert.equal((await client.reply()).type, "HealthCheckOk");
    assert.equal((await client.reply()).type, "LearnConceptV2Ok");
    assert.equal((await client.reply()).type, "HealthCheckOk");
  }
  assert.equal(memory.asked.length, 9);
  client.socket.destroy();
});

test("version 1: a request is not looked at before the one before it is answered", async (t) => {
  const { port, memory } = await served(t);
  const client = await raw(port);
  client.send(learn("wait"), announcing(1), Buffer.of(0xc1), HEALTH);
  await until(() => memory.waiting === 1);
  client.send(HEALTH);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(memory.asked.length, 1);
  memory.release();
  const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
  assert.deepEqual(
    replies.map(({ type }) => type),
    ["LearnConceptV2Ok", "Error", "HealthCheckOk", "HealthCheckOk"],
  );
  client.socket.destroy();
});

test("version 2: answers come as they are ready, each with its id", async (t) => {
  const { port, memory } = await served(t);
  const client = await raw(port);
  client.send(hello);
  assert.deepEqual(await client.reply(), { type: "HelloOk", version: 2 });
  client.send(learn("wait", 1), framed("HealthCheck", 2), framed("Dance", 0xffff_ffff), framed("Flush", 3));
  const answers = [await client.answer(), await client.answer(), await client.answer()];
  assert.deepEqual(
    new Map(answers.map(({ id, reply }) => [id, reply.type])),
    new Map([
      [2, "HealthCheckOk"],
      [3, "FlushOk"],
      [0xffff_ffff, "Error"],
    ]),
  );
  memory.release();
  assert.deepEqual((await client.answer()).id, 1);
  client.send(announcing(2), Buffer.of(1, 2), framed({ Hello: { version: 2 } }, 9));
  const [short, again] = [await client.answer(), await client.answer()];
  assert.deepEqual([short.id, short.reply.type], [0, "Error"]);
  assert.deepEqual([again.id, again.reply.type], [9, "Error"]);
  client.socket.destroy();
});

test("a version that does not exist yet is answered with the newest there is; 1 stays 1", async (t) => {
  const { port } = await served(t);
  for (const [version, agreed] of [
    [1, 1],
    [2, 2],
    [77, 2],
  ]) {
    const client = await raw(port);
    client.send(framed({ Hello: { version } }));
    assert.deepEqual(await client.reply(), { type: "HelloOk", version: agreed });
    client.socket.destroy();
  }
});

test("version 2: no more than a window is under way, and everything is answered", async (t) => {
  const { port, memory } = await served(t, {}, { changesUnderWayMax: 8, readsUnderWayMax: 4 });
  const client = await raw(port);
  client.send(hello, ...Array.from({ length: 30 }, (_, index) => learn("wait", index + 1)));
  await client.reply();
  const answered = new Set<number>();
  while (answered.size < 30) {
    await until(() => memory.waiting > 0);
    assert.ok(memory.waiting <= 8, `${memory.waiting}`);
    const due = memory.waiting;
    memory.release();
    for (let count = 0; count < due; count++) answered.add((await client.answer()).id);
  }
  assert.equal(memory.asked.length, 30);
  client.socket.destroy();
});

test("what fails says so, and no more than it may", async (t) => {
  const { port, logged } = await served(t);
  const client = await raw(port);
  client.send(
    learn("fail"),
    learn("bug"),
    framed({ Subscribe: {} }),
    framed({ FindPath: [ID, ID, 21] }),
    HEALTH,
  );
  const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
  assert.deepEqual(
    replies.map((reply) => (reply.type === "Error" ? [reply.code, reply.message] : reply.type)),
    [
      ["OPD4003", "the memory takes no more changes for now"],
      ["OPD1901", "internal error"],
      ["OPD4502", "Subscribe is not offered: it would connect to an address that a client chose"],
      ["OPD4503", "Path depth too large: 21 (max: 20)"],
    ],
  );
  assert.equal((await client.reply()).type, "HealthCheckOk");
  assert.match(logged.join("\n"), /the memory failed to answer/);
  client.socket.destroy();
});

test("a frame beyond the limit is answered, its bytes pass, and the connection goes on", async (t) => {
  const { port, server } = await served(t, {}, { messageBytesMax: 1000 });
  const client = await raw(port);
  client.send(announcing(5_000_000));
  const refused = await client.reply();
  assert.deepEqual(
    refused.type === "Error" && refused.message,
    "Message too large: 5000000 bytes (max: 104857600)",
  );
  client.send(Buffer.alloc(5_000_000), HEALTH);
  assert.equal((await client.reply()).type, "HealthCheckOk");
  assert.equal(server.waitingBytes, 0);
  client.socket.destroy();
});

test("an answer beyond the limit becomes an error", async (t) => {
  const { port } = await served(t, {}, { messageBytesMax: 200 });
  const client = await raw(port);
  client.send(learn("a"), framed({ FindCausalChain: [ID, "direct", 2] }), HEALTH);
  assert.equal((await client.reply()).type, "LearnConceptV2Ok");
  assert.match(JSON.stringify(await client.reply()), /Message too large/);
  assert.equal((await client.reply()).type, "HealthCheckOk");
  client.socket.destroy();
});

test("large frames that find no place are refused, small ones and others are served", async (t) => {
  const limits = { waitingBytesMax: 500_000, smallMessageBytes: 1000 };
  const { port, server } = await served(t, {}, limits);
  const [first, second, third] = [await raw(port), await raw(port), await raw(port)];
  const large = learn("x".repeat(290_000));
  first.send(large.subarray(0, 280_000));
  await until(() => server.waitingBytes > 250_000);
  second.send(large.subarray(0, 150_000));
  const refused = await second.reply();
  assert.equal(refused.type === "Error" && refused.code, "OPD4507");
  third.send(HEALTH);
  assert.equal((await third.reply()).type, "HealthCheckOk");
  second.send(large.subarray(150_000), HEALTH);
  assert.equal((await second.reply()).type, "HealthCheckOk");
  first.socket.destroy();
  await until(() => server.connections === 2);
  second.send(large);
  assert.equal((await second.reply()).type, "LearnConceptV2Ok");
  for (const each of [second, third]) each.socket.destroy();
  await until(() => server.connections === 0);
  assert.equal(server.waitingBytes, 0);
});

test("who does not read its answers is not heard any more, and served again when it does", async (t) => {
  const { port, memory } = await served(t, {}, { answersBytesMax: 10_000 });
  const client = await raw(port);
  client.send(hello);
  await client.reply();
  client.socket.pause();
  const count = 1000;
  // The kernel takes some megabytes of answers on its own; these are 34.
  client.send(...Array.from({ length: count }, (_, index) => framed({ LearnBatch: [THOUSAND] }, index + 1)));
  let before = -1;
  await until(() => {
    const still = memory.asked.length === before && before > 0;
    before = memory.asked.length;
    return still;
  });
  assert.ok(memory.asked.length < count, `${memory.asked.length}`);
  client.socket.resume();
  for (let id = 1; id <= count; id++) assert.equal((await client.frame())?.readUInt32BE(0), id);
  client.socket.destroy();
});

test("a client that is gone is told to the memory, and nothing is kept of it", async (t) => {
  const { port, memory, server } = await served(t);
  const client = await raw(port);
  client.send(learn("wait"));
  await until(() => memory.waiting === 1);
  client.socket.resetAndDestroy();
  await until(() => memory.aborted === 1);
  await until(() => server.connections === 0);
  assert.equal(server.waitingBytes, 0);
  memory.release();
});

test("a client that says its last gets its answers", async (t) => {
  const { port, memory } = await served(t);
  const client = await raw(port);
  client.socket.end(Buffer.concat([learn("wait"), HEALTH]));
  await until(() => memory.waiting === 1);
  memory.release();
  assert.equal((await client.reply()).type, "LearnConceptV2Ok");
  assert.equal((await client.reply()).type, "HealthCheckOk");
  assert.equal(await client.frame(), null);
});

test("no more connections than may be", async (t) => {
  const { port } = await served(t, {}, { connectionsMax: 2 });
  const [one, two, three] = [await raw(port), await raw(port), await raw(port)];
  await three.closed;
  for (const each of [one, two]) {
    each.send(HEALTH);
    assert.equal((await each.reply()).type, "HealthCheckOk");
    each.socket.destroy();
  }
});

test("what a client may take its time for", async (t) => {
  const clock = steppedClock();
  const { port, server, memory } = await served(t, {}, {}, clock);
  const [slow, idle, unread, asks] = [await raw(port), await raw(port), await raw(port), await raw(port)];
  await until(() => server.connections === 4);
  slow.send(announcing(1_048_576), Buffer.alloc(1000));
  asks.send(learn("wait"), HEALTH);
  unread.send(hello);
  await unread.reply();
  unread.socket.pause();
  await until(() => memory.waiting === 1 && server.waitingBytes > 512);
  await clock.pass(30_000);
  assert.equal(server.connections, 4);
  await clock.pass(3_000);
  await slow.closed;
  await until(() => server.connections === 3);
  await clock.pass(88_000);
  const late = await asks.reply();
  assert.equal(late.type === "Error" && late.code, "OPD4511");
  assert.equal((await asks.reply()).type, "HealthCheckOk");
  memory.release();
  asks.send(HEALTH);
  assert.equal((await asks.reply()).type, "HealthCheckOk");
  unread.socket.resume();
  await clock.pass(3_700_000);
  await Promise.all([idle.closed, asks.closed, unread.closed]);
});

test("who leaves its answers unread for too long is disconnected", async (t) => {
  const clock = steppedClock();
  const { port, server, memory } = await served(t, {}, { answersBytesMax: 10_000 }, clock);
  const client = await raw(port);
  client.send(hello);
  await client.reply();
  client.socket.pause();
  client.send(...Array.from({ length: 1000 }, (_, index) => framed({ LearnBatch: [THOUSAND] }, index + 1)));
  let before = -1;
  await until(() => {
    const still = memory.asked.length === before && before > 0;
    before = memory.asked.length;
    return still;
  });
  await clock.pass(29_000);
  assert.equal(server.connections, 1);
  while (server.connections > 0) await clock.pass(1_000);
  assert.equal(server.waitingBytes, 0);
  client.socket.destroy();
});

test("closing answers what is under way and takes nothing more", async () => {
  const { port, server, memory } = await opened();
  const [client, idle] = [await raw(port), await raw(port)];
  client.send(learn("wait"), HEALTH);
  await until(() => memory.waiting === 1);
  const closing = server.close();
  await idle.closed;
  memory.release();
  assert.equal((await client.reply()).type, "LearnConceptV2Ok");
  assert.equal(await client.frame(), null);
  await closing;
  assert.equal(memory.asked.length, 1);
});

test("closing does not wait for ever", async () => {
  const clock = steppedClock();
  const { port, server, memory } = await opened({}, {}, clock);
  const client = await raw(port);
  client.send(learn("wait"));
  await until(() => memory.waiting === 1);
  const closing = server.close();
  await clock.pass(11_000);
  await closing;
  assert.equal(await client.frame(), null);
  memory.release();
});

test("over a Unix socket that only its owner opens; it is gone afterwards", async () => {
  const folder = mkdtempSync(join(tmpdir(), "op-dbus-wire-"));
  const path = join(folder, "s");
  try {
    const { server } = await opened({ address: { kind: "unix", path } });
    assert.equal(server.address, `unix:${path}`);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const client = await raw(path);
    client.send(HEALTH);
    assert.equal((await client.reply()).type, "HealthCheckOk");
    client.socket.destroy();
    await server.close();
    assert.throws(() => statSync(path), /ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a port that another program has", async (t) => {
  const { port } = await served(t);
  await assert.rejects(opened({ address: { kind: "tcp", host: "127.0.0.1", port } }), {
    code: "OPD4505",
    message: `127.0.0.1:${port} cannot be listened at: EADDRINUSE`,
  });
});
