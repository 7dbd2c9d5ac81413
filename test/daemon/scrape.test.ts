// The real daemon with its doors for telemetry open: scraped while it works, its log lines and numbers at a receiver of
// OTLP until the last, a secret in none of it; promtool and a Prometheus server take what it says, where there are any.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { ends, openStage, wishes, type Outcome, type Stage } from "../scenario/stage.ts";
import { parseExposition } from "../support/exposition.ts";
import { startReceiver } from "../support/otlp-receiver.ts";
import { prometheusSkip, PROMTOOL, promtoolSkip, startPrometheus } from "../support/prometheus.ts";

const SECRET = "s3cr3t-of-the-receiver";

interface Daemon {
  readonly url: string;
  stop(): Promise<Outcome>;
}

async function daemonOf(
  t: TestContext,
  stage: Stage,
  env: Readonly<Record<string, string>>,
): Promise<Daemon> {
  const { promise, resolve, reject } = Promise.withResolvers<Daemon>();
  const ended = stage.op(["daemon"], {
    env: { OP_DBUS_LOG_LEVEL: "debug", OP_DBUS_TELEMETRY_SCRAPE: "127.0.0.1:0", ...env },
    async onStart(kill, said) {
      t.after(() => kill("SIGKILL"));
      while (!said().includes('"msg":"serving"')) await wait(5);
      const [, address] = /"address":"([^"]+)"/.exec(said()) ?? [];
      resolve({ url: `http://${address}`, stop: () => (kill("SIGTERM"), ended) });
    },
  });
  ended.then(({ stderr }) => reject(new Error(`the daemon ended: ${stderr}`)), reject);
  return await promise;
}

async function scrape({ url }: Daemon): Promise<ReadonlyMap<string, number>> {
  const { samples } = parseExposition(await (await fetch(`${url}/metrics`)).text());
  return new Map(samples.map(({ name, labels, value }) => [`${name}${JSON.stringify(labels)}`, value]));
}

test("scraped while it works, exported until its end, and no secret anywhere", async (t) => {
  await using stage = await openStage();
  const receiver = await startReceiver("otlp-http", { kind: "take" });
  t.after(() => receiver.close());
  const daemon = await daemonOf(t, stage, {
    OP_DBUS_OTLP_ENDPOINT: receiver.url,
    OP_DBUS_OTLP_HEADERS: "x-key=secret:env:RECEIVER_KEY",
    OP_DBUS_TELEMETRY_INTERVAL_MS: "200",
    RECEIVER_KEY: SECRET,
  });
  assert.equal(await (await fetch(`${daemon.url}/healthz`)).text(), "ok\n");
  let before = await scrape(daemon);
  for (let n = 0; n < 2; n++) {
    const file = stage.file("wish.json", wishes({ Title: `title ${n}` }));
    ends(await stage.op(["apply", file]), 0);
    const now = await scrape(daemon);
    for (const [id, value] of before)
      if (/_total|_bucket|_count/.test(id)) assert(now.get(id)! >= value, `${id} went down`);
    assert.equal(now.get('op_dbus_applies_total{"end":"done"}'), n + 1);
    assert.equal(now.get("op_dbus_scrapes_total{}"), n + 2);
    before = now;
  }
  while (receiver.seqs.length === 0 || !receiver.metrics.includes("op_dbus_applies")) await wait(10);
  const { stdout } = await stage.op(["doctor"]);
  assert.match(stdout, /^ok +daemon +process \d+, \d+ operations, 0 of them failed$/m);
  assert.match(stdout, /^ok +telemetry +otlp-metrics took some \d+ s ago, otlp-traces took some/m);
  const numbers = await stage.op(["metrics"]);
  assert.match(numbers.stdout, /^to otlp-traces: [1-9]\d* sent, 0 dropped/m);

  const { stderr } = ends(await daemon.stop(), 0);
  assert.equal(receiver.headers[0]?.["x-key"], SECRET);
  // All of its log, but for what was said before and after there was anybody to tell.
  for (const msg of ["serving", "stopping", "stopped"]) assert(receiver.texts.includes(msg), msg);
  const everything = [stdout, numbers.stdout, stderr, ...receiver.texts, ...before.keys()];
  assert(everything.every((text) => !text.includes(SECRET)));
});

test("a port that is taken costs the door and nothing else", async (t) => {
  await using stage = await openStage();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const daemon = await daemonOf(t, stage, { OP_DBUS_TELEMETRY_SCRAPE: address });
  const { stdout } = await stage.op(["doctor"]);
  assert.match(stdout, /telemetry_scrape cannot be listened at/);
  const { stderr } = ends(await daemon.stop(), 0);
  assert.match(stderr, /"code":"OPD9047"/);
});

test("an address that other machines reach is refused", async () => {
  await using stage = await openStage();
  const { stderr } = ends(
    await stage.op(["daemon"], { env: { OP_DBUS_TELEMETRY_SCRAPE: "0.0.0.0:9464" } }),
    65,
  );
  assert.match(stderr, /OPD1302[^]*OP_DBUS_TELEMETRY_SCRAPE: expected 127\.0\.0\.1:PORT/);
});

test("promtool has nothing against the daemon's numbers", { skip: promtoolSkip }, async (t) => {
  await using stage = await openStage();
  const daemon = await daemonOf(t, stage, {});
  ends(await stage.op(["apply", stage.file("wish.json", wishes({ Title: "x" }))]), 0);
  const input = await (await fetch(`${daemon.url}/metrics`)).text();
  const done = spawnSync(PROMTOOL, ["check", "metrics"], { encoding: "utf8", input });
  ends(await daemon.stop(), 0);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("a Prometheus server scrapes the daemon", { skip: prometheusSkip }, async (t) => {
  await using stage = await openStage();
  const daemon = await daemonOf(t, stage, {});
  ends(await stage.op(["apply", stage.file("wish.json", wishes({ Title: "x" }))]), 0);
  const ask = await startPrometheus(t, stage.directory, new URL(daemon.url).host);
  while (!((await ask("op_dbus_scrapes_total")) >= 2)) await wait(50);
  assert.equal(await ask("up"), 1);
  assert.equal(await ask('op_dbus_applies_total{end="done"}'), 1);
  assert.equal(
    await ask('op_dbus_apply_seconds_bucket{le="+Inf"} - ignoring (le) op_dbus_apply_seconds_count'),
    0,
  );
  ends(await daemon.stop(), 0);
});
