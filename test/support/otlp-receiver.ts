// Receivers on loopback that behave as told: OTLP over HTTP and gRPC (HTTP/2), and Loki. What arrives is decoded with the
// official definitions at once, so a receiver keeps numbers of what it got and not the bytes.

import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Signal } from "../../src/telemetry/export/export.ts";
import { attributesOf, decodeOtlp, encodeOtlpAnswer } from "./otlp.ts";

export type Behaviour =
  | { readonly kind: "take" }
  | { readonly kind: "partial"; readonly rejected: number }
  /** Refuses so many times as one that is busy, then takes. */
  | { readonly kind: "busy"; readonly times: number }
  | { readonly kind: "refuse" }
  /** Reads and never answers. */
  | { readonly kind: "silent" }
  | { readonly kind: "garbage" }
  /** Ends the connection when a request comes. */
  | { readonly kind: "hang-up" };

export interface Receiver {
  readonly url: string;
  behaviour: Behaviour;
  /** `seq` of every event, and texts of every log record, that was taken. */
  readonly seqs: number[];
  readonly texts: string[];
  /** Names of the metrics that were taken. */
  readonly metrics: string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>[];
  requests: number;
  close(): Promise<void>;
}

type Kind = "otlp-http" | "otlp-grpc" | "loki";

/** `port`: one that an earlier receiver had; 0 = any. */
export async function startReceiver(kind: Kind, behaviour: Behaviour, port = 0): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const got: Omit<Receiver, "url" | "close"> = {
    behaviour,
    seqs: [],
    texts: [],
    metrics: [],
    headers: [],
    requests: 0,
  };
  const server =
    kind === "otlp-grpc"
      ? createHttp2().on("stream", (stream, headers) => void grpc(stream, headers).catch(cut))
      : createHttp((request, response) => void http(request, response).catch(cut));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("sessionError", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(got, {
    url,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });

  async function http(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(request);
    got.requests++;
    got.headers.push(request.headers);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const signal = (request.url ?? "").split("/").at(-1) as Signal;
    const now = next();
    if (now.kind === "silent") return;
    if (now.kind === "hang-up") return void request.socket.destroy();
    if (now.kind === "garbage")
      return void response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    if (now.kind === "refuse") return void response.writeHead(400).end("no");
    if (now.kind === "busy") return void response.writeHead(503).end();
    if (kind === "loki") {
      takeLoki(body);
      return void response.writeHead(204).end();
    }
    const rejected = now.kind === "partial" ? now.rejected : 0;
    takeOtlp(signal, body);
    response.writeHead(200, { "content-type": "application/x-protobuf" });
    response.end(encodeOtlpAnswer(signal, rejected, rejected > 0 ? "too old" : ""));
  }

  async function grpc(stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>): Promise<void> {
    stream.on("error", () => undefined);
    const sent = await bodyOf(stream);
    got.requests++;
    got.headers.push(headers as Receiver["headers"][0]);
    const message = sent.subarray(5);
    if (sent.readUInt32BE(1) !== message.length) throw new Error("not one gRPC frame");
    const body = sent[0] === 1 ? gunzipSync(message) : message;
    const [, name = ""] = /\.(logs|metrics|trace)\.v1\.\w+\/Export$/.exec(String(headers[":path"])) ?? [];
    const signal = (name === "trace" ? "traces" : name) as Signal;
    const now = next();
    const ok = { ":status": 200, "content-type": "application/grpc" };
    if (now.kind === "silent") return;
    if (now.kind === "hang-up") return void stream.session?.socket.destroy();
    if (now.kind === "garbage") {
      stream.respond({ ":status": 200, "content-type": "text/html" });
      return void stream.end("<html>");
    }
    if (now.kind === "refuse" || now.kind === "busy") {
      const code = now.kind === "busy" ? "14" : "3";
      return stream.respond({ ...ok, "grpc-status": code, "grpc-message": "no" }, { endStream: true });
    }
    takeOtlp(signal, body);
    const rejected = now.kind === "partial" ? now.rejected : 0;
    const plain = encodeOtlpAnswer(signal, rejected, rejected > 0 ? "too old" : "");
    // As grpc-go does: who asks compressed is answered compressed.
    const answer = sent[0] === 1 ? gzipSync(plain) : plain;
    const frame = Buffer.from([sent[0]!, 0, 0, 0, 0]);
    frame.writeUInt32BE(answer.length, 1);
    stream.respond(sent[0] === 1 ? { ...ok, "grpc-encoding": "gzip" } : ok, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.concat([frame, answer]));
  }

  function next(): Behaviour {
    const now = got.behaviour;
    if (now.kind !== "busy") return now;
    got.behaviour = now.times > 1 ? { kind: "busy", times: now.times - 1 } : { kind: "take" };
    return now;
  }

  function takeOtlp(signal: Signal, body: Uint8Array): void {
    if (signal === "metrics") got.metrics.push(...decodeOtlp("metrics", body).items.map(({ name }) => name));
    else if (signal === "traces") decodeOtlp("traces", body).items.forEach(takeEvent);
    else
      for (const log of decodeOtlp("logs", body).items)
        if (log.event_name !== undefined && log.event_name !== "") takeEvent(log);
        else got.texts.push(String(log.body?.["string_value"]));
  }

  function takeEvent(item: Parameters<typeof attributesOf>[0]): void {
    const seq = attributesOf(item).find((one) => one.startsWith("seq="));
    got.seqs.push(Number(seq?.slice(4)));
  }

  function takeLoki(body: Buffer): void {
    const { streams } = JSON.parse(body.toString()) as { streams: { values: [string, string][] }[] };
    for (const [, line] of streams.flatMap(({ values }) => values)) {
      const { seq, msg } = JSON.parse(line) as { seq?: number; msg?: string };
      if (seq === undefined) got.texts.push(String(msg));
      else got.seqs.push(seq);
    }
  }
}

/** A sender may cut a request off when its time is over; anything else that goes wrong here is a fault. */
function cut(error: unknown): void {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (!/^(?:ECONNRESET|ERR_HTTP2_|ERR_STREAM_)/.test(code)) throw error;
}

async function bodyOf(from: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
