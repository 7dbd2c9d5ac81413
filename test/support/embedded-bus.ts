// An embedded bus in a private directory of its own, for tests that need two clients and no daemon.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedBus, type EmbeddedBusHandle, type RoutedMessage } from "../../src/host/dbus/dbus.ts";

export interface TestBus extends EmbeddedBusHandle {
  readonly directory: string;
  /** Every message that passed the bus, in order. */
  readonly captured: readonly RoutedMessage[];
}

export async function testBus(directory = mkdtempSync(join(tmpdir(), "op-dbus-bus-"))): Promise<TestBus> {
  const captured: RoutedMessage[] = [];
  const bus = await startEmbeddedBus({ directory, onMessage: (routed) => void captured.push(routed) });
  return {
    ...bus,
    directory,
    captured,
    async close() {
      await bus.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
