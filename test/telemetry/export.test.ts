// Exporters against receivers on loopback that are well, killed, slow, talk nonsense or take a part: while they are well
// nothing is lost, and always every event is either exported, dropped and counted, or still waiting within the bounds.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { LIMITS } from "../../src/base/limits.ts";
import {
  createExporters,
  type Exporters,
  type Signal,
  type Target,
} from "../../src/telemetry/export/export.ts";
import { PERFETTO_HEAD } from "../../src/telemetry/export/perfetto.ts";
import { noMetrics } from "../../src/telemetry/metrics/metrics.ts";
import type { TraceEvent } from "../../src/telemetry/trace/model.ts";
import { eventsOf, readingsOf, RECORDS, START_NS } from "../support/telemetry-case.ts";
import { startReceiver, type Behaviour, type Receiver } from "../support/otlp-receiver.ts";
import { encodeOtlpAnswer } from "../support/otlp.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-exporters-"));
after(() => rmSync(folder, { recursive: true }));

const KINDS = ["otlp-http", "otlp-grpc", "loki"] as const;
type Kind = (typeof KINDS)[number];

interface Wished {
  readonly timeoutMs?: number;
  readonly gzip?: boolean;
  readonly ca?: string;
}

function targetsOf(
  kind: Kind,
  url: string,
  { timeoutMs = 5_000, gzip = false, ca }: Wished = {},
): readonly Target[] {
  const wire = { headers: { authorization: "Bearer t0ken" }, ca: ca ?? null, gzip };
  const shared = { secrets: ["Bearer t0ken"], timeoutMs };
  if (kind === "loki")
    return [{ kind: "loki", wire: { ...wire, url: `${url}/loki/api/v1/push` }, ...shared }];
  const protocol = kind === "otlp-grpc" ? "grpc" : "http/protobuf";
  return (["metrics", "traces", "logs"] as const).map((signal: Signal) => ({
    kind: "otlp",
    signal,
    protocol,
    wire: { ...wire, url: `${url}/v1/${signal}` },
    ...shared,
  }));
}

function open(t: TestContext, targets: readonly Target[]): Exporters {
  const exporters = createExporters({
    targets,
    resource: { "service.name": "op-dbus" },
    startNs: START_NS,
    metrics: noMetrics,
    // Pauses of half their length: what is sent again comes soon.
    random: () => 0,
  });
  t.after(() => exporters.close(0));
  return exporters;
}

function sums(exporters: Exporters): {
  readonly exported: number;
  readonly dropped: number;
  readonly waitingBytes: number;
} {
  const states = exporters.state();
  const sum = (of: (state: (typeof states)[number]) => number): number =>
    states.reduce((all, one) => all + of(one), 0);
  return {
    exported: sum((state) => state.exportedItems),
    dropped: sum((state) => state.droppedItems),
    waitingBytes: sum((state) => state.waitingBytes),
  };
}

const batch = (events: readonly TraceEvent[]) => ({ events, dropped: new Map<number, number>() });
const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);

for (const kind of KINDS)
  for (const gzip of kind === "loki" ? [false] : [false, true])
    test(`${kind}${gzip ? " compressed" : ""}: nothing is lost while the receiver is well`, async (t) => {
      const receiver = await startReceiver(kind, { kind: "take" });
      t.after(() => receiver.close());
      const exporters = open(t, targetsOf(kind, receiver.url, { gzip }));
      const events = eventsOf(10_000);
      exporters.traces({ events, dropped: new Map([[1, 42]]) });
      exporters.logs(RECORDS);
      exporters.metrics(readingsOf(), START_NS);
      assert.equal(await exporters.flush(30_000), true);
      assert.deepEqual(
        sorted(receiver.seqs),
        events.map(({ seq }) => seq),
      );
      assert.deepEqual(receiver.texts.length, RECORDS.length + 1);
      assert(receiver.texts.some((text) => text.startsWith("events were dropped")));
      assert.equal(receiver.metrics.length, kind === "loki" ? 0 : 6);
      assert.equal(sums(exporters).dropped, 0);
      for (const headers of receiver.headers) {
        assert.equal(headers["authorization"], "Bearer t0ken");
        assert.equal(
          headers[kind === "otlp-grpc" ? "grpc-encoding" : "content-encoding"],
          gzip ? "gzip" : undefined,
        );
        if (kind === "otlp-grpc")
          assert.deepEqual([headers["te"], headers["grpc-timeout"]], ["trailers", "5000m"]);
      }
    });

/** What becomes of 3,000 events where a receiver behaves so; null = only that all are counted. */
const behaviours: readonly (readonly [Behaviour, taken: number | null])[] = [
  [{ kind: "busy", times: 1 }, 3_000],
  [{ kind: "refuse" }, 0],
  [{ kind: "garbage" }, 0],
  [{ kind: "hang-up" }, 0],
  [{ kind: "silent" }, 0],
];
for (const kind of KINDS)
  for (const [behaviour, taken] of behaviours)
    test(`${kind}, ${behaviour.kind}: every event is counted, and the end comes at its deadline`, async (t) => {
      const receiver = await startReceiver(kind, behaviour);
      t.after(() => receiver.close());
      const exporters = open(t, targetsOf(kind, receiver.url, { timeoutMs: 200 }));
      exporters.traces(batch(eventsOf(3_000)));
      await exporters.close(taken === 0 ? 300 : 20_000);
      const { exported, dropped, waitingBytes } = sums(exporters);
      assert.deepEqual([exported, dropped, waitingBytes], [taken, 3_000 - (taken ?? 0), 0]);
      for (const { lastError } of exporters.state()) assert(!lastError?.why.includes("t0ken"));
    });

test("a partial success is counted and not sent again", async (t) => {
  for (const kind of ["otlp-http", "otlp-grpc"] as const) {
    const receiver = await startReceiver(kind, { kind: "partial", rejected: 3 });
    t.after(() => receiver.close());
    const exporters = open(t, targetsOf(kind, receiver.url));
    exporters.metrics(readingsOf(), START_NS);
    assert.equal(await exporters.flush(10_000), true);
    const [metrics] = exporters.state();
    assert.deepEqual([metrics?.droppedItems, receiver.requests], [3, 1]);
    assert.equal(metrics?.lastError?.why, "3 were refused: too old");
  }
});

for (const kind of KINDS)
  test(`${kind}: a receiver that was killed and comes back gets what waited`, async (t) => {
    const first = await startReceiver(kind, { kind: "take" });
    const exporters = open(t, targetsOf(kind, first.url));
    const events = eventsOf(2_000);
    exporters.traces(batch(events.slice(0, 1_000)));
    assert.equal(await exporters.flush(10_000), true);
    await first.close();
    exporters.traces(batch(events.slice(1_000)));
    // Down at least for the first try.
    while (exporters.state().every(({ lastError }) => lastError === null))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await startReceiver(kind, { kind: "take" }, Number(new URL(first.url).port));
    t.after(() => second.close());
    assert.equal(await exporters.flush(30_000), true);
    assert.deepEqual(
      sorted([...first.seqs, ...second.seqs]),
      events.map(({ seq }) => seq),
    );
    assert.equal(sums(exporters).dropped, 0);
  });

test("a receiver that never answers costs bounded memory, whatever is handed in", async (t) => {
  const receivers: Receiver[] = [];
  const targets: Target[] = [];
  for (const kind of KINDS) {
    const receiver = await startReceiver(kind, { kind: "silent" });
    t.after(() => receiver.close());
    receivers.push(receiver);
    targets.push(...targetsOf(kind, receiver.url, { timeoutMs: 60_000 }));
  }
  const exporters = open(t, targets);
  const events = eventsOf(2_000);
  const rounds = process.env["OP_DBUS_LONG"] === "1" ? 5_000 : 100;
  let handedIn = 0;
  for (let round = 0; round < rounds; round++) {
    exporters.traces(batch(events));
    handedIn += KINDS.length * events.length;
    if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const { waitingBytes } of exporters.state()) assert(waitingBytes <= 2 * LIMITS.exportQueueBytesMax);
  }
  await exporters.close(100);
  const { exported, dropped } = sums(exporters);
  assert.deepEqual([exported, dropped], [0, handedIn]);
  t.diagnostic(`${handedIn} events handed in`);
});

test("TLS: the authority that is named is trusted, no other", async (t) => {
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  try {
    const request = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", [...request, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
  } catch {
    return t.skip("openssl is not installed");
  }
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-protobuf" });
    response.end(encodeOtlpAnswer("metrics", 0, ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ca = readFileSync(cert, "utf8");
  for (const [wished, exported] of [
    [{ ca }, 6],
    [{}, 0],
  ] as const) {
    const exporters = open(t, targetsOf("otlp-http", url, wished).slice(0, 1));
    exporters.metrics(readingsOf(), START_NS);
    await exporters.close(exported > 0 ? 10_000 : 300);
    assert.equal(sums(exporters).exported > 0, exported > 0);
    if (exported === 0) assert.match(exporters.state()[0]?.lastError?.why ?? "", /self-signed certificate/);
  }
});

test("files: what was handed in is there after the end", async (t) => {
  const rotation = { sizeBytesMax: 1 << 30, filesMax: 2 };
  const paths = {
    lines: join(folder, "t.jsonl"),
    trace: join(folder, "t.json"),
    prom: join(folder, "t.prom"),
  };
  const exporters = open(t, [
    { kind: "json-lines", file: { path: paths.lines, ...rotation } },
    { kind: "perfetto", file: { path: paths.trace, ...rotation } },
    { kind: "textfile", path: paths.prom },
  ]);
  const events = eventsOf(5_000);
  exporters.traces({ events, dropped: new Map([[0, 9]]) });
  exporters.logs(RECORDS);
  exporters.metrics(readingsOf(), START_NS);
  await exporters.close(30_000);
  const lines = readFileSync(paths.lines, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const written = lines.flatMap((line) => (line["events"] ?? []) as { seq: number }[]);
  assert.deepEqual(
    sorted(written.map(({ seq }) => seq)),
    events.map(({ seq }) => seq),
  );
  assert.deepEqual(
    lines.map((line) => line["dropped"]).filter((one) => one !== undefined),
    [{ "0": 9 }, {}, {}],
  );
  assert.equal(lines.filter((line) => "logs" in line || "metrics" in line).length, 2);
  const trace = readFileSync(paths.trace, "utf8");
  assert(trace.startsWith(PERFETTO_HEAD));
  const chrome = JSON.parse(trace.replace(/,\n$/, "]")) as { ph: string }[];
  assert.equal(chrome.filter(({ ph }) => ph !== "M").length, events.length);
  assert.match(readFileSync(paths.prom, "utf8"), /^op_dbus_queue_depth -1\.5$/m);
  assert.equal(sums(exporters).dropped, 0);
});

test("a disk that is full takes back half a line, and goes on when there is room", async (t) => {
  const disk = mkdtempSync(join(folder, "disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    return t.skip("a small file system cannot be mounted here (not root)");
  }
  // Lazily: the exporters close their file later.
  t.after(() => execFileSync("umount", ["-l", disk]));
  const path = join(disk, "t.jsonl");
  const filler = join(disk, "filler");
  writeFileSync(filler, Buffer.alloc(40 * 1024));
  const exporters = open(t, [{ kind: "json-lines", file: { path, sizeBytesMax: 1 << 30, filesMax: 2 } }]);
  const events = eventsOf(200);
  exporters.traces(batch(events));
  while (exporters.state()[0]?.lastError === null) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(exporters.state()[0]?.lastError?.why ?? "", /ENOSPC/);
  assert.equal(readFileSync(path, "utf8"), "");
  rmSync(filler);
  assert.equal(await exporters.flush(30_000), true);
  const line = JSON.parse(readFileSync(path, "utf8")) as { events: unknown[] };
  assert.equal(line.events.length, events.length);
});
