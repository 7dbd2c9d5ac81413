// The SASL dialogue, both sides, in any chunking.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError, type OpError as Failure } from "../../base/error.ts";
import { AUTH_OPENING, ClientAuth, ServerAuth, type AuthDone } from "./auth.ts";

const GUID = "0123456789abcdef0123456789abcdef";

function client(text: string, sizeBytes: number): AuthDone | null {
  const auth = new ClientAuth();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    const done = auth.push(bytes.subarray(at, at + sizeBytes));
    if (done !== null) return { ...done, rest: Buffer.concat([done.rest, bytes.subarray(at + sizeBytes)]) };
  }
  return null;
}

function serve(text: string, sizeBytes: number): { reply: string; rest: string | null } {
  const auth = new ServerAuth(GUID, new Set(["1000"]));
  const bytes = Buffer.from(text, "latin1");
  let reply = "";
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    const step = auth.push(bytes.subarray(at, at + sizeBytes));
    reply += step.reply;
    if (step.rest !== null) return { reply, rest: step.rest.toString("latin1") + text.slice(at + sizeBytes) };
  }
  return { reply, rest: null };
}

const ACCEPTED: readonly (readonly [what: string, text: string, unixFds: boolean])[] = [
  ["libdbus", `DATA\r\nOK ${GUID}\r\nAGREE_UNIX_FD\r\nlrest`, true],
  ["a server without descriptors", `DATA\r\nOK ${GUID}\r\nERROR "no"\r\nlrest`, false],
  ["a server that needs no DATA", `OK ${GUID}\r\nERROR\r\nAGREE_UNIX_FD\r\nlrest`, true],
];
for (const [what, text, unixFds] of ACCEPTED) {
  for (const sizeBytes of [1, 7, 4096]) {
    test(`client: ${what}, ${sizeBytes} bytes at a time`, () => {
      const done = client(text, sizeBytes);
      assert.deepEqual(done, { guid: GUID, unixFds, rest: Buffer.from("lrest") });
    });
  }
}

const REFUSED: readonly (readonly [what: string, text: string, code: Failure["code"]])[] = [
  ["rejected at once", "REJECTED EXTERNAL DBUS_COOKIE_SHA1\r\n", "OPD3009"],
  ["rejected after DATA", "DATA\r\nREJECTED\r\n", "OPD3009"],
  ["a GUID that is none", "DATA\r\nOK hello\r\n", "OPD3014"],
  ["OK twice", `OK ${GUID}\r\nOK ${GUID}\r\n`, "OPD3014"],
  ["DATA twice", "DATA\r\nDATA\r\n", "OPD3014"],
  ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "OPD3014"],
  ["agreement before OK", "DATA\r\nAGREE_UNIX_FD\r\n", "OPD3014"],
  ["bytes that are no text", "DA\x1b[2J\r\n", "OPD3014"],
  ["an endless line", "A".repeat(20_000), "OPD3014"],
];
for (const [what, text, code] of REFUSED) {
  test(`client: ${what}`, () => {
    for (const sizeBytes of [1, 4096]) {
      assert.throws(
        () => client(text, sizeBytes),
        (error) => error instanceof OpError && error.code === code,
      );
    }
  });
}

test("an unfinished dialogue waits", () => {
  assert.equal(client(`DATA\r\nOK ${GUID}\r\nAGREE_UNIX_FD\r`, 3), null);
});

const HEX = Buffer.from("1000").toString("hex");
const SERVED: readonly (readonly [what: string, text: string, reply: string, rest: string | null])[] = [
  [
    "ours",
    `${AUTH_OPENING.toString()}BEGIN\r\nlx`,
    `DATA\r\nOK ${GUID}\r\nERROR descriptors cannot be passed\r\n`,
    "lx",
  ],
  ["with the uid", `\0AUTH EXTERNAL ${HEX}\r\nBEGIN\r\n`, `OK ${GUID}\r\n`, ""],
  ["with a wrong uid", "\0AUTH EXTERNAL 30\r\n", "REJECTED EXTERNAL\r\n", null],
  [
    "another mechanism first",
    `\0AUTH ANONYMOUS\r\nAUTH EXTERNAL ${HEX}\r\n`,
    `REJECTED EXTERNAL\r\nOK ${GUID}\r\n`,
    null,
  ],
  ["bare AUTH", "\0AUTH\r\n", "REJECTED EXTERNAL\r\n", null],
  ["cancelled", "\0AUTH EXTERNAL\r\nCANCEL\r\n", "DATA\r\nREJECTED EXTERNAL\r\n", null],
  ["something unknown", "\0FOO\r\n", "ERROR not expected here\r\n", null],
];
for (const [what, text, reply, rest] of SERVED) {
  for (const sizeBytes of [1, 4096]) {
    test(`server: ${what}, ${sizeBytes} bytes at a time`, () => {
      assert.deepEqual(serve(text, sizeBytes), { reply, rest });
    });
  }
}

for (const [what, text] of [
  ["no NUL first", "AUTH EXTERNAL\r\n"],
  ["BEGIN too early", "\0BEGIN\r\n"],
  ["rejected for ever", `\0${"AUTH\r\n".repeat(20)}`],
] as const) {
  test(`server: ${what} ends the dialogue`, () => {
    assert.throws(
      () => serve(text, 4096),
      (error) => error instanceof OpError && error.code === "OPD3014",
    );
  });
}
