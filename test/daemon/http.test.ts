// The door for a scraper with real requests: what it tells, to whom, and what a client can make last or grow.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { LIMITS } from "../../src/base/limits.ts";
import type { LocalAddress } from "../../src/base/setting.ts";
import { listenHttp, type HttpOptions } from "../../src/server/http.ts";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../src/telemetry/export/export.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics/metrics.ts";
import { parseExposition, type Sample } from "../support/exposition.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-http-"));
after(() => rmSync(folder, { recursive: true }));

const TCP: LocalAddress = { kind: "tcp", host: "127.0.0.1", port: 0 };

async function open(t: TestContext, given: Partial<HttpOptions> = {}) {
  const said: string[] = [];
  const door = await listenHttp({
    address: TCP,
    metrics: () => Promise.resolve({ type: PROMETHEUS_CONTENT_TYPE, text: "a 1\n" }),
    healthy: () => true,
    log: { warn: (msg, fields) => void said.push(`${msg} ${JSON.stringify(fields)}`) },
    ...given,
  });
  t.after(() => door.close());
  const port = Number(door.address.split(":").at(-1));
  return { door, port, said };
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask(
  place: { readonly port: number } | { readonly socketPath: string },
  path: string,
  { method = "GET", headers = {}, body = "" } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...place, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** Everything that comes on a connection until it ends. */
async function talk(port: number, begin: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (heard += chunk));
  socket.on("error", () => undefined);
  await once(socket, "connect");
  begin(socket);
  await closed(socket);
  return heard;
}

/** However it came to that. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

const cases: readonly (readonly [
  what: string,
  path: string,
  asked: { method?: string; headers?: Record<string, string>; body?: string },
  status: number,
])[] = [
  ["a scrape", "/metrics", {}, 200],
  ["a scrape with a question", "/metrics?name=x", {}, 200],
  ["its head alone", "/metrics", { method: "HEAD" }, 200],
  ["whether it serves", "/healthz", {}, 200],
  ["anything else", "/", {}, 404],
  ["a path that climbs", "/metrics/../etc/passwd", {}, 404],
  ["the name of this machine", "/metrics", { headers: { host: "localhost:1" } }, 200],
  ["its address of IPv6", "/metrics", { headers: { host: "[::1]:9464" } }, 200],
  ["a name that was resolved to this machine", "/metrics", { headers: { host: "evil.example:9464" } }, 421],
  ["one that only begins right", "/metrics", { headers: { host: "127.0.0.1.evil.example" } }, 421],
  ["an address of another machine", "/metrics", { headers: { host: "192.0.2.1" } }, 421],
  ["a whole address as the path", "http://evil.example/metrics", {}, 404],
  ["something to be written", "/metrics", { method: "POST", body: "x" }, 405],
  ["a scrape with a body", "/metrics", { body: "x", headers: { "content-length": "1" } }, 200],
  ["headers beyond the limit", "/metrics", { headers: { x: "y".repeat(LIMITS.scrapeHeadBytesMax) } }, 431],
];

test("what is asked decides how it is answered", async (t) => {
  const { port } = await open(t);
  for (const [what, path, asked, status] of cases) {
    const got = await ask({ port }, path, asked);
    assert.equal(got.status, status, what);
    if (status === 431) continue;
    assert.equal(got.headers["x-content-type-options"], "nosniff");
    assert.equal(got.headers["access-control-allow-origin"], undefined);
    if (path.startsWith("/metrics") && status === 200) {
      assert.equal(got.headers["content-type"], PROMETHEUS_CONTENT_TYPE);
      assert.equal(got.body, asked.method === "HEAD" ? "" : "a 1\n");
    }
  }
});

test("it says when it is stopping, and when it cannot tell", async (t) => {
  const failing = (): Promise<never> => Promise.reject(new Error("no"));
  const { port, said } = await open(t, { healthy: () => false, metrics: failing });
  assert.deepEqual((await ask({ port }, "/healthz")).status, 503);
  assert.deepEqual((await ask({ port }, "/metrics")).status, 500);
  assert.deepEqual(said, ['metrics could not be told {"err":"no"}']);
});

test("no Host at all, or none of HTTP: refused", async (t) => {
  const { port } = await open(t);
  for (const [sent, status] of [
    ["GET /metrics HTTP/1.1\r\n\r\n", 400],
    ["GET /metrics HTTP/1.0\r\n\r\n", 421],
    ["garbage\r\n\r\n", 400],
  ] as const)
    assert.match(await talk(port, (socket) => socket.end(sent)), new RegExp(`^HTTP/1.1 ${status} `));
});

test("a client that is slow, and one that reads nothing, are cut off", async (t) => {
  const text = "x".repeat(64 << 20);
  const metrics = (): Promise<{ type: string; text: string }> =>
    Promise.resolve({ type: "text/plain", text });
  const { port } = await open(t, { deadlineMs: 300, metrics });
  // Half a head, and never the rest.
  assert.match(
    await talk(port, (socket) => socket.write("GET /metrics HTTP/1.1\r\nHost: loc")),
    /^HTTP\/1.1 408 /,
  );
  const deaf = connect(port, "127.0.0.1");
  deaf.on("error", () => undefined);
  await once(deaf, "connect");
  deaf.pause();
  deaf.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // It sees the end of the connection only when it reads: by its own bytes, which nobody takes any more.
  const ended = closed(deaf);
  const probe = setInterval(() => deaf.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 50);
  t.after(() => clearInterval(probe));
  await ended;
  clearInterval(probe);
});

test("too many at once are turned away", async (t) => {
  const { port } = await open(t);
  const silent = Array.from({ length: LIMITS.scrapeConnectionsMax }, () => connect(port, "127.0.0.1"));
  for (const socket of silent) {
    socket.on("error", () => undefined);
    await once(socket, "connect");
  }
  assert.equal(await talk(port, () => undefined), "");
  for (const socket of silent) socket.destroy();
});

test("a socket is its owner's, takes the place of a dead one, and of nothing else", async (t) => {
  const path = join(folder, "m.sock");
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(path, resolve));
  const { door } = await open(t, { address: { kind: "unix", path } });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(door.address, `unix:${path}`);
  // Nothing is resolved to get there, so any name will do.
  assert.equal((await ask({ socketPath: path }, "/metrics", { headers: { host: "any" } })).status, 200);
  await door.close();
  assert.throws(() => statSync(path), { code: "ENOENT" });
  dead.close();
  writeFileSync(path, "mine");
  await assert.rejects(open(t, { address: { kind: "unix", path } }), { code: "OPD9047" });
  const long = { kind: "unix", path: `/${"x".repeat(200)}` } as const;
  await assert.rejects(open(t, { address: long }), { code: "OPD9047" });
});

test("a port that somebody has is said", async (t) => {
  const { port } = await open(t);
  await assert.rejects(open(t, { address: { ...TCP, port } }), {
    code: "OPD9047",
    message: `127.0.0.1:${port} cannot be listened at: EADDRINUSE`,
  });
});

test("who asks meanwhile gets the same text", async (t) => {
  let made = 0;
  const { promise, resolve } = Promise.withResolvers<{ type: string; text: string }>();
  const { port } = await open(t, { metrics: () => (made++, promise) });
  const answers = Array.from({ length: 8 }, () => ask({ port }, "/metrics"));
  while (made === 0) await new Promise((next) => setImmediate(next));
  // Until all of them are in: a request over loopback is.
  await ask({ port }, "/healthz");
  resolve({ type: "text/plain", text: "b 2\n" });
  for (const { body } of await Promise.all(answers)) assert.equal(body, "b 2\n");
  assert(made <= 8);
});

test("scraped again and again under load: counters only grow, buckets are cumulative, +Inf is the count", async (t) => {
  const metrics = createMetrics();
  const { port } = await open(t, {
    metrics: () => Promise.resolve({ type: PROMETHEUS_CONTENT_TYPE, text: prometheusText(metrics.read()) }),
  });
  const load = record(metrics);
  t.after(load.end);
  let before: ReadonlyMap<string, number> = new Map();
  for (let scrape = 0; scrape < 10; scrape++) {
    const { body } = await ask({ port }, "/metrics");
    // Throws where HELP, TYPE, the order of families, cumulative buckets or +Inf are not right.
    const { families, samples } = parseExposition(body);
    assert.deepEqual(
      families.map(({ name, type }) => `${name} ${type}`),
      ["op_dbus_bus_calls_total counter", "op_dbus_bus_call_seconds histogram", "op_dbus_open gauge"],
    );
    const now = new Map(samples.map((sample) => [idOf(sample), sample.value]));
    for (const [id, value] of before)
      if (!id.startsWith("op_dbus_open")) assert(now.get(id)! >= value, `${id} went down`);
    assert.equal(before.size === 0 || before.size === now.size, true);
    before = now;
    const calls = load.calls();
    while (load.calls() === calls) await new Promise((resolve) => setImmediate(resolve));
  }
  const calls = "op_dbus_bus_calls_total {}";
  assert(before.get(calls)! > 0);
  assert.equal(
    before.get('op_dbus_bus_call_seconds_bucket {"le":"+Inf"}'),
    before.get("op_dbus_bus_call_seconds_count {}"),
  );
});

/** Records between any two turns of the loop. */
function record(metrics: Metrics): { readonly calls: () => number; readonly end: () => void } {
  const counter = metrics.counter("bus_calls", "Calls");
  const took = metrics.histogram("bus_call_ms", "Time");
  const gauge = metrics.gauge("open", "Open");
  let [calls, running] = [0, true];
  const turn = (): void => {
    for (let n = 0; n < 500; n++) {
      counter.add();
      took.record((calls++ % 977) / 7);
      gauge.set(n);
    }
    if (running) setImmediate(turn);
  };
  turn();
  return { calls: () => calls, end: () => (running = false) };
}

function idOf({ name, labels }: Sample): string {
  return `${name} ${JSON.stringify(labels)}`;
}
