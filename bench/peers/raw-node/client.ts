// The floor for a client in Node: a socket, messages marshalled once, and an input whose bytes are only counted. A chunk
// that completes a message is the reply; nothing of it but its length is read.

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeMessage } from "../../../src/host/dbus/dbus.ts";
import { runWorks, type Ask } from "../works.ts";

const METHOD_CALL = 1;
const path = process.env["DBUS_SESSION_BUS_ADDRESS"]!.replace(/^unix:path=/, "").replace(/,.*/, "");
const socket = connect(path);

await new Promise<void>((resolve) => {
  let lines = "";
  socket.on("data", function authenticated(chunk) {
    lines += chunk.toString("latin1");
    if (lines.split("\r\n").length < 4) return;
    socket.off("data", authenticated);
    resolve();
  });
  socket.write("\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n");
});

let serial = 1;
let missingBytes = 0;
let replied: (value: unknown) => void = () => undefined;
socket.on("data", (chunk) => {
  // A reply begins with its lengths: body at 4, header fields at 12 (D-Bus specification, "Message Format").
  for (let at = 0; at < chunk.length;) {
    if (missingBytes === 0)
      missingBytes = 16 + ((chunk.readUInt32LE(at + 12) + 7) & ~7) + chunk.readUInt32LE(at + 4);
    const step = Math.min(missingBytes, chunk.length - at);
    missingBytes -= step;
    at += step;
    if (missingBytes === 0) replied(undefined);
  }
});

const marshalled = new Map<Ask, Buffer>();
function call(ask: Ask): Promise<unknown> {
  let bytes = marshalled.get(ask);
  if (bytes === undefined) {
    bytes = Buffer.from(encodeMessage({ type: METHOD_CALL, ...ask }, 1));
    marshalled.set(ask, bytes);
  }
  bytes.writeUInt32LE(++serial, 8);
  const sent = bytes;
  return new Promise((resolve) => {
    replied = resolve;
    socket.write(sent);
  });
}

const driver = "org.freedesktop.DBus";
const hello = { destination: driver, path: "/org/freedesktop/DBus", interface: driver, member: "Hello" };
await call({ ...hello, signature: "", body: [] });
// NameAcquired follows the reply; counted as one it would answer every later call a step early.
await sleep(50);
await runWorks({ call, count: () => 10_000 });
