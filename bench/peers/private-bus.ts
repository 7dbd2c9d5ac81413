// A message bus of our own for one bench: the real dbus-daemon in a scratch folder, with the C service on it that all
// peers call. Nothing of it is left afterwards.

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildC, install } from "./build.ts";

export interface PrivateBus extends Disposable {
  readonly address: string;
}

const configuration = (socket: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type><keep_umask/><listen>unix:path=${socket}</listen><auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
    <allow own="*"/></policy>
  <limit name="max_incoming_bytes">1000000000</limit><limit name="max_outgoing_bytes">1000000000</limit>
  <limit name="max_message_size">1000000000</limit><limit name="max_replies_per_connection">50000</limit>
</busconfig>
`;

const START_DEADLINE_MS = 5_000;

/** Starts the bus and its service, or says why it cannot. */
export async function startPrivateBus(): Promise<PrivateBus | { readonly absent: string }> {
  const service = buildC("echo-service", "service/echo-service.c");
  if ("absent" in service) return service;
  const missing = install({ "dbus-daemon": "dbus-daemon" });
  if (missing !== null) return { absent: missing };

  const folder = mkdtempSync(join(tmpdir(), "op-dbus-bench-"));
  const socket = join(folder, "bus");
  const address = `unix:path=${socket}`;
  const children: ChildProcess[] = [];
  const bus = {
    address,
    [Symbol.dispose]() {
      for (const child of children) child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  writeFileSync(join(folder, "bus.conf"), configuration(socket));
  const daemon = spawn("dbus-daemon", [`--config-file=${folder}/bus.conf`, "--nofork", "--nopidfile"], {
    stdio: "ignore",
  });
  children.push(daemon);
  for (let waitedMs = 0; !existsSync(socket) && waitedMs < START_DEADLINE_MS; waitedMs += 10) await sleep(10);
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: address };
  const echo = spawn(service.program, { env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(echo);
  const ready = new Promise<boolean>((resolve) => {
    echo.stdout.once("data", () => resolve(true));
    echo.once("close", () => resolve(false));
  });
  if (await Promise.race([ready, sleep(START_DEADLINE_MS, false, { ref: false })])) return bus;
  bus[Symbol.dispose]();
  return { absent: "the private bus or its service did not start" };
}
