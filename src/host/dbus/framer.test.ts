// Messages on the wire: headers both ways, any chunking, what is skipped, and what ends the connection.

import assert from "node:assert/strict";
import { test } from "node:test";

import { OpError } from "../../base/error.ts";
import {
  rawMessage,
  referenceBody,
  type RawField,
  type RawMessage,
} from "../../../test/support/reference-encoder.ts";
import { Framer, type Accept } from "./framer.ts";
import { FramingError } from "./header.ts";
import { encodeMessage, type Message, type MessageFields } from "./message.ts";
import { BodyError } from "./reader.ts";
import { UnixFd } from "./value.ts";

function readAll(bytes: Buffer, sizeBytes = Math.max(1, bytes.length), accept?: Accept): Message[] {
  const framer = new Framer(accept);
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    // A copy, as every chunk of a socket is a buffer of its own.
    framer.push(Buffer.from(bytes.subarray(at, at + sizeBytes)));
    for (let m = framer.next(); m !== null; m = framer.next()) messages.push(m);
  }
  return messages;
}

function plain(message: Message): unknown {
  return { ...message, body: message.body() };
}

const CALL: MessageFields = {
  type: 1,
  flags: 4,
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
  member: "GetNameOwner",
  destination: "org.freedesktop.DBus",
  signature: "s",
  body: ["org.example.x"],
};
const REPLY: MessageFields = { type: 2, replySerial: 0xffff_ffff, sender: ":1.1", destination: ":1.2" };
const FAILURE: MessageFields = { type: 3, replySerial: 7, errorName: "a.b", signature: "s", body: ["é"] };
const SIGNAL: MessageFields = {
  type: 4,
  path: "/",
  interface: "a.b",
  member: "C",
  signature: "t",
  body: [1n],
};

test("a call, byte for byte", () => {
  const hex = encodeMessage({ type: 1, path: "/a", member: "M", signature: "y", body: [5] }, 2).toString(
    "hex",
  );
  const parts = [
    "6c010001 01000000 02000000 27000000",
    "01016f00 02000000 2f6100 0000000000",
    "03017300 01000000 4d00 000000000000",
    "08016700 017900 00 05",
  ];
  assert.equal(hex, parts.join("").replaceAll(" ", ""));
});

test("every type there and back, in any chunking", () => {
  const sent = [CALL, REPLY, FAILURE, SIGNAL].map((fields, i) => encodeMessage(fields, i + 1));
  const stream = Buffer.concat(sent);
  const whole = readAll(stream).map(plain);
  assert.deepEqual(
    whole.map((m) => m),
    [CALL, REPLY, FAILURE, SIGNAL].map((fields, i) => ({
      type: fields.type,
      flags: fields.flags ?? 0,
      serial: i + 1,
      bodySizeBytes: [18, 0, 7, 8][i],
      replySerial: fields.replySerial,
      path: fields.path,
      interface: fields.interface,
      member: fields.member,
      errorName: fields.errorName,
      destination: fields.destination,
      sender: fields.sender,
      signature: fields.signature ?? "",
      fdCount: 0,
      body: fields.body ?? [],
    })),
  );
  for (const sizeBytes of [1, 2, 3, 7, 15, 16, 17, 64, 100, 1000]) {
    assert.deepEqual(readAll(stream, sizeBytes).map(plain), whole, `chunks of ${sizeBytes}`);
  }
});

test("500 messages in one chunk, and one in 500", () => {
  const many = Buffer.concat(Array.from({ length: 500 }, (_, i) => encodeMessage(CALL, i + 1)));
  assert.deepEqual(
    readAll(many).map((m) => m.serial),
    Array.from({ length: 500 }, (_, i) => i + 1),
  );
  const big = encodeMessage({ ...CALL, signature: "ay", body: [Buffer.alloc(500_000, 3)] }, 1);
  const [message] = readAll(big, 1000);
  assert.deepEqual(message?.body(), [new Uint8Array(500_000).fill(3)]);
});

test("big-endian messages", () => {
  const fields: RawField[] = [
    [1, "o", "/a"],
    [3, "s", "M"],
    [8, "g", "ux"],
  ];
  const body = referenceBody("ux", [1, -2n], "big");
  for (const sizeBytes of [1, 1000]) {
    const [message] = readAll(rawMessage({ order: "big", serial: 258, fields, body }), sizeBytes);
    assert.equal(message?.serial, 258);
    assert.deepEqual(message?.body(), [1, -2n]);
  }
});

const MINIMAL: readonly RawField[] = [
  [1, "o", "/a"],
  [3, "s", "M"],
];

test("an unknown field, an unknown flag and an unknown type are ignored", () => {
  const framer = new Framer();
  framer.push(
    Buffer.concat([
      rawMessage({ flags: 0xf8, serial: 1, fields: MINIMAL }),
      rawMessage({ type: 5, serial: 2, fields: [], body: Buffer.alloc(40) }),
      rawMessage({ serial: 3, fields: [...MINIMAL, [77, "a(ii)", [[1, 2]]]] }),
    ]),
  );
  assert.equal(framer.next()?.flags, 0xf8);
  assert.equal(framer.next()?.serial, 3);
  assert.equal(framer.next(), null);
  assert.equal(framer.skipped, 1);
});

test("an unknown field that does not decode costs only its message", () => {
  const sound = encodeMessage(CALL, 9);
  const fd = rawMessage({ serial: 1, fields: [...MINIMAL, [77, "h", new UnixFd(3)]] });
  const bad = rawMessage({ serial: 2, fields: [...MINIMAL, [77, "s", "\0"]] });
  for (const sizeBytes of [1, 1000]) {
    const serials = readAll(Buffer.concat([fd, bad, sound]), sizeBytes).map((m) => m.serial);
    assert.deepEqual(serials, [1, 9]);
  }
});

const BROKEN: readonly (readonly [what: string, bytes: Buffer, reason: RegExp])[] = [
  ["byte order", Buffer.from("X".padEnd(16)), /byte order/],
  ["version", rawMessage({ version: 2, fields: MINIMAL }), /protocol version/],
  ["type 0", rawMessage({ type: 0, fields: MINIMAL }), /type is 0/],
  ["serial 0", rawMessage({ serial: 0, fields: MINIMAL }), /serial is 0/],
  ["no path", rawMessage({ fields: [[3, "s", "M"]] }), /has no path/],
  ["no member", rawMessage({ fields: [[1, "o", "/a"]] }), /has no member/],
  ["signal without interface", rawMessage({ type: 4, fields: MINIMAL }), /has no interface/],
  ["reply without serial", rawMessage({ type: 2, fields: [] }), /has no reply serial/],
  ["error without name", rawMessage({ type: 3, fields: [[5, "u", 1]] }), /has no error name/],
  ["reply serial 0", rawMessage({ type: 2, fields: [[5, "u", 0]] }), /reply serial is 0/],
  ["field 0", rawMessage({ fields: [...MINIMAL, [0, "y", 1]] }), /code 0/],
  ["field twice", rawMessage({ fields: [...MINIMAL, [3, "s", "M"]] }), /twice/],
  [
    "field of a wrong type",
    rawMessage({
      fields: [
        [1, "s", "/a"],
        [3, "s", "M"],
      ],
    }),
    /wrong type/,
  ],
  ["field of a longer type", rawMessage({ fields: [...MINIMAL, [2, "as", ["a.b"]]] }), /wrong type/],
  ["interface name", rawMessage({ fields: [...MINIMAL, [2, "s", "a"]] }), /not an interface name/],
  [
    "member name",
    rawMessage({
      fields: [
        [1, "o", "/a"],
        [3, "s", "M-x"],
      ],
    }),
    /not a member name/,
  ],
  [
    "path",
    rawMessage({
      fields: [
        [1, "o", "a"],
        [3, "s", "M"],
      ],
    }),
    /not an object path/,
  ],
  ["destination", rawMessage({ fields: [...MINIMAL, [6, "s", "x"]] }), /not a bus name/],
  ["sender", rawMessage({ fields: [...MINIMAL, [7, "s", ":"]] }), /not a bus name/],
  ["signature", rawMessage({ fields: [...MINIMAL, [8, "g", "a"]] }), /signature is not valid/],
  [
    "local path",
    rawMessage({
      fields: [
        [1, "o", "/org/freedesktop/DBus/Local"],
        [3, "s", "M"],
      ],
    }),
    /reserved/,
  ],
  [
    "local interface",
    rawMessage({ fields: [...MINIMAL, [2, "s", "org.freedesktop.DBus.Local"]] }),
    /reserved/,
  ],
  [
    "path with NUL",
    rawMessage({
      fields: [
        [1, "o", "/a\0"],
        [3, "s", "M"],
      ],
    }),
    /contains NUL/,
  ],
  ["128 MiB", withSizes({ fields: MINIMAL }, 0x0800_0000, null), /longer than 128 MiB/],
  ["4 GiB", withSizes({ fields: MINIMAL }, 0xffff_ffff, null), /longer than 128 MiB/],
  ["fields beyond 64 MiB", withSizes({ fields: MINIMAL }, null, 0x0400_0001), /longer than 64 MiB/],
  ["fields cut", withSizes({ fields: MINIMAL }, 8, 18), /middle of a value/],
];

function withSizes(raw: RawMessage, body: number | null, fields: number | null): Buffer {
  const bytes = rawMessage(raw);
  if (body !== null) bytes.writeUInt32LE(body, 4);
  if (fields !== null) bytes.writeUInt32LE(fields, 12);
  return bytes;
}

for (const [what, bytes, reason] of BROKEN) {
  test(`broken framing: ${what}`, () => {
    for (const sizeBytes of [1, bytes.length]) {
      assert.throws(
        () => readAll(bytes, sizeBytes),
        (error) => error instanceof FramingError && error.code === "OPD3011" && reason.test(error.message),
      );
    }
  });
}

test("a body that does not decode costs only its message", () => {
  const fields: RawField[] = [...MINIMAL, [8, "g", "b"]];
  const bad = rawMessage({ serial: 1, fields, body: Buffer.from("02000000", "hex") });
  const leftover = rawMessage({ serial: 2, fields: MINIMAL, body: Buffer.from("00") });
  const fd = rawMessage({
    serial: 3,
    fields: [...MINIMAL, [8, "g", "v"]],
    body: Buffer.from("0168000000000000", "hex"),
  });
  const good = rawMessage({ serial: 4, fields, body: Buffer.from("01000000", "hex") });
  const messages = readAll(Buffer.concat([bad, leftover, fd, good]), 10);
  assert.deepEqual(
    messages.map((m) => m.serial),
    [1, 2, 3, 4],
  );
  for (const message of messages.slice(0, 3)) {
    assert.throws(() => message.body(), BodyError);
    assert.throws(() => message.body(), BodyError, "again");
  }
  assert.deepEqual(messages[3]?.body(), [true]);
  assert.equal(messages[3]?.body(), messages[3]?.body(), "decoded once");
});

test("a descriptor is an index below the count of the header", () => {
  const fields: RawField[] = [...MINIMAL, [8, "g", "h"], [9, "u", 2]];
  const [one] = readAll(rawMessage({ fields, body: Buffer.from("01000000", "hex") }));
  assert.equal(one?.fdCount, 2);
  assert.deepEqual((one?.body() ?? []).length, 1);
  const [two] = readAll(rawMessage({ fields, body: Buffer.from("02000000", "hex") }));
  assert.throws(() => two?.body(), /file descriptor/);
});

test("a refused message is skipped by its header, whatever it claims, and never held", () => {
  const seen: number[] = [];
  const claim = 100_000_000;
  const huge = withSizes(
    { type: 4, serial: 9, fields: [...MINIMAL, [2, "s", "a.b"], [8, "g", "ay"]] },
    claim,
    null,
  );
  const framer = new Framer((header) => {
    seen.push(header.bodySizeBytes);
    return header.bodySizeBytes < 1_000_000;
  });
  framer.push(huge);
  assert.equal(framer.next(), null);
  const before = process.memoryUsage().arrayBuffers;
  const block = Buffer.alloc(1 << 16);
  for (let left = claim; left > 0; left -= block.length) {
    framer.push(left < block.length ? block.subarray(0, left) : block);
    assert.equal(framer.next(), null);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
  framer.push(encodeMessage(CALL, 10));
  assert.equal(framer.next()?.serial, 10);
  assert.deepEqual(seen, [claim, 18]);
  assert.equal(framer.skipped, 1);
});

test("a header beyond its limit is skipped, one below is read", () => {
  const path = (length: number): RawField[] => [
    [1, "o", `/${"a".repeat(length)}`],
    [3, "s", "M"],
  ];
  const messages = readAll(
    Buffer.concat([
      rawMessage({ serial: 1, fields: path(70_000) }),
      rawMessage({ serial: 2, fields: path(60_000) }),
    ]),
    4096,
  );
  assert.deepEqual(
    messages.map((m) => m.serial),
    [2],
  );
});

const UNSENDABLE: readonly (readonly [what: string, fields: MessageFields, message: RegExp])[] = [
  ["call without member", { type: 1, path: "/" }, /lacks its member/],
  ["signal without interface", { type: 4, path: "/", member: "M" }, /lacks its interface/],
  ["reply without serial", { type: 2 }, /lacks its reply serial/],
  ["bad path", { type: 1, path: "x", member: "M" }, /"x" is not an object path/],
  [
    "bad destination",
    { type: 1, path: "/", member: "M", destination: "x\u001b" },
    /"x\\u001b" is not a bus name/,
  ],
  ["bad body", { type: 1, path: "/", member: "M", signature: "u", body: ["x"] }, /argument 1: expected u/],
  ["body without signature", { type: 1, path: "/", member: "M", body: ["x"] }, /has 0 arguments, got 1/],
  ["bad signature", { type: 1, path: "/", member: "M", signature: "a" }, /invalid signature/],
];

for (const [what, fields, message] of UNSENDABLE) {
  test(`not sent: ${what}`, () => {
    assert.throws(
      () => encodeMessage(fields, 1),
      (error) => error instanceof OpError && error.code === "OPD3010" && message.test(error.message),
    );
  });
}

test("messages that were written stay as they are while others are written", () => {
  const messages = Array.from({ length: 3000 }, (_, i) =>
    encodeMessage({ ...CALL, body: [`name.${"x".repeat(i % 700)}`] }, i + 1),
  );
  messages.forEach((bytes, i) => {
    assert.deepEqual(readAll(bytes)[0]?.body(), [`name.${"x".repeat(i % 700)}`]);
  });
});

test("a large message is read to where it wants its bytes, in any pieces, and the next one follows", () => {
  const large = encodeMessage({ ...CALL, signature: "ay", body: [Buffer.alloc(200_000, 7)] }, 1);
  const bytes = Buffer.concat([large, encodeMessage(CALL, 2)]);
  for (const firstBytes of [1, 16, 100, 65_536]) {
    const framer = new Framer();
    const messages: Message[] = [];
    let roomed = 0;
    for (let at = 0; at < bytes.length;) {
      const room = framer.room();
      const step = Math.min(room?.length ?? 65_536, at === 0 ? firstBytes : 30_000, bytes.length - at);
      if (room === null) framer.push(Buffer.from(bytes.subarray(at, at + step)));
      else {
        bytes.copy(room, 0, at, at + step);
        framer.filled(step);
        roomed += step;
      }
      at += step;
      for (let m = framer.next(); m !== null; m = framer.next()) messages.push(m);
    }
    assert.ok(roomed > 100_000, "most of it was read in place");
    assert.deepEqual(
      messages.map(({ serial }) => serial),
      [1, 2],
    );
    assert.deepEqual(Buffer.from(messages[0]!.body()[0] as Uint8Array), Buffer.alloc(200_000, 7));
  }
});
