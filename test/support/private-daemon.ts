// A dbus-daemon of the test's own: started from a configuration in a temporary directory, killed and started again at
// the same address, gone with the test.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PrivateDaemon {
  readonly address: string;
  /** Kills it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Why a program cannot be used here; null when it can. */
export function missing(program: string): string | null {
  return spawnSync(program, ["--version"]).error === undefined ? null : `${program} is not installed`;
}

export async function privateDaemon(): Promise<PrivateDaemon> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-daemon-"));
  const socket = join(directory, "bus");
  const config = join(directory, "bus.conf");
  writeFileSync(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=${socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`,
  );
  let daemon: ChildProcess | null = null;
  const own = {
    address: `unix:path=${socket}`,
    async start() {
      daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--nopidfile"], {
        stdio: "ignore",
      });
      await listening(socket, daemon);
    },
    async kill() {
      const dying = daemon;
      daemon = null;
      if (dying === null || dying.exitCode !== null) return;
      dying.kill("SIGKILL");
      await once(dying, "exit");
      rmSync(socket, { force: true });
    },
    async close() {
      await own.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await own.start();
  return own;
}

async function listening(socket: string, daemon: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (daemon.exitCode !== null) throw new Error(`dbus-daemon ended with status ${daemon.exitCode}`);
    if (existsSync(socket) && (await accepts(socket))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("dbus-daemon does not listen");
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => resolve(probe.destroy() !== null));
    probe.once("error", () => resolve(false));
  });
}
