// What a bus may say that is none: instead of the authentication, of the answer to Hello, and of its answer to the first
// call after it. Each as something that a fake bus does with a client.

import type { Socket } from "node:net";
import { encodeMessage, type Message, type MessageFields } from "../../src/host/dbus/dbus.ts";
import { FAKE_GUID, type FakeBusOptions, type FakePeer } from "../support/fake-bus.ts";

/** Any text that a terminal would obey. */
export const ESCAPES = "\u001b[2J\u001b]0;owned\u0007\r\u202egone";
export const MIB = 1024 * 1024;

/** Writes until the client has gone, or `count` times, never more than the socket takes. */
export async function flood(socket: Socket, bytes: Buffer, count = Infinity): Promise<void> {
  for (let at = 0; at < count && !socket.destroyed; at++) {
    if (socket.write(bytes)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        socket.off("drain", go).off("close", go);
        resolve();
      };
      socket.on("drain", go).on("close", go);
    });
  }
}

/** Instead of the dialogue. */
export function saying(
  text: string | Buffer,
  then: (socket: Socket) => void = () => undefined,
): FakeBusOptions {
  return {
    onSocket(socket) {
      socket.resume();
      socket.write(text);
      then(socket);
    },
  };
}

/** The dialogue as it should be, and `then` when the client has said BEGIN; what it says later is not looked at. */
export function opened(then: (socket: Socket) => void): FakeBusOptions {
  return {
    onSocket(socket) {
      let heard = "";
      socket.write(`DATA\r\nOK ${FAKE_GUID}\r\nERROR\r\n`);
      socket.on("data", (chunk: Buffer) => {
        if (heard.includes("BEGIN\r\n")) return;
        heard += chunk.toString("latin1");
        if (heard.includes("BEGIN\r\n")) then(socket);
      });
    },
  };
}

/** Instead of the answer to the first call after Hello. The calls behind it are not answered. */
export function answer(how: (call: Message, peer: FakePeer) => void): FakeBusOptions {
  let asked = false;
  return {
    onMessage(call, peer) {
      if (asked) return;
      asked = true;
      how(call, peer);
    },
  };
}

/** The answer as bytes, to be damaged. */
export function reply(call: Message, signature: string, body: MessageFields["body"]): Buffer {
  const fields = {
    type: 2,
    replySerial: call.serial,
    sender: "org.freedesktop.DBus",
    signature,
    body,
  } as const;
  return encodeMessage(fields, 77);
}

/** The header of a message whose body is said to have so many bytes; `fields` have an empty body. */
export function claim(fields: MessageFields, bodyBytes: number): Buffer {
  const bytes = encodeMessage(fields, 78);
  const own = bytes.readUInt32LE(4);
  bytes.writeUInt32LE(bodyBytes, 4);
  return bytes.subarray(0, bytes.length - own);
}

/** The answer, with its body signature overwritten by one of the same length that nobody may use. */
export function signedWrongly(call: Message, wrong: string): Buffer {
  const right = `a${"u".repeat(wrong.length - 1)}`.slice(0, wrong.length);
  const body = right === "a" ? [] : [[], ...Array.from({ length: wrong.length - 2 }, () => 0)];
  const bytes = reply(call, right, body);
  bytes.write(wrong, bytes.indexOf(right, 16, "latin1"), "latin1");
  return bytes;
}
