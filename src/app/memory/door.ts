// The door for programs that speak the memory's protocol, where one is set: opened with the daemon; the memory behind it with
// the first request. A door that may not or cannot be opened does not keep the daemon from its work: its log says why.

import type { MemoryDoor } from "../../api/memory/memory.ts";
import { systemClock, type Clock } from "../../base/clock.ts";
import { errorFields, type Log } from "../../base/log.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import { memoryDoor } from "./answer.ts";
import type { MemoryKeeper } from "./keeper.ts";

/** What the door of server/tcp.ts is to this room. */
export interface MemoryListener {
  readonly address: string;
  close(): Promise<void>;
}
export type MemoryListen = (options: {
  readonly door: MemoryDoor;
  readonly clock: Clock;
  readonly log: Log;
}) => Promise<MemoryListener | null>;

export interface MemoryDoorInput {
  readonly memory: MemoryKeeper;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly listen: MemoryListen;
}

/** null: none is set, or it could not be opened. */
export async function openMemoryDoor({
  memory,
  log,
  metrics,
  listen,
}: MemoryDoorInput): Promise<MemoryListener | null> {
  const open = metrics.gauge("memory_door_open", "Whether the memory answers programs: 1 yes, 0 no");
  open.set(0);
  try {
    const listener = await listen({ door: measured(memory, metrics), clock: systemClock, log });
    if (listener === null) return null;
    open.set(1);
    log.info("serving the memory", { address: listener.address });
    return listener;
  } catch (error) {
    log.error("the memory is not served", errorFields(error));
    return null;
  }
}

function measured(memory: MemoryKeeper, metrics: Metrics): MemoryDoor {
  const door = memoryDoor(() => memory.open());
  const asked = metrics.counter("memory_requests", "Requests of programs to the memory");
  const refused = metrics.counter("memory_requests_failed", "Requests of programs that the memory refused");
  const took = metrics.histogram(
    "memory_request_ms",
    "Milliseconds from a request of a program to its answer",
  );
  return {
    async answer(request, who, signal) {
      const beganMs = systemClock.monotonicMs();
      asked.add();
      try {
        return await door.answer(request, who, signal);
      } catch (error) {
        refused.add();
        throw error;
      } finally {
        took.record(systemClock.monotonicMs() - beganMs);
      }
    },
  };
}
