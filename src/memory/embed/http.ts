// A service that makes vectors, over HTTP:
//
//   POST {url}/embed    {"texts": ["...", ...], "normalize": true}
//   200                 {"embeddings": [[0.1, ...], ...], "dimensions": 384, "model": "name"}      model: may be absent
//
// Contents of the memory go there, so only over https or to this machine, unless another network is allowed by name. Asking
// again does no harm. An answer counts when all of it is as it should be: one vector a text, finite numbers, as many as it says.
// It holds no lock and keeps no text.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import type { Embedded, Embedder } from "./model.ts";

export interface HttpEmbedderOptions {
  /** http or https, with a path or without. */
  readonly url: string;
  /** Plain http to other machines: their network is trusted. */
  readonly plain?: boolean;
  readonly clock: Clock;
  /** 0 <= random() < 1. */
  readonly random: () => number;
  /** One answer; LIMITS.embedDeadlineMs unless it says otherwise. */
  readonly deadlineMs?: number;
}

type Outcome =
  | {
      readonly kind: "vectors";
      readonly vectors: readonly Float32Array[];
      readonly dimensions: number;
      readonly model: string;
    }
  | { readonly kind: "refused" | "again"; readonly why: string };

export function httpEmbedder(options: HttpEmbedderOptions): Embedder {
  const { clock, random, deadlineMs = LIMITS.embedDeadlineMs } = options;
  const address = addressOf(options.url, options.plain ?? false);
  const secure = address.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const service = `${address.origin}${address.pathname.replace(/\/embed$/, "")}`;
  let made = 0;
  let failed = 0;
  let lastFailure: string | null = null;

  const ask = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<Outcome> => {
    const ends = AbortSignal.timeout(deadlineMs);
    const either = signal === undefined ? ends : AbortSignal.any([signal, ends]);
    const body = Buffer.from(JSON.stringify({ texts, normalize: true }));
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        const request = (secure ? httpsRequest : httpRequest)(address, {
          method: "POST",
          agent,
          signal: either,
          headers: { "content-type": "application/json", "content-length": String(body.length) },
        });
        request.on("error", reject);
        request.on("response", (response) => void read(response).then(resolve, reject));
        request.end(body);
      });
      return judge(answer, texts.length);
    } catch (error) {
      if (ends.aborted) return { kind: "again", why: `no answer in ${deadlineMs} ms` };
      return { kind: "again", why: visible(error instanceof Error ? error.message : "?") };
    }
  };

  /** As often as it may be tried. */
  const askOften = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<Outcome> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await ask(texts, signal);
      if (outcome.kind !== "again" || attempt === LIMITS.embedAttemptsMax || signal?.aborted === true)
        return outcome;
      const pauseMs = Math.min(LIMITS.embedPauseFirstMs * 2 ** (attempt - 1), LIMITS.embedPauseLastMs);
      await clock.sleep(pauseMs * (0.8 + 0.4 * random()), signal);
    }
  };

  return Object.freeze({
    async embed(texts: readonly string[], signal?: AbortSignal): Promise<Embedded> {
      const vectors: (Float32Array | null)[] = [];
      let fingerprint: string | null = null;
      let dimensions = 0;
      for (let at = 0; at < texts.length; at += LIMITS.embedTextsMax) {
        const some = texts.slice(at, at + LIMITS.embedTextsMax);
        let outcome = await askOften(some, signal);
        if (outcome.kind === "vectors") {
          const maker = `http ${service} ${outcome.model}`;
          fingerprint ??= maker;
          dimensions ||= outcome.dimensions;
          if (maker !== fingerprint || dimensions !== outcome.dimensions)
            outcome = { kind: "refused", why: "its model changed between two answers" };
        }
        if (outcome.kind === "vectors") {
          made += some.length;
          vectors.push(...outcome.vectors);
        } else {
          failed += some.length;
          lastFailure = outcome.why;
          vectors.push(...some.map(() => null));
        }
      }
      return { vectors, fingerprint };
    },
    get counts() {
      return { vectors: made, failed, lastFailure };
    },
    close: () => agent.destroy(),
  });
}

function addressOf(text: string, plain: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const shown = visible(text.replace(/\/\/[^/]*@/, "//...@"));
  const wrong = (why: string): OpError =>
    new OpError("OPD4104", `${shown} is no address of a service for vectors: ${why}`);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw wrong("expected http://HOST or https://HOST");
  if (url.username !== "" || url.password !== "") throw wrong("it holds a user or a password");
  if (url.search !== "" || url.hash !== "") throw wrong("it holds a query or a fragment");
  if (url.protocol === "http:" && !plain && !LOOPBACK.test(url.hostname))
    throw new OpError("OPD4102", `${shown} is neither https nor on this machine`);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/embed`;
  return url;
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

interface Answer {
  readonly status: number;
  /** null = larger than LIMITS.embedAnswerBytesMax. */
  readonly body: Buffer | null;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > LIMITS.embedAnswerBytesMax) break;
    chunks.push(chunk);
  }
  const whole = size <= LIMITS.embedAnswerBytesMax;
  return { status: response.statusCode ?? 0, body: whole ? Buffer.concat(chunks) : null };
}

/** 408, 429 and 5xx may pass; every other answer would be the same again. */
function judge({ status, body }: Answer, count: number): Outcome {
  const refused = (why: string): Outcome => ({ kind: "refused", why });
  if (status === 408 || status === 429 || status >= 500) return { kind: "again", why: `status ${status}` };
  if (status !== 200) return refused(`status ${status}`);
  if (body === null) return refused("its answer is too large");
  const said = parsed(body);
  if (said === null) return refused("its answer is no JSON object");
  const { embeddings, dimensions, model = "" } = said;
  if (!Array.isArray(embeddings) || embeddings.length !== count) return refused("not one vector a text");
  if (typeof model !== "string" || model.length > MODEL_CHARS_MAX) return refused("its model is no name");
  if (typeof dimensions !== "number" || !(dimensions >= 1 && dimensions <= LIMITS.memoryDimensionsMax))
    return refused("its dimensions are no number within the limits");
  const vectors: Float32Array[] = [];
  for (const one of embeddings as readonly unknown[]) {
    const vector = vectorOf(one, dimensions);
    if (vector === null) return refused("a vector is not as many finite numbers as it says");
    vectors.push(vector);
  }
  return { kind: "vectors", vectors, dimensions, model };
}

const MODEL_CHARS_MAX = 200;

function parsed(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const said: unknown = JSON.parse(body.toString("utf8"));
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Not the zero vector either: it is near to nothing, or to everything. */
function vectorOf(value: unknown, dimensions: number): Float32Array | null {
  if (!Array.isArray(value) || value.length !== dimensions) return null;
  if (!value.every((number) => typeof number === "number")) return null;
  const vector = Float32Array.from(value as number[]);
  return vector.every(Number.isFinite) && vector.some((number) => number !== 0) ? vector : null;
}
