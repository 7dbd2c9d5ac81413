// What the door serves, handed in by who opens it: the operations for one caller, and what every client is told first.

import type { Caller, Invoke, Traffic } from "../api/api.ts";
import type { CallerSettings, Hello } from "../api/wire.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

/** The operations for one caller. */
export interface Keeper {
  readonly invoke: Invoke;
  close(): Promise<Traffic | null>;
}

export interface DoorLimits {
  /** A connection on which nothing runs and nothing is said ends after so long. */
  readonly idleDeadlineMs: number;
  /** Answers that wait for a client to read them. */
  readonly queueBytesMax: number;
}

export interface SocketOptions {
  readonly path: string;
  readonly hello: Hello;
  readonly open: (caller: Caller, settings: CallerSettings) => Keeper;
  readonly clock: Clock;
  readonly log: Log;
  /** LIMITS.socketIdleDeadlineMs and LIMITS.socketQueueBytesMax; tests cannot wait so long, or keep so much. */
  readonly limits?: DoorLimits;
}
