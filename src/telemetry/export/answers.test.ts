// What an answer means for what was sent, by the tables of OTLP, gRPC and Loki; answers are written with the official
// definitions where they are protobuf.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "../../../test/support/property.ts";
import { encodeOtlpAnswer } from "../../../test/support/otlp.ts";
import { judgeLoki, judgeOtlpGrpc, judgeOtlpHttp } from "./answers.ts";
import { retryAfterMs, type Answer } from "./http-post.ts";
import { ProtoWriter } from "./proto.ts";
import type { Outcome } from "./sender.ts";

const WALL_MS = Date.UTC(2026, 0, 1);
const PROTO = "application/x-protobuf";

function answer(
  status: number,
  body: Buffer | string = "",
  contentType = PROTO,
  retryAfter?: string,
): Answer {
  return { status, contentType, retryAfter, body: Buffer.from(body) };
}

function check(outcome: Outcome, end: Outcome["end"], detail: number | null | RegExp): void {
  assert.equal(outcome.end, end, JSON.stringify(outcome));
  if (outcome.end === "taken") assert.equal(outcome.refusedItems, detail);
  else if (outcome.end === "later") assert.equal(outcome.afterMs, detail);
  else assert.match(outcome.why, detail as RegExp);
}

const http: readonly (readonly [name: string, Answer, Outcome["end"], number | null | RegExp])[] = [
  ["all taken", answer(200, encodeOtlpAnswer("traces", 0, "")), "taken", 0],
  ["an empty body", answer(204), "taken", 0],
  ["a partial success", answer(200, encodeOtlpAnswer("logs", 12, "too old")), "taken", 12],
  ["a warning", answer(200, encodeOtlpAnswer("metrics", 0, "use v2")), "taken", 0],
  ["JSON", answer(200, "{}", "application/json"), "taken", 0],
  [
    "JSON with a partial success",
    answer(200, '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}}', "application/json"),
    "taken",
    3,
  ],
  ["JSON that is none", answer(200, "{", "application/json"), "refused", /none of this protocol/],
  ["JSON null", answer(200, "null", "application/json"), "refused", /none of this protocol/],
  [
    "a login page",
    answer(200, "<html>please sign in</html>", "text/html"),
    "refused",
    /none of this protocol/,
  ],
  ["another message", answer(200, Buffer.from([0x12, 0x01, 0x41])), "refused", /none of this protocol/],
  ["moved", answer(302, "", "text/html"), "refused", /^HTTP 302/],
  ["bad data", answer(400, Buffer.from([0x12, 0x02, 0x6e, 0x6f])), "refused", /^HTTP 400: no$/],
  ["not found", answer(404, "page not found", "text/plain"), "refused", /^HTTP 404: page not found$/],
  ["too many", answer(429), "later", null],
  ["too many, with a wish", answer(429, "", PROTO, "7"), "later", 7_000],
  ["bad gateway", answer(502), "later", null],
  ["unavailable until a date", answer(503, "", PROTO, "Thu, 01 Jan 2026 00:00:30 GMT"), "later", 30_000],
  ["gateway timeout", answer(504), "later", null],
  ["server error", answer(500), "refused", /^HTTP 500/],
];
for (const [name, given, end, detail] of http)
  test(`OTLP over HTTP: ${name}`, () => check(judgeOtlpHttp(given, WALL_MS), end, detail));

const loki: readonly (readonly [string, Answer, Outcome["end"], number | null | RegExp])[] = [
  ["taken", answer(204), "taken", 0],
  ["taken by a gateway", answer(200), "taken", 0],
  ["a page", answer(200, "<html>", "text/html"), "refused", /none of this protocol/],
  ["too many", answer(429, "", "", "2"), "later", 2_000],
  ["server error", answer(500, "boom"), "later", null],
  ["too old", answer(400, "entry too far behind\n"), "refused", /^HTTP 400: entry too far behind$/],
];
for (const [name, given, end, detail] of loki)
  test(`Loki: ${name}`, () => check(judgeLoki(given, WALL_MS), end, detail));

function framed(message: Buffer, flag = 0): Buffer {
  const head = Buffer.from([flag, 0, 0, 0, 0]);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** google.rpc.Status with a RetryInfo of so many seconds and nanoseconds. */
function retryInfo(
  seconds: number,
  nanos: number,
  type = "type.googleapis.com/google.rpc.RetryInfo",
): string {
  const to = new ProtoWriter();
  to.varint(1, 8);
  const any = to.open(3);
  to.string(1, type);
  const info = to.open(2);
  const delay = to.open(1);
  to.varint(1, seconds);
  to.varint(2, nanos);
  for (const mark of [delay, info, any]) to.close(mark);
  return Buffer.from(to.take()).toString("base64");
}

const grpc: readonly (readonly [
  string,
  Partial<Parameters<typeof judgeOtlpGrpc>[0]>,
  Outcome["end"],
  number | null | RegExp,
])[] = [
  ["all taken", { code: "0", body: framed(Buffer.alloc(0)) }, "taken", 0],
  ["a partial success", { code: "0", body: framed(encodeOtlpAnswer("traces", 4, "x")) }, "taken", 4],
  ["no message", { code: "0" }, "refused", /none of this protocol/],
  [
    "half a message",
    { code: "0", body: Buffer.from([0, 0, 0, 0, 9, 1]) },
    "refused",
    /none of this protocol/,
  ],
  [
    "a compressed message",
    { code: "0", encoding: "gzip", body: framed(gzipSync(encodeOtlpAnswer("traces", 4, "x")), 1) },
    "taken",
    4,
  ],
  [
    "compressed in an unknown way",
    { code: "0", encoding: "br", body: framed(Buffer.alloc(3), 1) },
    "refused",
    /none of this protocol/,
  ],
  [
    "compressed, but not really",
    { code: "0", encoding: "gzip", body: framed(Buffer.alloc(3), 1) },
    "refused",
    /none of this protocol/,
  ],
  [
    "a bomb",
    { code: "0", encoding: "gzip", body: framed(gzipSync(Buffer.alloc(1 << 20)), 1) },
    "refused",
    /none of this protocol/,
  ],
  ["an unknown flag", { code: "0", body: framed(Buffer.alloc(0), 2) }, "refused", /none of this protocol/],
  ["cancelled", { code: "1" }, "later", null],
  ["unknown", { code: "2", message: "a%20b" }, "refused", /^gRPC status 2: a b$/],
  ["a broken message text", { code: "3", message: "%zz" }, "refused", /%zz/],
  ["deadline", { code: "4" }, "later", null],
  ["not authorised", { code: "16" }, "refused", /^gRPC status 16/],
  ["exhausted for good", { code: "8" }, "refused", /^gRPC status 8/],
  ["exhausted for a while", { code: "8", details: retryInfo(2, 500_000_000) }, "later", 2_500],
  [
    "exhausted, other details",
    { code: "8", details: retryInfo(2, 0, "x/google.rpc.ErrorInfo") },
    "refused",
    /8/,
  ],
  ["exhausted, broken details", { code: "8", details: "////" }, "refused", /8/],
  ["aborted", { code: "10" }, "later", null],
  ["out of range", { code: "11" }, "later", null],
  ["not implemented", { code: "12" }, "refused", /12/],
  ["unavailable", { code: "14", details: retryInfo(1, 0) }, "later", 1_000],
  ["data loss", { code: "15" }, "later", null],
  ["a proxy without gRPC", { status: 503 }, "later", null],
  ["a page", { status: 404 }, "refused", /HTTP 404/],
  ["200 and no status", { status: 200 }, "refused", /gRPC status 2 \(HTTP 200\)/],
];
for (const [name, given, end, detail] of grpc)
  test(`OTLP over gRPC: ${name}`, () => {
    const whole = {
      status: 200,
      code: undefined,
      message: "",
      details: "",
      encoding: "",
      body: Buffer.alloc(0),
      ...given,
    };
    check(judgeOtlpGrpc(whole), end, detail);
  });

test("no answer whatever is believed by accident or throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), fc.string(), (bytes, message, details) => {
      const body = Buffer.from(bytes);
      const outcome = judgeOtlpHttp(answer(200, body), WALL_MS);
      if (outcome.end === "taken" && body.length > 0) assert.equal(body[0], 0x0a);
      judgeOtlpGrpc({ status: 200, code: "8", message, details, encoding: "gzip", body });
      judgeOtlpGrpc({
        status: 200,
        code: "0",
        message,
        details: body.toString("base64"),
        encoding: "gzip",
        body,
      });
    }),
  );
});

test("Retry-After", () => {
  const table: readonly (readonly [string | undefined, number | null])[] = [
    [undefined, null],
    ["0", 0],
    [" 120 ", 120_000],
    ["-1", null],
    ["soon", null],
    ["Wed, 31 Dec 2025 23:59:59 GMT", 0],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
  ];
  for (const [given, expected] of table) assert.equal(retryAfterMs(given, WALL_MS), expected, given);
});
