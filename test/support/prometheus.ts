// Where Prometheus is: as a setting of the test run names it, as the lab fetched it, or on the path; and why a test that
// needs it cannot run.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Debian's package, unpacked by `lab build`. */
const FETCHED = join(process.env["LAB_DIR"] ?? "/var/tmp/op-dbus-lab", "tools/usr/bin");

export const PROMTOOL = programOf("OP_DBUS_PROMTOOL", "promtool");
const PROMETHEUS = programOf("OP_DBUS_PROMETHEUS", "prometheus");
export const promtoolSkip = skipOf(PROMTOOL);
export const prometheusSkip = skipOf(PROMETHEUS);

function programOf(variable: string, name: string): string {
  const fetched = join(FETCHED, name);
  return process.env[variable] ?? (existsSync(fetched) ? fetched : name);
}

function skipOf(program: string): string | false {
  return spawnSync(program, ["--version"]).error === undefined ? false : `${program} is not installed`;
}

/** Starts a server that scrapes `target` every second; gives how to ask it for one number. */
export async function startPrometheus(
  t: TestContext,
  folder: string,
  target: string,
): Promise<(query: string) => Promise<number>> {
  const job = `  - job_name: op-dbus\n    static_configs:\n      - targets: ["${target}"]\n`;
  const config = join(folder, "prometheus.yml");
  writeFileSync(config, `global: { scrape_interval: 1s }\nscrape_configs:\n${job}`);
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const server = spawn(
    PROMETHEUS,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "tsdb")}`, listen],
    { stdio: "ignore" },
  );
  t.after(async () => {
    if (server.exitCode !== null) return;
    server.kill("SIGKILL");
    await new Promise((resolve) => server.once("exit", resolve));
  });
  return async (query) => {
    try {
      const at = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      const { data } = (await (await fetch(at)).json()) as {
        data?: { result: { value: [number, string] }[] };
      };
      return Number(data?.result[0]?.value[1]);
    } catch (error) {
      // It is starting.
      assert.equal(server.exitCode, null, String(error));
      return Number.NaN;
    }
  };
}
