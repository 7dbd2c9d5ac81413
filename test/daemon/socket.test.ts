// The daemon's door over a real socket: what a client may say and what becomes of it, who goes away when, and that nothing
// which runs is cut.

import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openConnection } from "../../src/api/client/client.ts";
import { OpError } from "../../src/base/error.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { listen } from "../../src/server/socket.ts";
import { ACTOR, begun, SETTINGS, testDoor, testTalk, TRAFFIC, until, type Work } from "./door.ts";

const echo: Work = (_name, request) => Promise.resolve(request);

function code(name: string): (error: unknown) => boolean {
  return (error) => error instanceof OpError && error.code === name;
}

/** Ends when its signal fires, and says how it ended. */
function patient() {
  const running = { count: 0, aborted: 0, ended: 0, finish: () => undefined as void };
  const work: Work = async (_name, _request, { signal }) => {
    running.count++;
    await new Promise<void>((resolve) => {
      running.finish = resolve;
      signal.addEventListener("abort", () => {
        running.aborted++;
        resolve();
      });
    });
    running.ended++;
    return "ended";
  };
  return { running, work };
}

test("a request with everything: caller, events, a question, variables, the reply, the traffic", async () => {
  await using stage = await testDoor(async (name, request, talk, caller) => {
    talk.tell({ type: "diagnostic", severity: "note", message: "first" });
    const yes = await talk.ask("ask-yes", "irreversible");
    const variables = await caller.variables(["PW", "NOT_SET"]);
    return { name, request, yes, variables, actor: caller.actor, big: 1n << 63n };
  });
  const connection = await begun(stage.path, { PW: "s3cret", OTHER: "not asked for" });
  const talk = testTalk();
  const reply = await connection.request("query", { addresses: ["a"] }, talk);
  assert.deepEqual(reply, {
    name: "query",
    request: { addresses: ["a"] },
    yes: true,
    variables: { PW: "s3cret" },
    actor: ACTOR,
    big: 1n << 63n,
  });
  assert.deepEqual(talk.told, [{ type: "diagnostic", severity: "note", message: "first" }]);
  assert.deepEqual(talk.asked, ["ask-yes irreversible"]);
  assert.deepEqual(await connection.end(), TRAFFIC);
  await until(() => stage.open() === 0);
  assert.ok(!stage.log().includes("s3cret"));
});

test("an error comes as it was thrown", async () => {
  await using stage = await testDoor(() =>
    Promise.reject(new OpError("OPD2121", "left", { now: "not as before", hint: "look" })),
  );
  const connection = await begun(stage.path);
  await assert.rejects(connection.request("apply", {}, testTalk()), (error: OpError) => {
    assert.deepEqual(
      [error.code, error.now, error.hint, error.exit],
      ["OPD2121", "not as before", "look", 4],
    );
    return true;
  });
  await connection.end();
});

test("Ctrl-C of the client fires the signal of its request alone", async () => {
  const { running, work } = patient();
  await using stage = await testDoor(work);
  const connection = await begun(stage.path);
  const [first, second] = [testTalk(), testTalk()];
  const replies = [connection.request("apply", {}, first), connection.request("plan", {}, second)];
  // That a request has begun comes to the client a moment after it has.
  await until(() => running.count === 2 && first.pid() !== null && second.pid() !== null);
  assert.deepEqual([first.pid(), second.pid()], [process.pid, process.pid]);
  first.abort();
  assert.equal(await replies[0], "ended");
  assert.equal(running.aborted, 1);
  second.abort();
  assert.equal(await replies[1], "ended");
  await connection.end();
});

test("a request that comes after Ctrl-C is told so", async () => {
  const { work } = patient();
  await using stage = await testDoor(work);
  const connection = await begun(stage.path);
  const talk = testTalk();
  talk.abort();
  assert.equal(await connection.request("apply", {}, talk), "ended");
  await connection.end();
});

test("a client that disappears is Ctrl-C: what runs goes on to its end, then its parts are closed", async () => {
  const { running, work } = patient();
  await using stage = await testDoor(work);
  const connection = await begun(stage.path);
  const lost = assert.rejects(connection.request("apply", {}, testTalk()), code("OPD9043"));
  await until(() => running.count === 1);
  connection.destroy();
  await lost;
  await until(() => stage.open() === 0);
  assert.deepEqual([running.aborted, running.ended], [1, 1]);
});

test("whoever waits for an answer of a client that disappears gets a no, and no variables", async () => {
  const answers: unknown[] = [];
  await using stage = await testDoor(async (_name, _request, talk, caller) => {
    answers.push(await talk.ask("ask-yN", "reversible"), await caller.variables(["PW"]));
    return null;
  });
  const connection = await begun(stage.path);
  const talk = { ...testTalk(), ask: () => new Promise<boolean>(() => connection.destroy()) };
  await assert.rejects(connection.request("apply", {}, talk), code("OPD9043"));
  await until(() => answers.length === 2);
  assert.deepEqual(answers, [false, {}]);
});

test("draining: the socket is gone, nothing is taken, what runs may end", async () => {
  const { running, work } = patient();
  const stage = await testDoor(work);
  const connection = await begun(stage.path);
  const reply = connection.request("apply", {}, testTalk());
  await until(() => running.count === 1);
  const drained = stage.door.drain(new AbortController().signal);
  assert.ok(!existsSync(stage.path));
  assert.equal(await openConnection(stage.path, {}), null);
  await assert.rejects(connection.request("query", {}, testTalk()), /it is stopping/);
  running.finish();
  assert.equal(await reply, "ended");
  assert.equal(await drained, true);
  assert.equal(running.aborted, 0);
});

test("draining: what does not end in time is told to put everything back, and still not cut", async () => {
  const { running, work } = patient();
  const slept: number[] = [];
  const clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    sleep: (ms: number) => {
      slept.push(ms);
      return ms === LIMITS.drainDeadlineMs ? Promise.resolve() : new Promise<void>(() => undefined);
    },
  };
  const stage = await testDoor(work, { clock });
  const connection = await begun(stage.path);
  const reply = connection.request("apply", {}, testTalk());
  await until(() => running.count === 1);
  assert.equal(await stage.door.drain(new AbortController().signal), true);
  assert.equal(await reply, "ended");
  assert.deepEqual([running.aborted, running.ended], [1, 1]);
  assert.deepEqual(slept, [LIMITS.drainDeadlineMs, LIMITS.drainRollbackDeadlineMs]);
});

test("draining ends at its last deadline, and says that something still ran", async () => {
  const clock = { wallMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() };
  const stage = await testDoor(() => new Promise(() => undefined), { clock });
  const connection = await begun(stage.path);
  const lost = assert.rejects(connection.request("apply", {}, testTalk()), code("OPD9043"));
  await connection.ping();
  assert.equal(await stage.door.drain(new AbortController().signal), false);
  await lost;
});

for (const [name, lines] of [
  ["no JSON", ["{"]],
  ["an unknown message", ['{"type":"shutdown"}']],
  ["a request before it said who asks", ['{"type":"request","id":1,"operation":"query","request":{}}']],
  ["an actor that is none", [JSON.stringify({ type: "begin", actor: { uid: "0" }, settings: SETTINGS })]],
  [
    "settings that are none",
    [JSON.stringify({ type: "begin", actor: ACTOR, settings: { lock_timeout_ms: -1 } })],
  ],
  ["null", ["null"]],
  [
    "an operation that is not in the table",
    [
      JSON.stringify({ type: "begin", actor: ACTOR, settings: SETTINGS }),
      '{"type":"request","id":1,"operation":"constructor","request":{}}',
    ],
  ],
  [
    "a value that is not as it is written",
    [
      JSON.stringify({ type: "begin", actor: ACTOR, settings: SETTINGS }),
      '{"type":"request","id":1,"operation":"query","request":{"$":"ref","n":9}}',
    ],
  ],
] as const) {
  test(`${name} closes the connection, and only that one`, async () => {
    await using stage = await testDoor(echo);
    const other = await begun(stage.path);
    const socket = connect({ path: stage.path });
    socket.write(lines.map((line) => `${line}\n`).join(""));
    await new Promise<void>((resolve) => socket.resume().once("close", () => resolve()));
    assert.match(stage.log(), /OPD9044/);
    assert.equal(await other.request("query", "still here", testTalk()), "still here");
    await other.end();
  });
}

test("a line beyond the limit closes the connection before it is kept", async () => {
  await using stage = await testDoor(echo);
  const socket = connect({ path: stage.path });
  const piece = Buffer.alloc(1024 * 1024, "x");
  const closed = new Promise<void>((resolve) => socket.resume().once("close", () => resolve()));
  socket.on("error", () => undefined);
  for (let sent = 0; sent <= LIMITS.socketLineBytesMax && !socket.destroyed; sent += piece.length)
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await closed;
  assert.match(stage.log(), /OPD9044/);
});

/** Resolves when the daemon has closed it. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on("error", () => undefined).once("close", () => resolve()));
}

test("a client that says nothing is disconnected, one that waits for its work is not", async () => {
  const { running, work } = patient();
  await using stage = await testDoor(work, { limits: { idleDeadlineMs: 30, queueBytesMax: 1e6 } });
  const busy = await begun(stage.path);
  const reply = busy.request("apply", {}, testTalk());
  await until(() => running.count === 1);
  const silent = connect({ path: stage.path });
  const half = connect({ path: stage.path });
  half.write('{"type":"begin","actor');
  await Promise.all([ended(silent.resume()), ended(half.resume())]);
  // Only now, when others were given up, it ends: its own time did not run meanwhile.
  running.finish();
  assert.equal(await reply, "ended");
  await until(() => stage.open() === 0);
});

test("a client that does not read is disconnected, and what it asked for goes on to its end", async () => {
  const { running, work } = patient();
  await using stage = await testDoor(work, { limits: { idleDeadlineMs: 60_000, queueBytesMax: 100_000 } });
  const socket = connect({ path: stage.path });
  const closed = ended(socket.pause());
  socket.write(`${JSON.stringify({ type: "begin", actor: ACTOR, settings: SETTINGS })}\n`);
  socket.write('{"type":"request","id":1,"operation":"apply","request":{}}\n');
  await until(() => running.count === 1);
  // Its socket takes some, then they wait here.
  const pings = '{"type":"ping"}\n'.repeat(1_000);
  for (let n = 0; !/does not read/.test(stage.log()) && n < 10_000; n++) {
    socket.write(pings);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(stage.log(), /a client does not read its answers/);
  socket.destroy();
  await closed;
  await until(() => running.ended === 1 && stage.open() === 0);
  const next = await begun(stage.path);
  await next.ping();
  await next.end();
});

test("thousands of requests in one breath: each is answered, none runs twice", async () => {
  let ran = 0;
  await using stage = await testDoor(async (_name, request) => {
    ran++;
    await Promise.resolve();
    return request;
  });
  const connection = await begun(stage.path);
  const answers = await Promise.allSettled(
    Array.from({ length: 5_000 }, (_, n) => connection.request("query", n, testTalk())),
  );
  const replies = answers.filter(({ status }) => status === "fulfilled");
  assert.equal(replies.length, ran);
  assert.ok(ran >= LIMITS.socketRequestsMax && answers.length === 5_000);
  await connection.end();
});

test("a value nested beyond measure closes the connection, and only that one", async () => {
  await using stage = await testDoor(echo);
  const socket = connect({ path: stage.path });
  const closed = ended(socket.resume());
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  socket.write(`${JSON.stringify({ type: "begin", actor: ACTOR, settings: SETTINGS })}\n`);
  socket.write(`{"type":"request","id":1,"operation":"query","request":${deep}}\n`);
  await closed;
  const other = await begun(stage.path);
  assert.equal(await other.request("query", "here", testTalk()), "here");
  await other.end();
});

test("requests beyond the limit are refused, none is lost", async () => {
  const { running, work } = patient();
  await using stage = await testDoor(work);
  const connection = await begun(stage.path);
  const talks = Array.from({ length: LIMITS.socketRequestsMax }, () => testTalk());
  const replies = talks.map((talk) => connection.request("query", {}, talk));
  await assert.rejects(connection.request("query", {}, testTalk()), /it has enough to do/);
  for (const talk of talks) talk.abort();
  assert.equal((await Promise.all(replies)).length, running.ended);
  await connection.end();
});

test("connections beyond the limit are closed: those commands work by themselves", async () => {
  await using stage = await testDoor(echo);
  const connections = [];
  for (let i = 0; i < LIMITS.socketClientsMax; i++) connections.push(await begun(stage.path));
  await assert.rejects((await begun(stage.path)).request("query", {}, testTalk()), /it went away/);
  const ping = await openConnection(stage.path, {});
  await ping!.ping();
  ping!.destroy();
  await Promise.all(connections.map((each) => each.end()));
  await until(() => stage.open() === 0);
  const again = await begun(stage.path);
  assert.equal(await again.request("query", "served", testTalk()), "served");
  await again.end();
});

test("the socket is its owner's alone, whatever the mask of the process", async () => {
  const mask = process.umask(0);
  try {
    await using stage = await testDoor(echo);
    assert.equal(lstatSync(stage.path).mode & 0o777, 0o600);
    assert.equal(process.umask(), 0);
  } finally {
    process.umask(mask);
  }
});

test("what a dead daemon left is replaced; what is no socket is left alone", async () => {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-door-"));
  const path = join(directory, "0123456789ab.sock");
  const dead = createServer().listen(path);
  await new Promise<void>((resolve) => dead.once("listening", resolve));
  {
    // The file of a server that was killed: it is there, and nobody listens behind this name once it is replaced.
    await using stage = await testDoor(echo, { path });
    await (await begun(stage.path)).end();
  }
  dead.close();
  writeFileSync(path, "mine");
  await assert.rejects(testDoor(echo, { path }), code("OPD9041"));
  assert.equal(readFileSync(path, "utf8"), "mine");
  rmSync(directory, { recursive: true });
});

test("a path that is too long for a socket is refused with what helps", async () => {
  const path = `/tmp/${"x".repeat(LIMITS.socketPathBytesMax)}.sock`;
  await assert.rejects(
    async () => await listen({ path } as Parameters<typeof listen>[0]),
    (error: OpError) => error.code === "OPD9041" && /OP_DBUS_RUNTIME_DIR/.test(error.hint ?? ""),
  );
});
