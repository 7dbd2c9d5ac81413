// The program on a bus that is none, or that means harm: each command ends by itself, with the status of a service that
// cannot be used, in bounded memory, and nothing foreign reaches the terminal. `program` fails what does not end, `clean`
// what ends with a fault of ours or prints what a terminal obeys.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { encodeMessage } from "../../src/host/dbus/dbus.ts";
import { fakeBus, SIGNAL, type FakeBusOptions } from "../support/fake-bus.ts";
import { answer, claim, ESCAPES, flood, MIB, opened, reply, saying, signedWrongly } from "./broken-bus.ts";
import { clean, program } from "./program.ts";

/** A start takes 100 MiB. Beyond it: a reply of at most 32 MiB and what it decodes to. */
const MEMORY_BYTES_MAX = 400 * MIB;

interface Case {
  readonly bus: () => FakeBusOptions;
  readonly says: RegExp;
  readonly status?: number;
  readonly deadlineMs?: string;
}

const UNAVAILABLE = 75;
const signal = encodeMessage({ ...SIGNAL, signature: "s", body: ["flood"] }, 9);
const call = {
  type: 1,
  path: "/",
  interface: "a.b",
  member: "C",
  sender: ":1.9",
  destination: ":1.7",
} as const;

const CASES: Readonly<Record<string, Case>> = {
  "another protocol": {
    bus: () => saying("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"),
    says: /OPD3014/,
  },
  "bytes that are no text": { bus: () => saying(randomBytes(65_536)), says: /OPD3014/ },
  "escapes in the refusal": { bus: () => saying(`REJECTED ${ESCAPES}\r\n`), says: /OPD3014/ },
  "a line without end": {
    bus: () => saying("OK ", (socket) => void flood(socket, Buffer.alloc(MIB, "a"))),
    says: /OPD3014: .*too long/,
  },
  "an end at once": { bus: () => saying("", (socket) => socket.end()), says: /OPD3002/ },
  "silence instead of the authentication": { bus: () => saying(""), says: /OPD3002: .*within 10000 ms/ },
  "silence instead of Hello's answer": {
    bus: () => opened(() => undefined),
    says: /OPD3002: .*within 10000 ms/,
  },
  "garbage instead of Hello's answer": {
    bus: () => opened((socket) => void socket.write(randomBytes(4096).fill(0, 0, 1))),
    says: /OPD3003|OPD3011/,
  },
  "the end instead of Hello's answer": { bus: () => opened((socket) => socket.end()), says: /OPD3003/ },
  "garbage instead of an answer": {
    bus: () => answer((_, peer) => void peer.socket.write(`GET ${ESCAPES} HTTP/1.1\r\n\r\n`)),
    says: /broken message header/,
  },
  "a serial of 0": {
    bus: () =>
      answer((_, peer) => void peer.socket.write(Buffer.from("6c010001000000000000000000000000", "hex"))),
    says: /the serial is 0/,
  },
  "a claim of 129 MiB": {
    bus: () => answer((_, peer) => void peer.socket.write(claim({ ...SIGNAL }, 129 * MIB))),
    says: /longer than 128 MiB/,
  },
  "the end in the middle of a message": {
    bus: () =>
      answer(
        (asked, { socket }) => void socket.end(reply(asked, "as", [["org.example.Name"]]).subarray(0, -3)),
      ),
    says: /OPD3003/,
  },
  "an empty struct": {
    bus: () => answer((asked, { socket }) => void socket.write(signedWrongly(asked, "a()"))),
    says: /its signature is not valid/,
  },
  "an answer of 127 MiB": {
    bus: () =>
      answer((asked, { socket }) => {
        socket.write(
          claim({ type: 2, replySerial: asked.serial, signature: "ay", body: [Buffer.alloc(0)] }, 127 * MIB),
        );
        void flood(socket, Buffer.alloc(MIB), 127);
      }),
    says: /OPD3006/,
  },
  "answers of 32 MiB of empty names": {
    bus: () => ({
      onMessage(asked, peer) {
        if (!asked.member?.startsWith("List")) return peer.reply(asked, "s", [""]);
        // Four million of them, 8 bytes each and 5 the last.
        const names = Buffer.alloc(32 * MIB - 7);
        names.writeUInt32LE(names.length - 4);
        const fields = { type: 2, replySerial: asked.serial, signature: "as", body: [[]] } as const;
        peer.socket.write(claim(fields, names.length));
        peer.socket.write(names);
      },
    }),
    says: /^$/,
    status: 0,
    deadlineMs: "60000",
  },
  "a claim of 31 MiB and silence": {
    bus: () =>
      answer((asked, { socket }) => {
        socket.write(claim({ type: 2, replySerial: asked.serial, signature: "as", body: [[]] }, 31 * MIB));
      }),
    says: /OPD3004: .*within 500 ms/,
  },
  "silence instead of an answer": { bus: () => answer(() => undefined), says: /OPD3004: .*within 500 ms/ },
  "signals without end instead of an answer": {
    bus: () => answer((_, { socket }) => void flood(socket, Buffer.concat(Array(2000).fill(signal)))),
    says: /OPD3004: .*within 500 ms/,
  },
  "a signal of 127 MiB before each answer": {
    bus: () => {
      let before = Promise.resolve();
      return {
        onMessage(asked, peer) {
          before = before.then(async () => {
            peer.socket.write(claim({ ...SIGNAL, signature: "ay", body: [Buffer.alloc(0)] }, 127 * MIB));
            await flood(peer.socket, Buffer.alloc(MIB), 127);
            peer.reply(asked, "as", [[]]);
          });
        },
      };
    },
    says: /^$/,
    status: 0,
    deadlineMs: "60000",
  },
  "calls without end, and nobody reads the answers": {
    bus: () =>
      answer((_, { socket }) => {
        socket.pause();
        const calls = Array.from({ length: 2000 }, (_, at) => encodeMessage({ ...call }, at + 1));
        void flood(socket, Buffer.concat(calls));
      }),
    says: /OPD3004|OPD3023/,
  },
  "an error full of escapes": {
    bus: () =>
      answer((asked, peer) =>
        peer.send({
          type: 3,
          replySerial: asked.serial,
          errorName: "org.example.Error.No",
          signature: "s",
          body: [ESCAPES],
        }),
      ),
    says: /OPD3001/,
    status: 1,
  },
};

describe("a bus that means harm", { concurrency: 4 }, () => {
  for (const [about, { bus, says, status = UNAVAILABLE, deadlineMs = "500" }] of Object.entries(CASES)) {
    test(about, async (t) => {
      const fake = await fakeBus(bus());
      const op = program(fake.address);
      t.after(async () => {
        op.close();
        await fake.close();
      });
      const ended = clean(await op.op(["discover"], { OP_DBUS_CALL_DEADLINE_MS: deadlineMs }), about);
      t.diagnostic(
        `${ended.status}, ${Math.round(ended.memoryBytes / MIB)} MiB: ${ended.stderr.split("\n")[0]}`,
      );
      assert.match(ended.stderr, says);
      assert.doesNotMatch(ended.stderr, /\n\s+at .*:\d+:\d+/, "a stack trace");
      assert.equal(ended.status, status);
      assert.ok(ended.memoryBytes < MEMORY_BYTES_MAX, `${ended.memoryBytes} bytes`);
    });
  }
});
