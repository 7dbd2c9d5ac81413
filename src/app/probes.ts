// Asks the probes of a document: units and values over the reading connection, the others by host/probe. What cannot be
// asked has not passed; nothing is thrown.

import type { Clock } from "../base/clock.ts";
import { asOpError, type Fault } from "../base/error.ts";
import type { Bus } from "../host/dbus/dbus.ts";
import { askCommand, commandDistrust, askDns, askTcp, type Answer } from "../host/probe/probe.ts";
import { activeState } from "../host/systemd/systemd.ts";
import { equalDoc, type Plugin, type Schema } from "../plugin/plugin.ts";
import { fieldAt, parseAddress, type AskProbe, type ContextOf, type Probe } from "../state/state.ts";

export interface ProbeParts {
  /** The reading connection. */
  readonly bus: Bus;
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
}

export function askThrough(parts: ProbeParts): AskProbe {
  return async (probe, signal) => {
    const startMs = parts.clock.monotonicMs();
    const answer = await ask(probe, parts, signal).catch((error: unknown): Answer => ({
      passed: false,
      found: asOpError(error).message,
    }));
    return { ...answer, elapsedMs: parts.clock.monotonicMs() - startMs };
  };
}

/** The programs that probes would start and that are not root's alone: refused before anything is changed. */
export function programFaults(probes: readonly Probe[]): readonly Fault[] {
  return probes.flatMap((probe): readonly Fault[] => {
    const found = probe.kind === "command" ? commandDistrust(probe.argv[0]!) : null;
    if (found === null || "path" in found) return [];
    return [{ code: "OPD2130", message: `${probe.about}: ${found.why}`, at: probe.at }];
  });
}

async function ask(probe: Probe, parts: ProbeParts, signal: AbortSignal): Promise<Answer> {
  switch (probe.kind) {
    case "tcp":
      return await askTcp(probe.host, probe.port, signal);
    case "dns":
      return await askDns(probe.name, signal);
    case "command":
      return await askCommand(probe.argv, signal);
    case "unit": {
      const state = await activeState(parts.bus, probe.unit, signal);
      return { passed: state === "active", found: state };
    }
    case "value":
      return await askValue(probe, parts, signal);
  }
}

async function askValue(
  { address: text, is }: Extract<Probe, { kind: "value" }>,
  { plugins, schemas, contextOf }: ProbeParts,
  signal: AbortSignal,
): Promise<Answer> {
  const address = parseAddress(text);
  const { resource, key } = address;
  const field = address.field!;
  const plugin = plugins.get(address.plugin);
  if (plugin === undefined) return { passed: false, found: `no plugin ${address.plugin}` };
  const scope =
    resource === null || key === null
      ? { self: [field] }
      : { resources: new Map([[resource, { keys: [key], fields: [field] }]]) };
  const observed = await plugin.observe({ ...contextOf(plugin), signal }, scope);
  const item = resource === null ? observed.self : observed.resources.get(resource)?.items.get(key ?? "");
  const value = item?.fields.get(field);
  if (value === undefined) return { passed: is === null, found: "absent" };
  if (!("known" in value))
    return { passed: false, found: "unknown" in value ? `unknown: ${value.unknown}` : "a secret" };
  const kind = fieldAt(schemas.get(address.plugin), address)?.kind ?? "value";
  return { passed: equalDoc(is, value.known, kind), found: shown(value.known) };
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}
