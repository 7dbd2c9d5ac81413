// What receivers answer, and what it means for what was sent: OTLP over HTTP and gRPC (opentelemetry.io/docs/specs/otlp,
// "Failures" of each) and Loki. Answers are foreign: each that is not understood is a refusal, since nobody said that the
// data was taken.

import { gunzipSync } from "node:zlib";
import { LIMITS } from "../../base/limits.ts";
import { type Answer, retryAfterMs } from "./http-post.ts";
import { readProto } from "./proto.ts";
import type { Outcome } from "./sender.ts";

/** Statuses with which OTLP/HTTP asks for another try; every other one is final. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function judgeOtlpHttp(answer: Answer, wallMs: number): Outcome {
  const { status, body, contentType } = answer;
  if (status < 200 || status > 299) return failed(answer, LATER.has(status), wallMs);
  if (body.length === 0) return TAKEN;
  if (contentType === "application/json") return partialOfJson(body) ?? notUnderstood(status);
  return partialOf(body) ?? notUnderstood(status);
}

/** Loki says 204, a gateway before it may say 200 and nothing; 429 and 5xx are worth another try (grafana.com/docs/loki, HTTP API and Promtail's client). */
export function judgeLoki(answer: Answer, wallMs: number): Outcome {
  const { status, body } = answer;
  if (status >= 200 && status <= 299) return body.length === 0 ? TAKEN : notUnderstood(status);
  return failed(answer, status === 429 || status >= 500, wallMs);
}

export interface GrpcEnd {
  /** HTTP status. */
  readonly status: number;
  /** grpc-status as it came; undefined = there was none. */
  readonly code: string | undefined;
  /** grpc-message, percent-encoded. */
  readonly message: string;
  /** grpc-status-details-bin, base64. */
  readonly details: string;
  /** grpc-encoding: how a compressed frame is compressed. */
  readonly encoding: string;
  /** The frames of the answer. */
  readonly body: Buffer;
}

/** Codes that OTLP/gRPC lists as retryable: CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS;
 * RESOURCE_EXHAUSTED only where RetryInfo says that it passes. */
const LATER_CODES: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15]);
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
const UNKNOWN = 2;

export function judgeOtlpGrpc({ status, code, message, details, encoding, body }: GrpcEnd): Outcome {
  const given = code !== undefined && /^\d{1,2}$/.test(code) ? Number(code) : null;
  // A proxy that knows no gRPC: doc/http-grpc-status-mapping.md of gRPC.
  const number = given ?? (LATER.has(status) ? UNAVAILABLE : UNKNOWN);
  if (number === 0) {
    const framed = unframed(body, encoding);
    return (framed && partialOf(framed)) ?? notUnderstood(status);
  }
  const why = `gRPC status ${number}${given === null ? ` (HTTP ${status})` : ""}: ${percentDecoded(message)}`;
  const afterMs = retryInfoMs(details);
  const later = LATER_CODES.has(number) || (number === RESOURCE_EXHAUSTED && afterMs !== null);
  return later ? { end: "later", why, afterMs } : { end: "refused", why };
}

const TAKEN: Outcome = Object.freeze({ end: "taken", refusedItems: 0, why: "" });

function failed({ status, retryAfter, body }: Answer, later: boolean, wallMs: number): Outcome {
  const why = `HTTP ${status}: ${words(body)}`;
  return later ? { end: "later", why, afterMs: retryAfterMs(retryAfter, wallMs) } : { end: "refused", why };
}

function notUnderstood(status: number): Outcome {
  return { end: "refused", why: `status ${status}, but the answer is none of this protocol` };
}

/** A google.rpc.Status with a sentence, or a text. */
function words(body: Buffer): string {
  const fields = readProto(body);
  const message = fields?.find((one) => one.field === 2);
  return (message !== undefined && "bytes" in message ? Buffer.from(message.bytes) : body)
    .toString("utf8")
    .trim();
}

/** ExportXServiceResponse { partial_success = 1 { rejected = 1; error_message = 2 } }. */
function partialOf(body: Uint8Array): Outcome | null {
  const outer = readProto(body);
  if (outer === null) return null;
  const partial = outer.find(({ field }) => field === 1);
  if (partial === undefined) return outer.length === 0 ? TAKEN : null;
  const inner = "bytes" in partial ? readProto(partial.bytes) : null;
  if (inner === null) return null;
  let refusedItems = 0;
  let why = "";
  for (const one of inner) {
    if (one.field === 1 && "number" in one) refusedItems = Number(BigInt.asIntN(64, one.number));
    if (one.field === 2 && "bytes" in one) why = Buffer.from(one.bytes).toString("utf8");
  }
  return partly(refusedItems, why);
}

/** The same from a receiver that answers in JSON whatever it was asked in. */
function partialOfJson(body: Buffer): Outcome | null {
  try {
    const { partialSuccess } = JSON.parse(body.toString("utf8")) as { partialSuccess?: unknown };
    if (partialSuccess === undefined || partialSuccess === null) return TAKEN;
    const { errorMessage, ...counts } = partialSuccess as Readonly<Record<string, unknown>>;
    const count = Number(Object.values(counts)[0] ?? 0);
    return partly(Number.isFinite(count) ? count : 0, typeof errorMessage === "string" ? errorMessage : "");
  } catch {
    return null;
  }
}

function partly(refusedItems: number, message: string): Outcome {
  const why = refusedItems > 0 ? `${refusedItems} were refused: ${message}` : message;
  return { end: "taken", refusedItems, why };
}

/** The message in a gRPC answer: flag, length, bytes; null: it is no whole message. Servers may answer compressed where
 * they were asked compressed (grpc-go does, whatever was said to be accepted). */
function unframed(body: Buffer, encoding: string): Buffer | null {
  if (body.length < 5 || body.readUInt32BE(1) !== body.length - 5) return null;
  const message = body.subarray(5);
  if (body[0] === 0) return message;
  if (body[0] !== 1 || encoding !== "gzip") return null;
  try {
    return gunzipSync(message, { maxOutputLength: LIMITS.exportAnswerBytesMax });
  } catch {
    return null;
  }
}

/** google.rpc.Status { details = 3 Any { type_url = 1; value = 2 } }, of which google.rpc.RetryInfo { retry_delay = 1
 * Duration { seconds = 1; nanos = 2 } }, in milliseconds. */
function retryInfoMs(details: string): number | null {
  for (const detail of bytesOf(readProto(Buffer.from(details, "base64")), 3)) {
    const any = readProto(detail);
    const [type] = bytesOf(any, 1);
    const [value] = bytesOf(any, 2);
    if (type === undefined || value === undefined) continue;
    if (!Buffer.from(type).toString("latin1").endsWith("/google.rpc.RetryInfo")) continue;
    const [delay] = bytesOf(readProto(value), 1);
    const parts = delay === undefined ? null : readProto(delay);
    if (parts === null) continue;
    const number = (field: number): number => {
      const found = parts.find((one) => one.field === field);
      return found !== undefined && "number" in found ? Number(BigInt.asIntN(64, found.number)) : 0;
    };
    return Math.max(0, number(1) * 1e3 + number(2) / 1e6);
  }
  return null;
}

function bytesOf(fields: ReturnType<typeof readProto>, field: number): readonly Uint8Array[] {
  return (fields ?? []).flatMap((one) => (one.field === field && "bytes" in one ? [one.bytes] : []));
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
