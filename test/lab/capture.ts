// Everything that passes the bus of a machine while something runs: a monitor connection of ours, so what a test says
// of the product does not rest on the product's own word. (D-Bus specification, org.freedesktop.DBus.Monitoring.)

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "../../src/host/dbus/dbus.ts";
import type { Machine } from "./machine.ts";

/** One method call, as the bus delivered it. */
export interface Captured {
  readonly sender: string;
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** The arguments as busctl prints them: {type, data}. */
  readonly payload: unknown;
}

interface Line extends Partial<Captured> {
  readonly type: string;
}

/**
 * The method calls that clients sent while `work` ran. Calls of the bus driver's own services are among them; those of
 * our marker are not. `work` may block: the monitor is a process of its own.
 */
export async function capture(
  machine: Machine,
  work: () => void | Promise<void>,
): Promise<readonly Captured[]> {
  const monitor = spawn("busctl", [`--address=${machine.address}`, "--json=short", "monitor"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  monitor.stdout.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk));
  const bus = await connect({ address: machine.address });
  try {
    await marker("begin");
    await work();
    await marker("end");
  } finally {
    await bus.close();
    monitor.kill("SIGTERM");
    await once(monitor, "close");
  }
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.includes(markerName("begin")));
  const last = lines.findLastIndex((line) => line.includes(markerName("end")));
  return lines
    .slice(first + 1, last)
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line)
    .filter(
      (line) => line.type === "method_call" && !JSON.stringify(line.payload ?? "").includes("op.dbus.Marker"),
    )
    .map(
      ({ sender = "", destination = "", path = "", interface: name = "", member = "", payload = null }) => ({
        sender,
        destination,
        path,
        interface: name,
        member,
        payload,
      }),
    );

  /** Asks the bus something harmless until the monitor has seen it: then it has seen all that came before. */
  async function marker(word: string): Promise<void> {
    for (let attempt = 0; attempt < 500 && !text.includes(markerName(word)); attempt++) {
      await bus.owner(markerName(word));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (!text.includes(markerName(word))) throw new Error("the monitor does not see the bus");
  }
}

function markerName(word: string): string {
  return `op.dbus.Marker.${word}`;
}
