// From settings and environment to targets. Our own settings count for all signals; where OTLP's endpoint is not given
// there, the OTEL_ variables count as users of OTLP expect (opentelemetry.io/docs/specs/otel/protocol/exporter), those of
// one signal before the general ones. Secrets are fetched here, once.

import { readTrusted } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { isReference, pairs, url, word } from "../../base/setting.ts";
import type { Config, Env } from "../../base/settings.ts";
import type { Labels } from "../metrics/metrics.ts";
import type { Wire } from "./http-post.ts";
import type { Signal, Target } from "./sinks.ts";

export interface TargetSources {
  readonly config: Config;
  /** Where a setting is from, as Configured has it. */
  readonly origins: ReadonlyMap<string, string>;
  readonly env: Env;
  readonly uid: number;
  /** The value behind a reference such as `env:NAME`. Throws OPD9013. */
  readonly secret: (reference: string) => string;
}

/** None where nothing is configured. Throws OPD9013 for a secret, OPD1201 to OPD1203 for the file of authorities. */
export function exportTargets(sources: TargetSources): readonly Target[] {
  const { config } = sources;
  const rotation = { sizeBytesMax: config.telemetryFileBytesMax, filesMax: config.telemetryFilesMax };
  const targets: Target[] = config.otlpSignals.flatMap((signal) => otlpTarget(signal, sources) ?? []);
  if (config.lokiEndpoint !== null) {
    const at = withPath(config.lokiEndpoint, "/loki/api/v1/push");
    const sent = headersOf(config.lokiHeaders, sources);
    const wire = {
      url: at,
      headers: sent.headers,
      ca: authorities(config.telemetryCaFile, sources),
      gzip: false,
    };
    targets.push({ kind: "loki", wire, secrets: sent.secrets, timeoutMs: config.telemetryTimeoutMs });
  }
  if (config.telemetryFile !== null)
    targets.push({ kind: "json-lines", file: { path: config.telemetryFile, ...rotation } });
  if (config.telemetryTraceFile !== null)
    targets.push({ kind: "perfetto", file: { path: config.telemetryTraceFile, ...rotation } });
  if (config.telemetryTextfile !== null) targets.push({ kind: "textfile", path: config.telemetryTextfile });
  return targets;
}

/** Who speaks: OTLP's resource, and the labels of Loki's streams. What is configured wins. */
export function exportResource(config: Config, about: { hostname: string; version: string }): Labels {
  return Object.freeze({
    "service.name": "op-dbus",
    "service.version": about.version,
    "host.name": about.hostname,
    ...Object.fromEntries(config.telemetryLabels),
  });
}

const PATHS: Readonly<Record<Signal, string>> = Object.freeze({
  metrics: "/v1/metrics",
  traces: "/v1/traces",
  logs: "/v1/logs",
});

function otlpTarget(signal: Signal, sources: TargetSources): Target | null {
  const { config, origins, env } = sources;
  // A variable for one signal stands beside the general variables, not above what a person wrote for op-dbus.
  const ours = (name: string): boolean => !/^(?:default$|OTEL_)/.test(origins.get(name) ?? "default");
  const special = (name: string, setting: string): string | undefined =>
    ours(setting) ? undefined : env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`] || undefined;
  const own = valueOf(url(), special("ENDPOINT", "otlpEndpoint"));
  const endpoint = own ?? config.otlpEndpoint;
  if (endpoint === null) return null;
  const protocol =
    valueOf(word(["http/protobuf", "grpc"] as const), special("PROTOCOL", "otlpProtocol")) ??
    config.otlpProtocol;
  const given = valueOf(pairs("hidden"), special("HEADERS", "otlpHeaders")) ?? config.otlpHeaders;
  const { headers, secrets } = headersOf(given, sources);
  const timeout = special("TIMEOUT", "telemetryTimeoutMs");
  const compression = special("COMPRESSION", "otlpCompression") ?? config.otlpCompression;
  const wire: Wire = {
    // The endpoint of one signal is taken as it is.
    url: own === null && protocol !== "grpc" ? withPath(endpoint, PATHS[signal]) : new URL(endpoint).href,
    headers,
    ca: authorities(special("CERTIFICATE", "telemetryCaFile") ?? config.telemetryCaFile, sources),
    gzip: compression === "gzip",
  };
  const timeoutMs = /^[1-9]\d{0,7}$/.test(timeout ?? "") ? Number(timeout) : config.telemetryTimeoutMs;
  return { kind: "otlp", protocol, signal, wire, secrets, timeoutMs };
}

function valueOf<T>(
  form: { read(given: string, relative: boolean): { value: T } | { fault: string } },
  given: string | undefined,
): T | null {
  const read = given === undefined ? null : form.read(given, false);
  return read !== null && "value" in read ? read.value : null;
}

function withPath(endpoint: string, path: string): string {
  const at = new URL(endpoint);
  at.pathname = at.pathname.replace(/\/+$/, "") + path;
  return at.href;
}

/** Every value counts as a secret: nobody can tell an API key from a tenant's name. */
function headersOf(
  given: ReadonlyMap<string, string>,
  { secret }: TargetSources,
): { readonly headers: Readonly<Record<string, string>>; readonly secrets: readonly string[] } {
  const resolved = [...given].map(([name, value]): [string, string] => [
    name.toLowerCase(),
    isReference(value) ? secret(value.slice(7)) : value,
  ]);
  const secrets = resolved.map(([, value]) => value).filter((value) => value !== "");
  return { headers: Object.fromEntries(resolved), secrets };
}

function authorities(path: string | null, { uid }: TargetSources): string | null {
  if (path === null) return null;
  return readTrusted(path, { sizeBytesMax: LIMITS.authoritiesBytesMax, uid }).toString("utf8");
}
