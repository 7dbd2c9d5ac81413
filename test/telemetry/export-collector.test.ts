// A real OpenTelemetry collector takes what we send, over HTTP and gRPC, and counts as many as we did. It is run where one
// is installed (`otelcol`, or the program that OP_DBUS_OTELCOL names).

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createExporters, type Signal, type Target } from "../../src/telemetry/export/export.ts";
import { noMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { eventsOf, readingsOf, RECORDS, START_NS } from "../support/telemetry-case.ts";

const program = process.env["OP_DBUS_OTELCOL"] ?? "otelcol";
const skip = spawnSync(program, ["--version"]).error === undefined ? false : `${program} is not installed`;
const folder = mkdtempSync(join(tmpdir(), "op-dbus-collector-"));
after(() => rmSync(folder, { recursive: true }));

const EVENTS = 5_000;
const SIGNALS = ["metrics", "traces", "logs"] as const satisfies readonly Signal[];

test("a collector takes everything", { skip, timeout: 120_000 }, async (t) => {
  const [http, grpc] = [await freePort(), await freePort()];
  const config = join(folder, "collector.yaml");
  const pipelines = SIGNALS.map((signal) => `    ${signal}: { receivers: [otlp], exporters: [debug] }`);
  writeFileSync(
    config,
    `receivers:
  otlp:
    protocols:
      http: { endpoint: "127.0.0.1:${http}" }
      grpc: { endpoint: "127.0.0.1:${grpc}" }
exporters:
  debug: { verbosity: basic, sampling_initial: 1000000 }
service:
  # Of its own words it would otherwise say only every hundredth.
  telemetry: { metrics: { level: none }, logs: { sampling: { enabled: false } } }
  pipelines:
${pipelines.join("\n")}
`,
  );
  const collector = spawn(program, ["--config", config], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  collector.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  t.after(async () => {
    if (collector.exitCode !== null) return;
    collector.kill("SIGKILL");
    await new Promise((resolve) => collector.once("exit", resolve));
  });
  for (const port of [http, grpc])
    while (!(await listens(port))) assert.equal(collector.exitCode, null, said);

  for (const protocol of ["http/protobuf", "grpc"] as const)
    for (const gzip of [false, true]) {
      const port = protocol === "grpc" ? grpc : http;
      const targets = SIGNALS.map((signal): Target => {
        const wire = { url: `http://127.0.0.1:${port}/v1/${signal}`, headers: {}, ca: null, gzip };
        return { kind: "otlp", signal, protocol, wire, secrets: [], timeoutMs: 10_000 };
      });
      const resource = { "service.name": "op-dbus" };
      const exporters = createExporters({ targets, resource, startNs: START_NS, metrics: noMetrics });
      exporters.traces({ events: eventsOf(EVENTS), dropped: new Map() });
      exporters.logs(RECORDS);
      exporters.metrics(readingsOf(), START_NS);
      await exporters.close(30_000);
      for (const { lastError, droppedItems } of exporters.state())
        assert.deepEqual([lastError, droppedItems], [null, 0]);
    }
  const count = (what: string): number =>
    [...said.matchAll(new RegExp(`"${what}": (\\d+)`, "g"))].reduce(
      (sum, [, number]) => sum + Number(number),
      0,
    );
  const items = (): number => count("spans") + count("log records");
  // What it says comes through a pipe.
  const wanted = 4 * (EVENTS + RECORDS.length);
  for (let look = 0; look < 100 && (items() < wanted || count("metrics") < 4 * 6); look++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(items(), wanted);
  assert.equal(count("metrics"), 4 * 6);
});

async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket.destroy() !== null));
    socket.on("error", () => setTimeout(() => resolve(false), 50));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
