// Messages that a bus or a peer may send to do harm: what is only one message's fault costs that message, what breaks
// the stream closes the connection with a reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answering, CALL, settled, SIGNAL, withFake } from "../../../test/support/fake-bus.ts";
import { LIMITS } from "../../base/limits.ts";
import type { SignalMessage } from "./call.ts";
import { encodeMessage } from "./message.ts";
import { UnixFd, Variant } from "./value.ts";

test("replies that cannot be used cost one call each", async (t) => {
  const { client } = await withFake(t, {
    onMessage(message, peer) {
      if (message.member === "Big") return peer.reply(message, "ay", [new Uint8Array(3000)]);
      if (message.member !== "Broken" && message.member !== "Fds") return peer.reply(message);
      const fields = { type: 2, replySerial: message.serial, signature: "b", body: [true] } as const;
      const bytes = encodeMessage(fields, 99);
      if (message.member === "Broken") bytes[bytes.length - 4] = 7;
      peer.socket.write(message.member === "Fds" ? withFds(bytes) : bytes);
    },
  });
  await assert.rejects(client.call({ ...CALL, member: "Big", replyBytesMax: 2999 }), { code: "OPD3006" });
  assert.equal((await client.call({ ...CALL, member: "Big", replyBytesMax: 3004 })).body.length, 1);
  await assert.rejects(client.call({ ...CALL, member: "Broken" }), { code: "OPD3006" });
  await assert.rejects(client.call({ ...CALL, member: "Fds" }), /file descriptors/);
  await settled(client);
  assert.equal(client.connected, true);
});

/** The same message with the header field UNIX_FDS = 1. Its header must end with the signature field. */
function withFds(bytes: Buffer): Buffer {
  const fieldsEnd = 16 + bytes.readUInt32LE(12);
  const header = Buffer.alloc((((fieldsEnd + 7) & ~7) + 8 + 7) & ~7);
  bytes.copy(header, 0, 0, fieldsEnd);
  const at = (fieldsEnd + 7) & ~7;
  header.set([9, 1, 0x75, 0, 1, 0, 0, 0], at);
  header.writeUInt32LE(at + 8 - 16, 12);
  return Buffer.concat([header, bytes.subarray((fieldsEnd + 7) & ~7)]);
}

test("a reply of another type than asked for, and the reply of a stranger, are none", async (t) => {
  const { client } = await withFake(t, {
    onMessage(message, peer) {
      if (message.member === "Forged") {
        const forged = { type: 2, replySerial: message.serial, sender: ":1.66", signature: "s" } as const;
        peer.send({ ...forged, body: ["forged"] });
        // As large as a reply may not be: it must not end the wait either.
        peer.send({ ...forged, signature: "ay", body: [new Uint8Array(LIMITS.replyBytesMax + 1)] });
      }
      peer.reply(message, "s", ["true"]);
    },
  });
  await assert.rejects(client.call({ ...CALL, replySignature: "a{sv}" }), { code: "OPD3006" });
  assert.deepEqual((await client.call({ ...CALL, replySignature: "s" })).body, ["true"]);
  const call = { ...CALL, destination: ":1.5", member: "Forged" };
  assert.deepEqual((await client.call(call)).body, ["true"]);
});

test("hostile signals cost themselves only", async (t) => {
  const { client, peer } = await withFake(t, answering);
  const heard: SignalMessage[] = [];
  await client.subscribe({ member: "Said" }, (signal) => void heard.push(signal));
  const fd = encodeMessage({ ...SIGNAL, signature: "v", body: [new Variant("u", 0)] }, 50);
  fd[fd.lastIndexOf("\x01u\0") + 1] = 0x68;
  peer.socket.write(fd);
  let deep = new Variant("u", 1);
  for (let depth = 0; depth < 60; depth++) deep = new Variant("v", deep);
  peer.send({ ...SIGNAL, signature: "v", body: [deep] });
  peer.send({ ...SIGNAL, signature: "a{sv}", body: [new Map([["__proto__", new Variant("s", "x")]])] });
  peer.send({
    ...SIGNAL,
    member: "Other",
    signature: "ay",
    body: [new Uint8Array(LIMITS.strangerSignalBytesMax)],
  });
  peer.send({ ...SIGNAL, signature: "ay", body: [new Uint8Array(LIMITS.strangerSignalBytesMax)] });
  await settled(client);
  assert.deepEqual(
    heard.map(({ signature }) => signature),
    ["v", "a{sv}", "ay"],
  );
  assert.equal(Object.getPrototypeOf(heard[1]!.body[0]), null);
  assert.deepEqual(client.counters, { undecodableSignals: 1, skippedMessages: 1 });
});

test("a file descriptor index without descriptors is not a value", () => {
  assert.throws(() => encodeMessage({ ...SIGNAL, signature: "h", body: [new UnixFd(0)] }, 1), {
    code: "OPD3010",
  });
});

for (const [what, garbage] of [
  ["garbage", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["serial 0", Buffer.from("6c01000100000000000000000000000000", "hex")],
  ["129 MiB", Buffer.from("6c01000100001008010000000000000000", "hex")],
] as const) {
  test(`${what} on the wire closes the connection with a reason`, async (t) => {
    const { client } = await withFake(t, { onMessage: (_, peer) => void peer.socket.write(garbage) });
    const why = new Promise<unknown>((resolve) => client.onDisconnect(resolve));
    await assert.rejects(client.call(CALL), { code: "OPD3003" });
    assert.match(String(await why), /broken message header/);
    await assert.rejects(client.call(CALL), { code: "OPD3003" });
    assert.equal(client.connected, false);
  });
}

test("a server that closes in the middle of a message", async (t) => {
  const { client } = await withFake(t, {
    onMessage(message, peer) {
      const bytes = encodeMessage(
        { type: 2, replySerial: message.serial, signature: "s", body: ["long enough"] },
        5,
      );
      peer.socket.end(bytes.subarray(0, bytes.length - 3));
    },
  });
  await assert.rejects(client.call(CALL), { code: "OPD3003" });
  await assert.rejects(
    client.subscribe({}, () => {}),
    { code: "OPD3003" },
  );
  await assert.rejects(client.owner("a.b"), { code: "OPD3003" });
});
