// The settings of what leaves the process as telemetry: nothing, unless one of the endpoints or files is set. The
// variables of OpenTelemetry are defaults, as its users expect; a value there that cannot be used is ignored, as its
// specification asks, since the variable may be meant for other programs.

import { count, localAddress, optional, pairs, path, subset, url, word, type Form } from "./setting.ts";

export interface From {
  readonly env: Readonly<Record<string, string | undefined>>;
}
type Fallback<T> = (from: From) => { readonly value: T; readonly origin?: string };

const DAY_MS = 86_400_000;
const SIGNALS = Object.freeze(["metrics", "traces", "logs"] as const);

export const TELEMETRY_SETTINGS = Object.freeze({
  otlpEndpoint: setting(
    optional(url()),
    "Where an OpenTelemetry collector listens; empty: nothing is sent there.",
    otel(optional(url()), ["OTEL_EXPORTER_OTLP_ENDPOINT"], null),
  ),
  otlpProtocol: setting(
    word(["http/protobuf", "grpc"] as const),
    "How to speak to it: the usual ports are 4318 for http/protobuf, 4317 for grpc.",
    otel(word(["http/protobuf", "grpc"] as const), ["OTEL_EXPORTER_OTLP_PROTOCOL"], "http/protobuf"),
  ),
  otlpHeaders: setting(
    pairs("hidden"),
    "Headers for it, name=value; a value secret:env:NAME, secret:file:PATH or secret:credential:NAME is fetched.",
    otel(pairs("hidden"), ["OTEL_EXPORTER_OTLP_HEADERS"], new Map<string, string>()),
  ),
  otlpCompression: setting(
    word(["none", "gzip"] as const),
    "How requests to it are compressed.",
    otel(word(["none", "gzip"] as const), ["OTEL_EXPORTER_OTLP_COMPRESSION"], "none"),
  ),
  otlpSignals: setting(subset(SIGNALS), "What is sent to it: metrics, traces, logs.", ({ env }: From) => {
    const off = SIGNALS.filter((signal) => env[`OTEL_${signal.toUpperCase()}_EXPORTER`] === "none");
    const disabled = env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true";
    const value = disabled ? [] : SIGNALS.filter((signal) => !off.includes(signal));
    const origin = disabled
      ? "OTEL_SDK_DISABLED"
      : off.map((one) => `OTEL_${one.toUpperCase()}_EXPORTER`).join();
    return origin === "" ? { value } : { value, origin };
  }),
  lokiEndpoint: setting(optional(url()), "Where Loki listens; empty: nothing is sent there.", () => ({
    value: null,
  })),
  lokiHeaders: setting(pairs("hidden"), "Headers for it, as for OTLP.", () => ({
    value: new Map<string, string>(),
  })),
  telemetryFile: setting(
    optional(path()),
    "A file that gets events, metrics and log lines as JSON lines; empty: none.",
    () => ({ value: null }),
  ),
  telemetryTraceFile: setting(
    optional(path()),
    "A file that gets traces for ui.perfetto.dev; empty: none.",
    () => ({ value: null }),
  ),
  telemetryFileBytesMax: setting(
    count("bytes", 65_536, 2 ** 40),
    "How large one of these files may grow before it is rotated.",
    () => ({ value: 64 * 1024 * 1024 }),
  ),
  telemetryFilesMax: setting(
    count("files", 1, 1000),
    "How many of each are kept, the one that is written included.",
    () => ({ value: 5 }),
  ),
  telemetryTextfile: setting(
    optional(path()),
    "A file NAME.prom for node_exporter's textfile collector, replaced at each interval; empty: none.",
    () => ({ value: null }),
  ),
  telemetryScrape: setting(
    optional(localAddress()),
    "Where the daemon answers Prometheus over HTTP: 127.0.0.1:PORT, [::1]:PORT or unix:/PATH; empty: nowhere.",
    () => ({ value: null }),
  ),
  telemetryIntervalMs: setting(
    count("milliseconds", 100, DAY_MS),
    "How often metrics and events are exported.",
    otel(count("milliseconds", 100, DAY_MS), ["OTEL_METRIC_EXPORT_INTERVAL"], 15_000),
  ),
  telemetryTimeoutMs: setting(
    count("milliseconds", 100, 600_000),
    "How long one request to a receiver may take.",
    otel(count("milliseconds", 100, 600_000), ["OTEL_EXPORTER_OTLP_TIMEOUT"], 10_000),
  ),
  telemetryCaFile: setting(
    optional(path()),
    "PEM file of the authorities that receivers' certificates are from; empty: those of the system.",
    otel(optional(path()), ["OTEL_EXPORTER_OTLP_CERTIFICATE"], null),
  ),
  telemetryLabels: setting(
    pairs("shown"),
    "Resource attributes beside service.name, service.version and host.name, name=value.",
    labels,
  ),
});

function setting<T>(form: Form<T>, about: string, fallback: Fallback<T>) {
  return Object.freeze({ form, about, fallback });
}

function otel<T>(form: Form<T>, names: readonly string[], otherwise: T): Fallback<T> {
  return ({ env }) => {
    for (const name of names) {
      const given = env[name] ?? "";
      const read = given === "" ? null : form.read(given, false);
      if (read !== null && "value" in read) return { value: read.value, origin: name };
    }
    return { value: otherwise };
  };
}

function labels({ env }: From): { value: ReadonlyMap<string, string>; origin?: string } {
  const { value, origin } = otel(
    pairs("shown"),
    ["OTEL_RESOURCE_ATTRIBUTES"],
    new Map<string, string>(),
  )({ env });
  const name = env["OTEL_SERVICE_NAME"] ?? "";
  if (name === "") return origin === undefined ? { value } : { value, origin };
  return { value: new Map([...value, ["service.name", name]]), origin: "OTEL_SERVICE_NAME" };
}
