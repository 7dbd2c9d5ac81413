// Who exports what: the daemon to everything that is set, a command to files alone, and nobody where nothing is set.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../base/config.ts";
import { OpError } from "../../base/error.ts";
import { openTelemetry } from "./telemetry.ts";

type Env = Readonly<Record<string, string>>;
const OTLP: Env = {
  OP_DBUS_OTLP_ENDPOINT: "http://127.0.0.1:9",
  OP_DBUS_OTLP_HEADERS: "key=secret:env:ABSENT",
};
const TRACE: Env = { OP_DBUS_TELEMETRY_TRACE_FILE: "/nowhere/trace.json" };
const VARIABLE: Env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:9" };

/** `expected`: names of the ways out. null: the secret is not there, and that is said. */
function check(serves: boolean, env: Env, expected: readonly string[] | null): void {
  test(`${serves ? "daemon" : "command"} with ${Object.keys(env).join(" ") || "nothing"}`, async () => {
    const who = { uid: 1, home: "/nowhere", env };
    const configured = loadConfig({ flags: {}, who, files: [] });
    const secret = (): never => {
      throw new OpError("OPD9013", "the secret is not there");
    };
    const opened = openTelemetry({ configured, who, secret, serves, operator: { warn: () => undefined } });
    if (expected === null) return await assert.rejects(opened, { code: "OPD9013" });
    const telemetry = await opened;
    assert.deepEqual(
      (await telemetry.exporters()).map(({ name }) => name),
      expected,
    );
    assert.equal(telemetry.tracer.ring !== null, expected.length > 0);
    await telemetry.close();
  });
}

check(true, {}, []);
check(false, {}, []);
check(true, OTLP, null);
check(false, OTLP, []);
check(true, TRACE, ["perfetto"]);
check(false, { ...TRACE, ...OTLP }, ["perfetto"]);
check(true, VARIABLE, ["otlp-traces"]);
check(false, VARIABLE, []);
