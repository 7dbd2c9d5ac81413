// A unary gRPC call for each payload (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md), over one HTTP/2 session that is made
// anew when it broke.
//
//   request:   headers, then DATA:  | compressed u8 | length u32 big-endian | message |
//   answer:    headers, DATA in the same form, then trailers grpc-status, grpc-message, grpc-status-details-bin
//              (or all of them in the headers, when there is no message)

import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LIMITS } from "../../base/limits.ts";
import { judgeOtlpGrpc } from "./answers.ts";
import type { Wire } from "./http-post.ts";
import type { Outcome, Payload, Transport } from "./sender.ts";

const compress = promisify(gzip);

/** `path`: `/package.Service/Method`. `timeoutMs`: told to the server, too. */
export function grpcCall(wire: Wire, path: string, timeoutMs: number): Transport {
  let session: ClientHttp2Session | null = null;

  function open(): ClientHttp2Session {
    if (session !== null && !session.closed && !session.destroyed) return session;
    const opened = connect(new URL(wire.url).origin, wire.ca === null ? {} : { ca: wire.ca });
    // Each call hears of it by its own stream; without a listener it would end the process.
    opened.on("error", () => undefined);
    opened.on("goaway", () => opened.close());
    // A request holds the process by its deadline; a connection that waits for one does not.
    opened.unref();
    session = opened;
    return opened;
  }

  return Object.freeze({
    async send({ bytes }: Payload, signal: AbortSignal): Promise<Outcome> {
      const message = wire.gzip ? await compress(bytes) : bytes;
      const frame = Buffer.alloc(5 + message.length);
      frame[0] = wire.gzip ? 1 : 0;
      frame.writeUInt32BE(message.length, 1);
      frame.set(message, 5);
      const over = open();
      const headers = {
        ...wire.headers,
        [constants.HTTP2_HEADER_METHOD]: "POST",
        [constants.HTTP2_HEADER_PATH]: path,
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-timeout": `${Math.min(timeoutMs, 99_999_999)}m`,
        "grpc-accept-encoding": "identity,gzip",
        ...(wire.gzip ? { "grpc-encoding": "gzip" } : {}),
      };
      return await call(over, headers, frame, signal);
    },
    close: () => session?.destroy(),
  });
}

function call(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  frame: Buffer,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error("the deadline passed"));
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    let size = 0;
    let first: IncomingHttpHeaders = {};
    let last: IncomingHttpHeaders = {};
    // A server that keeps still may be a connection that is gone: the next try begins with a new one.
    const late = (): void => session.destroy(new Error("the deadline passed"));
    signal.addEventListener("abort", late, { once: true });
    stream.on("response", (given) => void (first = given));
    stream.on("trailers", (given) => void (last = given));
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > LIMITS.exportAnswerBytesMax) stream.close(constants.NGHTTP2_CANCEL);
      else chunks.push(chunk);
    });
    stream.on("error", reject);
    stream.on("close", () => {
      signal.removeEventListener("abort", late);
      const status = Number(first[":status"] ?? 0);
      if (status === 0) return reject(new Error("the connection ended without an answer"));
      const said = (name: string): string | undefined => oneOf(last[name] ?? first[name]);
      resolve(
        judgeOtlpGrpc({
          status,
          code: said("grpc-status"),
          message: said("grpc-message") ?? "",
          details: said("grpc-status-details-bin") ?? "",
          encoding: said("grpc-encoding") ?? "",
          body: Buffer.concat(chunks),
        }),
      );
    });
    stream.end(frame);
  });
}

function oneOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
