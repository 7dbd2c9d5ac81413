// Who may come in at the memory's door: tokens, roles, rates, TLS and client certificates, through the public client too.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { MemoryClient } from "../../src/api/client/memory-client.ts";
import { makeToken, type Role } from "../../src/api/memory/memory.ts";
import { ID } from "../support/fake-memory.ts";
import { steppedClock } from "../support/stepped-clock.ts";
import { announcing, framed, opened, raw, until, type Opened, type Raw } from "./raw.ts";

const KEY = Buffer.alloc(32, 5);
const HEALTH = framed("HealthCheck");

function token(sub: string, roles: readonly Role[], lastsS = 3600): string {
  const nowS = Math.floor(Date.now() / 1000);
  return makeToken({ sub, iat: nowS, exp: nowS + lastsS, roles }, KEY);
}

async function served(t: TestContext, ...how: Parameters<typeof opened>): Promise<Opened> {
  const door = await opened(...how);
  t.after(() => door.server.close());
  return door;
}

async function admitted(port: number, text: string): Promise<Raw> {
  const socket = connect(port, "127.0.0.1");
  socket.write(framedText(text));
  await once(socket, "readable");
  assert.deepEqual(socket.read(), Buffer.of(1));
  return raw(socket);
}

test("a token lets in with one byte, and names who asks", async (t) => {
  const { port, memory } = await served(t, { tokenKey: KEY });
  const client = await admitted(port, token("ana", ["Reader"]));
  client.send(HEALTH);
  assert.equal((await client.reply()).type, "HealthCheckOk");
  assert.equal(memory.callers[0]?.subject, "ana");
  client.socket.destroy();
});

const outside: readonly (readonly [what: string, bytes: () => Buffer])[] = [
  [
    "a token of another key",
    () => framedText(makeToken({ sub: "eve", iat: 0, exp: 9e9, roles: ["Admin"] }, Buffer.alloc(32))),
  ],
  ["a token that ended", () => framedText(token("ana", ["Admin"], -1))],
  ["no token but a request", () => HEALTH],
  ["an empty token", () => framedText("")],
  ["a token that is too long", () => framedText("x".repeat(4097))],
  ["a length of 4 GiB", () => announcing(0xffff_ffff)],
];
function framedText(text: string): Buffer {
  return Buffer.concat([announcing(text.length), Buffer.from(text)]);
}
for (const [what, bytes] of outside)
  test(`closed without a byte: ${what}`, async (t) => {
    const { port, memory, logged } = await served(t, { tokenKey: KEY });
    const client = await raw(port);
    let received = 0;
    client.socket.on("data", (chunk: Buffer) => (received += chunk.length));
    client.send(bytes(), HEALTH);
    await client.closed;
    assert.equal(received, 0);
    assert.equal(memory.asked.length, 0);
    assert.doesNotMatch(logged.join("\n"), /eyJ/);
  });

test("who brings no token in time is sent away", async (t) => {
  const clock = steppedClock();
  const { port, server } = await served(t, { tokenKey: KEY }, {}, clock);
  const client = await raw(port);
  client.send(announcing(100), Buffer.alloc(10));
  await until(() => server.connections === 1);
  await clock.pass(12_000);
  await client.closed;
});

test("roles: what each may, in order, and the connection goes on", async (t) => {
  const { port, memory } = await served(t, { tokenKey: KEY });
  const asks = [
    { QueryConcept: [ID] },
    { LearnConceptV2: ["x", {}] },
    { DeleteConcept: [null, ID] },
    "Flush",
  ];
  const allowed: readonly (readonly [Role, number])[] = [
    ["Reader", 1],
    ["Writer", 2],
    ["Service", 2],
    ["Admin", 4],
  ];
  for (const [role, count] of allowed) {
    const client = await admitted(port, token(role, [role]));
    client.send(...asks.map((ask) => framed(ask)));
    for (const index of asks.keys()) {
      const reply = await client.reply();
      const denied = reply.type === "Error" && reply.code === "OPD4506";
      assert.equal(denied, index >= count, `${role} ${index} ${JSON.stringify(reply)}`);
    }
    client.socket.destroy();
  }
  assert.equal(memory.asked.length, 1 + 2 + 2 + 4);
});

test("beyond its rate a subject gets its error, the rest their answers", async (t) => {
  const clock = steppedClock();
  const nowS = clock.wallMs() / 1000;
  const claim = (sub: string): string =>
    makeToken({ sub, iat: nowS, exp: nowS + 3600, roles: ["Reader"] }, KEY);
  const { port, memory } = await served(t, { tokenKey: KEY, rate: { perSecond: 10, burst: 5 } }, {}, clock);
  const greedy = await admitted(port, claim("greedy"));
  const also = await admitted(port, claim("greedy"));
  const modest = await admitted(port, claim("modest"));
  greedy.send(...Array.from({ length: 8 }, () => HEALTH));
  for (let count = 0; count < 5; count++) assert.equal((await greedy.reply()).type, "HealthCheckOk");
  const refused = await greedy.reply();
  assert.deepEqual(refused, { type: "Error", message: "Rate limit exceeded", code: "OPD4507" });
  also.send(HEALTH);
  assert.equal((await also.reply()).type, "Error");
  for (let count = 0; count < 5; count++) {
    modest.send(HEALTH);
    assert.equal((await modest.reply()).type, "HealthCheckOk");
  }
  await clock.pass(100);
  assert.equal((await greedy.reply()).type, "HealthCheckOk");
  assert.equal(memory.asked.length, 11);
  for (const each of [greedy, also, modest]) each.socket.destroy();
  await clock.pass(100);
});

test("the client brings its token to each connection; a refused one is told so", async (t) => {
  const { port } = await served(t, { tokenKey: KEY });
  const client = new MemoryClient({ address: `127.0.0.1:${port}`, token: () => token("ana", ["Writer"]) });
  assert.equal(await client.learn("x"), ID);
  await assert.rejects(client.flush(), { code: "OPD4506", message: "Permission denied: Flush needs delete" });
  client.close();
  const stranger = new MemoryClient({ address: `127.0.0.1:${port}`, token: () => "none" });
  await assert.rejects(stranger.health(), { code: "OPD4510", message: /the token was refused/ });
  stranger.close();
});

/** An authority, and certificates that it signed for a server and a client; null: there is no openssl. */
function certificates(
  folder: string,
): Readonly<Record<"ca" | "server" | "client", { cert: string; key: string }>> | null {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { stdio: "ignore" });
  const fresh = (name: string): string[] => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    at(`${name}.key`),
  ];
  try {
    openssl("req", "-x509", ...fresh("ca"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=authority");
    writeFileSync(at("names"), "subjectAltName=DNS:memory.test,IP:127.0.0.1");
    for (const name of ["server", "client"]) {
      openssl("req", "-new", ...fresh(name), "-out", at(`${name}.csr`), "-subj", `/CN=${name}`);
      const signer = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2"];
      openssl(
        "x509",
        "-req",
        "-in",
        at(`${name}.csr`),
        ...signer,
        "-extfile",
        at("names"),
        "-out",
        at(`${name}.pem`),
      );
    }
  } catch {
    return null;
  }
  const read = (name: string) => ({
    cert: readFileSync(at(`${name}.pem`), "utf8"),
    key: readFileSync(at(`${name}.key`), "utf8"),
  });
  return { ca: read("ca"), server: read("server"), client: read("client") };
}

test("TLS, and client certificates where they are asked for", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "op-dbus-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const made = certificates(folder);
  if (made === null) return t.skip("openssl is not installed");
  const { ca, server, client } = made;
  const tls = {
    certificate: Buffer.from(server.cert),
    key: Buffer.from(server.key),
    clientAuthorities: null,
  };
  const plain = await served(t, { tokenKey: KEY, tls });
  const mutual = await served(t, { tokenKey: KEY, tls: { ...tls, clientAuthorities: Buffer.from(ca.cert) } });
  const place = (port: number, more: object): ConstructorParameters<typeof MemoryClient>[0] => ({
    address: `127.0.0.1:${port}`,
    token: () => token("ana", ["Writer"]),
    tls: { authorities: ca.cert, ...more },
  });
  const own = { certificate: client.cert, key: client.key };
  for (const [port, more] of [
    [plain.port, {}],
    [plain.port, { name: "memory.test" }],
    [mutual.port, own],
  ] as const) {
    const one = new MemoryClient(place(port, more));
    assert.equal(await one.learn("x"), ID);
    one.close();
  }
  for (const refused of [
    place(mutual.port, {}),
    { ...place(plain.port, {}), tls: {} },
    place(plain.port, { name: "other.test" }),
  ]) {
    const one = new MemoryClient(refused);
    await assert.rejects(one.health(), { code: "OPD4510" });
    one.close();
  }
  const stranger = await raw(plain.port);
  stranger.send(HEALTH);
  await stranger.closed;
  const old = connectTls({
    host: "127.0.0.1",
    port: plain.port,
    ca: ca.cert,
    maxVersion: "TLSv1.1",
    minVersion: "TLSv1.1",
  });
  await assert.rejects(once(old, "secureConnect"));
  const newest = connectTls({ host: "127.0.0.1", port: plain.port, ca: ca.cert });
  await once(newest, "secureConnect");
  assert.equal(newest.getProtocol(), "TLSv1.3");
  newest.destroy();
});

test("a certificate and a key that do not belong together", async (t) => {
  const tls = { certificate: Buffer.from("x"), key: Buffer.from("y"), clientAuthorities: null };
  await assert.rejects(served(t, { tokenKey: KEY, tls }), { code: "OPD4505" });
});
