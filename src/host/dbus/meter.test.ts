// A connection's metrics: every call ends in exactly one counter, and what was said is in the bytes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testBus } from "../../../test/support/embedded-bus.ts";
import { createMetrics } from "../../telemetry/metrics/metrics.ts";
import { connect } from "./connection.ts";
import { busMeter } from "./meter.ts";

const DRIVER = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
};

test("calls, their ends, signals and bytes are counted", async () => {
  const bus = await testBus();
  const metrics = createMetrics();
  const connection = await connect({ address: bus.address, meter: busMeter(metrics) });
  const silent = await connect({ address: bus.address });
  silent.export("/silent", []);
  const heard = new Promise((resolve) => {
    void connection.subscribe({ interface: "org.example.Noise" }, resolve).then(() =>
      silent.emit({
        path: "/silent",
        interface: "org.example.Noise",
        member: "Bang",
        signature: "",
        body: [],
      }),
    );
  });
  await heard;
  await assert.rejects(connection.call({ ...DRIVER, member: "Nothing" }));
  await connection.call({ ...DRIVER, member: "Ping", noReply: true });
  const name = silent.uniqueName;
  await connection.close();
  await silent.close();
  await bus.close();

  const value = (name: string, end?: string): number => {
    const found = metrics.read().find((entry) => entry.name === name && entry.labels["end"] === end);
    assert.ok(found !== undefined, name);
    return typeof found.value === "number" ? found.value : found.value.count;
  };
  // Hello, GetId, AddMatch, the one that is none, and the one without a reply.
  assert.equal(value("bus_calls"), 5);
  assert.deepEqual(
    ["reply", "error", "timeout", "lost", "sent"].map((end) => value("bus_call_ends", end)),
    [3, 1, 0, 0, 1],
  );
  assert.equal(value("bus_call_ms"), 4);
  assert.ok(value("bus_signals") >= 1);
  assert.ok(value("bus_bytes_in") > name.length && value("bus_bytes_out") > 0);
});
