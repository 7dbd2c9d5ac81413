// Vectors of texts: what the lexical ones are and stay, and that a service which fails in any way gives none.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { LIMITS } from "../../base/limits.ts";
import { newEmbedder, sameMaker, type Embedder } from "./embed.ts";
import { LEXICAL_FINGERPRINT, lexicalVector } from "./lexical.ts";

const SENTENCES = [
  "The service ssh.service failed to start on host 10.0.0.1",
  "sshd could not be started: address already in use",
  "Time zone set to Europe/Berlin by org.freedesktop.timedate1",
  "Grüße aus Köln, 数据库",
  "the of and",
];

test("lexical vectors are what they always were", () => {
  const hash = createHash("sha256");
  // Rounded: the last bit of ln may differ between machines.
  for (const text of SENTENCES)
    hash.update(
      lexicalVector(text)!
        .map((n) => Math.round(n * 1e5))
        .join(" "),
    );
  assert.equal(LEXICAL_FINGERPRINT, "lexical-1.1-384");
  assert.equal(hash.digest("hex"), GOLDEN);
});
const GOLDEN = "69402421954a08d0ee2acf61aa0591851e3150b407ae926d90ab953f3b2a0fc1";

test("lexical vectors have length 1, and depend on the text alone", () => {
  for (const text of SENTENCES) {
    const vector = lexicalVector(text)!;
    assert.equal(vector.length, 384);
    assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-6);
    assert.deepEqual(lexicalVector(text), vector);
  }
});

const nearer: readonly (readonly [name: string, text: string, near: string, far: string])[] = [
  ["other forms of the words", "the connection failed", "connections are failing", "the disk is full"],
  ["a typing error", "restart the bluetooth adapter", "restart the bluetoth adaptor", "change the wallpaper"],
  ["a name", "10.0.0.1 is down", "no answer from 10.0.0.1", "192.168.7.9 is down"],
  ["case", "NetworkManager", "networkmanager", "packagekit"],
];
for (const [name, text, near, far] of nearer)
  test(`texts lie nearer that share ${name}`, () => {
    const from = lexicalVector(text)!;
    assert.ok(cosine(from, lexicalVector(near)!) > cosine(from, lexicalVector(far)!));
  });

test("a text without words has no vector, and none makes none", async () => {
  const lexical = newEmbedder({ level: "lexical" });
  const { vectors, fingerprint } = await lexical.embed(["...", "one"]);
  assert.deepEqual([vectors[0], vectors[1]!.length, fingerprint], [null, 384, LEXICAL_FINGERPRINT]);
  assert.deepEqual(lexical.counts, { vectors: 1, failed: 0, lastFailure: null });
  const none = newEmbedder({ level: "none" });
  assert.deepEqual(await none.embed(["one"]), { vectors: [null], fingerprint: null });
});

const makers: readonly (readonly [stored: string | null, made: string | null, taken: boolean])[] = [
  [null, "a", true],
  ["a", null, true],
  ["a", "a", true],
  ["a", "b", false],
];
for (const [stored, made, taken] of makers)
  test(`an index of ${stored} ${taken ? "takes" : "refuses"} vectors of ${made}`, () => {
    if (taken) sameMaker(stored, made);
    else assert.throws(() => sameMaker(stored, made), { code: "OPD4103" });
  });

const addresses: readonly (readonly [url: string, plain: boolean, code: string | null])[] = [
  ["http://127.0.0.1:8000", false, null],
  ["http://[::1]:8000/v1/", false, null],
  ["http://localhost", false, null],
  ["https://vectors.example.org", false, null],
  ["http://vectors.example.org", true, null],
  ["http://vectors.example.org", false, "OPD4102"],
  ["http://127.0.0.1.example.org", false, "OPD4102"],
  ["http://localhost.example.org", false, "OPD4102"],
  ["ftp://127.0.0.1", false, "OPD4104"],
  ["vectors", false, "OPD4104"],
  ["https://user:secret@vectors.example.org", false, "OPD4104"],
  ["https://vectors.example.org/?key=1", false, "OPD4104"],
];
for (const [url, plain, code] of addresses)
  test(`${url} ${plain ? "on a trusted network " : ""}is ${code === null ? "asked" : "refused"}`, () => {
    const make = (): Embedder =>
      newEmbedder({ level: "http", url, plain, clock: fakeClock(), random: () => 0.5 });
    if (code === null) make().close();
    else
      assert.throws(make, (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.ok(!error.message.includes("secret"));
        return true;
      });
  });

test("a service is asked as it says, and its vectors are taken as they are", async (t) => {
  const asked: unknown[] = [];
  const { url } = await serve(t, (body, reply) => {
    asked.push([body.path, body.said]);
    reply(200, { embeddings: body.said.texts.map((_, at) => [at + 1, 0.5]), dimensions: 2, model: "m" });
  });
  const { embedder } = httpEmbedder(t, `${url}/v1/`);
  const { vectors, fingerprint } = await embedder.embed(["a", "b"]);
  assert.deepEqual(asked, [["/v1/embed", { texts: ["a", "b"], normalize: true }]]);
  assert.deepEqual(vectors, [Float32Array.of(1, 0.5), Float32Array.of(2, 0.5)]);
  assert.equal(fingerprint, `http ${url}/v1 m`);
  assert.deepEqual(embedder.counts, { vectors: 2, failed: 0, lastFailure: null });
});

const answers: readonly (readonly [
  name: string,
  status: number,
  body: unknown,
  attempts: number,
  why: RegExp,
])[] = [
  ["refuses", 400, {}, 1, /^status 400$/],
  ["is overloaded", 503, {}, LIMITS.embedAttemptsMax, /^status 503$/],
  ["limits", 429, {}, LIMITS.embedAttemptsMax, /^status 429$/],
  ["sends elsewhere", 307, {}, 1, /^status 307$/],
  ["says nothing", 200, "", 1, /no JSON/],
  ["gives too few", 200, { embeddings: [], dimensions: 2 }, 1, /one vector a text/],
  ["gives other dimensions", 200, { embeddings: [[1, 2, 3]], dimensions: 2 }, 1, /finite numbers/],
  ["gives no numbers", 200, { embeddings: [[1, "2"]], dimensions: 2 }, 1, /finite numbers/],
  ["gives null", 200, { embeddings: [[1, null]], dimensions: 2 }, 1, /finite numbers/],
  ["gives too large numbers", 200, { embeddings: [[1, 1e300]], dimensions: 2 }, 1, /finite numbers/],
  ["gives no direction", 200, { embeddings: [[0, 0]], dimensions: 2 }, 1, /finite numbers/],
  ["gives too many dimensions", 200, { embeddings: [[1]], dimensions: 100_000 }, 1, /dimensions/],
  ["gives half a dimension", 200, { embeddings: [[1]], dimensions: 1.5 }, 1, /finite numbers/],
  ["has no name for its model", 200, { embeddings: [[1]], dimensions: 1, model: {} }, 1, /model/],
  ["says too much", 200, " ".repeat(LIMITS.embedAnswerBytesMax + 1), 1, /too large/],
];
for (const [name, status, body, attempts, why] of answers)
  test(`a service that ${name} gives no vector`, async (t) => {
    let count = 0;
    const { url } = await serve(t, (_, reply) => {
      count++;
      reply(status, body);
    });
    const { embedder } = httpEmbedder(t, url);
    assert.deepEqual(await embedder.embed(["secret text"]), { vectors: [null], fingerprint: null });
    assert.equal(count, attempts);
    const { failed, lastFailure } = embedder.counts;
    assert.equal(failed, 1);
    assert.match(lastFailure!, why);
    assert.ok(!lastFailure!.includes("secret"));
  });

test("a service that comes back is found, after pauses that grow", async (t) => {
  let count = 0;
  const { url } = await serve(t, (_, reply) =>
    ++count < 4 ? reply(500, {}) : reply(200, { embeddings: [[1]], dimensions: 1 }),
  );
  const { embedder, clock } = httpEmbedder(t, url);
  assert.deepEqual((await embedder.embed(["a"])).vectors, [Float32Array.of(1)]);
  assert.deepEqual(clock.sleptMs, [500, 1000, 2000]);
});

test("a model that changes between two requests of one call counts as failed", async (t) => {
  let count = 0;
  const { url } = await serve(t, ({ said }, reply) =>
    reply(200, { embeddings: said.texts.map(() => [1]), dimensions: 1, model: `m${++count}` }),
  );
  const { embedder } = httpEmbedder(t, url);
  const texts = Array.from({ length: LIMITS.embedTextsMax + 1 }, (_, at) => `text ${at}`);
  const { vectors, fingerprint } = await embedder.embed(texts);
  assert.deepEqual([vectors.length, vectors.at(-1), fingerprint], [texts.length, null, `http ${url} m1`]);
  assert.equal(embedder.counts.failed, 1);
});

test("nobody there, nobody who answers, and nobody who waits: no vector", async (t) => {
  const { url, server } = await serve(t, () => undefined);
  const late = httpEmbedder(t, url, 20).embedder;
  assert.deepEqual((await late.embed(["a"])).vectors, [null]);
  assert.match(late.counts.lastFailure!, /no answer in 20 ms/);
  const given = httpEmbedder(t, url).embedder;
  assert.deepEqual((await given.embed(["a"], AbortSignal.abort())).vectors, [null]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const gone = httpEmbedder(t, url).embedder;
  assert.deepEqual((await gone.embed(["a"])).vectors, [null]);
  assert.equal(gone.counts.failed, 1);
});

function httpEmbedder(
  t: TestContext,
  url: string,
  deadlineMs?: number,
): { embedder: Embedder; clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock();
  const deadline = deadlineMs === undefined ? {} : { deadlineMs };
  const embedder = newEmbedder({ level: "http", url, clock, random: () => 0.5, ...deadline });
  t.after(() => embedder.close());
  return { embedder, clock };
}

interface Asked {
  readonly path: string;
  readonly said: { readonly texts: readonly string[] };
}

async function serve(
  t: TestContext,
  answer: (asked: Asked, reply: (status: number, body: unknown) => void) => void,
): Promise<{ url: string; server: Server }> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const said = JSON.parse(Buffer.concat(chunks).toString()) as Asked["said"];
    answer({ path: request.url ?? "", said }, (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  };
  // A client that gives up in the middle is what some of these are about.
  const server = createServer((request, response) => void handle(request, response).catch(() => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
