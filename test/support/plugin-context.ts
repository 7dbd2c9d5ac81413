// A context for calling a plugin's members directly.

import { systemClock } from "../../src/base/clock.ts";
import type { Bus } from "../../src/host/dbus/dbus.ts";
import { introspector } from "../../src/plugin/discover/introspection.ts";
import type { PluginContext } from "../../src/plugin/plugin.ts";

export function contextFor(bus: Bus, signal: AbortSignal = new AbortController().signal): PluginContext {
  return {
    bus,
    clock: systemClock,
    interactive: false,
    signal,
    introspect: introspector(bus).introspect,
    secretDigest: (address, value) => `digest of ${address} (${value.length})`,
    secretValue: (reference) => reference,
    checkAuth: false,
    progress: () => undefined,
  };
}
