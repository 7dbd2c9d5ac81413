// What keeps a command from the daemon, and what does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../base/config.ts";
import type { Env } from "../../base/settings.ts";
import { sharedFacts } from "./shared.ts";

function facts(env: Env): Readonly<Record<string, string>> {
  const who = { uid: 1000, home: "/home/u", env };
  return sharedFacts(loadConfig({ flags: {}, who, files: [] }), who);
}

test("where telemetry goes is each process's own", () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318",
    OP_DBUS_TELEMETRY_FILE: "/x",
    OP_DBUS_LOKI_ENDPOINT: "http://l",
  };
  assert.deepEqual(facts(env), facts({}));
});

test("what a command ends by is shared", () => {
  assert.notDeepEqual(facts({ OP_DBUS_PLUGIN_DIRS: "/p" }), facts({}));
  assert.notDeepEqual(facts({ DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/x" }), facts({}));
});
