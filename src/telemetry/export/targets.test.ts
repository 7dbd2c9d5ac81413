// Settings and environment to targets: nothing by default, our own settings before OpenTelemetry's variables, those of
// one signal before the general ones, and no secret where it could be shown.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig, showSetting } from "../../base/config.ts";
import type { Env, Name } from "../../base/settings.ts";
import { exportResource, exportTargets } from "./targets.ts";
import type { Target } from "./sinks.ts";

const folder = mkdtempSync(join(tmpdir(), "op-dbus-targets-"));
after(() => rmSync(folder, { recursive: true }));
const uid = process.getuid?.() ?? 0;

function load(env: Env, toml = "") {
  const who = { uid, home: "/home/u", env };
  return loadConfig({ flags: {}, who, files: [{ file: "/etc/op-dbus/op-dbus.toml", text: toml }] });
}
function targets(env: Env, toml = ""): readonly Target[] {
  const { config, origins, faults } = load(env, toml);
  assert.deepEqual(faults, []);
  return exportTargets({ config, origins, env, uid, secret: (reference) => `value of ${reference}` });
}
/** Of OTLP targets: signal, protocol and URL. */
function shown(all: readonly Target[]): readonly string[] {
  return all.map((one) => (one.kind === "otlp" ? `${one.signal} ${one.protocol} ${one.wire.url}` : one.kind));
}
function otlp(all: readonly Target[], signal: string): Extract<Target, { kind: "otlp" }> {
  const found = all.find((one) => one.kind === "otlp" && one.signal === signal);
  assert(found?.kind === "otlp");
  return found;
}

const HTTP = "http/protobuf";
const table: readonly (readonly [name: string, env: Env, toml: string, expected: readonly string[]])[] = [
  ["nothing by default", {}, "", []],
  [
    "an endpoint for all signals",
    {},
    'otlp_endpoint = "http://c:4318"',
    [
      `metrics ${HTTP} http://c:4318/v1/metrics`,
      `traces ${HTTP} http://c:4318/v1/traces`,
      `logs ${HTTP} http://c:4318/v1/logs`,
    ],
  ],
  [
    "a path before",
    {},
    'otlp_endpoint = "https://c/otlp/"\notlp_signals = ["traces"]',
    [`traces ${HTTP} https://c/otlp/v1/traces`],
  ],
  [
    "gRPC has no path",
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_LOGS_EXPORTER: "none",
    },
    "",
    ["metrics grpc http://c:4317/", "traces grpc http://c:4317/"],
  ],
  [
    "one signal's endpoint is taken as it is",
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/x" },
    "",
    [`traces ${HTTP} http://t/x`],
  ],
  [
    "one signal's endpoint and protocol beside the general ones",
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://l:1",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
    },
    "",
    [`metrics ${HTTP} http://c/v1/metrics`, `traces ${HTTP} http://c/v1/traces`, "logs grpc http://l:1/"],
  ],
  [
    "what is written for op-dbus counts for all signals",
    { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://l" },
    'otlp_endpoint = "http://c"\notlp_signals = ["logs"]',
    [`logs ${HTTP} http://c/v1/logs`],
  ],
  [
    "a variable that cannot be used is ignored",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "unix:///x", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    "",
    [],
  ],
  [
    "an empty setting switches off what a variable says",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
    'otlp_endpoint = ""',
    [],
  ],
  ["switched off", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_SDK_DISABLED: "true" }, "", []],
  [
    "Loki and files",
    {},
    'loki_endpoint = "http://l:3100"\ntelemetry_file = "/x"\ntelemetry_trace_file = "/y"\ntelemetry_textfile = "/z.prom"',
    ["loki", "json-lines", "perfetto", "textfile"],
  ],
];
for (const [name, env, toml, expected] of table)
  test(`targets: ${name}`, () => assert.deepEqual(shown(targets(env, toml)), expected));

test("headers: literal ones, percent-encoded variables, references that are fetched", () => {
  const all = targets(
    {
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "Api-Key=a%2Cb,x-org = one two ",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
    },
    'loki_endpoint = "http://l"\nloki_headers = ["Authorization=secret:file:/etc/t", "X-Scope-OrgID=a=b,c"]',
  );
  assert.deepEqual(otlp(all, "metrics").wire.headers, { "api-key": "a,b", "x-org": "one two" });
  assert.deepEqual(otlp(all, "traces").wire.headers, {});
  const loki = all.find(({ kind }) => kind === "loki");
  assert(loki?.kind === "loki");
  assert.deepEqual(loki.wire.headers, { authorization: "value of file:/etc/t", "x-scope-orgid": "a=b,c" });
  assert.deepEqual(loki.secrets, ["value of file:/etc/t", "a=b,c"]);
});

test("timeout, compression and authorities, of all and of one signal", () => {
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, "PEM", { mode: 0o600 });
  const all = targets({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c",
    OTEL_EXPORTER_OTLP_TIMEOUT: "2500",
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "700",
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
  });
  const facts = ["metrics", "logs"].map((signal) => {
    const { timeoutMs, wire } = otlp(all, signal);
    return [timeoutMs, wire.gzip, wire.ca];
  });
  assert.deepEqual(facts, [
    [2500, false, "PEM"],
    [700, true, "PEM"],
  ]);
});

test("config show says where a header's value is, never what it is; faults show no line that may hold one", () => {
  const show = (env: Env, toml: string, name: Name): string => showSetting(load(env, toml).config, name);
  const toml = 'otlp_headers = ["a=hunter2", "b=secret:env:TOKEN"]';
  assert.equal(show({}, toml, "otlpHeaders"), '["a=(not shown)", "b=secret:env:TOKEN"]');
  assert.equal(show({ OTEL_EXPORTER_OTLP_HEADERS: "k=hunter2" }, "", "otlpHeaders"), '["k=(not shown)"]');
  assert.equal(show({}, 'telemetry_labels = ["env=prod"]', "telemetryLabels"), '["env=prod"]');
  assert.equal(show({}, "", "otlpEndpoint"), '""');
  for (const wrong of [
    'otlp_headers = ["hunter2"]',
    'otlp_headers = ["a=hunter2\\u0000"]',
    'otlp_headers = "hunter2"',
  ]) {
    const { faults } = load({}, wrong);
    assert.equal(faults.length, 1, wrong);
    assert(!JSON.stringify(faults).includes("hunter2"), wrong);
  }
});

const wrong: readonly string[] = [
  'otlp_endpoint = "ftp://x"',
  'otlp_endpoint = "collector:4317"',
  'otlp_endpoint = "http://user:hunter2@x"',
  'otlp_protocol = "http/json"',
  'otlp_signals = ["metrics", "profiles"]',
  'otlp_compression = "zstd"',
  'telemetry_file = "relative"',
  "telemetry_timeout_ms = 1",
];
for (const toml of wrong)
  test(`a fault: ${toml}`, () => {
    const { faults } = load({}, toml);
    assert.deepEqual(
      faults.map(({ code }) => code),
      ["OPD1302"],
    );
    assert(!JSON.stringify(faults).includes("hunter2"));
  });

test("who speaks: what is configured wins over what is known", () => {
  const about = { hostname: "web-1", version: "1.2.3" };
  const known = { "service.name": "op-dbus", "service.version": "1.2.3", "host.name": "web-1" };
  assert.deepEqual(exportResource(load({}).config, about), known);
  const env = {
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=a%20b,service.name=x",
    OTEL_SERVICE_NAME: "y",
  };
  assert.deepEqual(exportResource(load(env).config, about), {
    ...known,
    "service.name": "y",
    "deployment.environment": "a b",
  });
});

test("targets can be handed to another thread", () => {
  const all = targets(
    {},
    'otlp_endpoint = "http://c"\nloki_endpoint = "http://l"\ntelemetry_textfile = "/z.prom"',
  );
  assert.deepEqual(structuredClone(all), all);
});
