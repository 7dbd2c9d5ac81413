// A request of HTTP/1.1 for each payload, over one kept connection. What an answer means is the protocol's to say; here
// are the ways in which none comes. Redirects are not followed: headers with secrets would go along.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LIMITS } from "../../base/limits.ts";
import type { Outcome, Transport } from "./sender.ts";

export interface Wire {
  /** http or https. A text, as everything here can be handed to another thread. */
  readonly url: string;
  /** Sent as they are; values may be secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the authorities that a server's certificate may be from; null = those of the system. */
  readonly ca: string | null;
  readonly gzip: boolean;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** At most LIMITS.exportAnswerBytesMax. */
  readonly body: Buffer;
}

const compress = promisify(gzip);

/** `judge`: what the receiver's answer means. */
export function httpPost(
  { url, headers, ca, gzip: compressed }: Wire,
  contentType: string,
  judge: (answer: Answer) => Outcome,
): Transport {
  const secure = url.startsWith("https:");
  const kept = { keepAlive: true, maxSockets: 1 };
  const agent = secure ? new HttpsAgent({ ...kept, ...(ca === null ? {} : { ca }) }) : new HttpAgent(kept);
  return Object.freeze({
    async send({ bytes }: { bytes: Uint8Array<ArrayBuffer> }, signal: AbortSignal): Promise<Outcome> {
      const body = compressed ? await compress(bytes) : bytes;
      const sent = {
        ...headers,
        "content-type": contentType,
        "content-length": String(body.length),
        ...(compressed ? { "content-encoding": "gzip" } : {}),
      };
      const answer = await new Promise<Answer>((resolve, reject) => {
        const make = secure ? httpsRequest : httpRequest;
        const request = make(url, { method: "POST", agent, headers: sent, signal });
        request.on("error", reject);
        request.on("response", (response) => void read(response).then(resolve, reject));
        request.end(body);
      });
      return judge(answer);
    },
    close: () => agent.destroy(),
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop closes the connection: the rest is not worth reading.
    if (size > LIMITS.exportAnswerBytesMax) break;
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    contentType: (response.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase(),
    retryAfter: response.headers["retry-after"],
    body: Buffer.concat(chunks),
  };
}

/** Retry-After (RFC 9110, 10.2.3): seconds or a date. Milliseconds from now; null = nothing that can be read. */
export function retryAfterMs(value: string | undefined, wallMs: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  // Date.parse alone takes nearly anything for a date.
  const at = /^[A-Z][a-z]{2}, .+ GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - wallMs);
}
