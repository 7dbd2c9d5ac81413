// The daemon's door with operations of a test behind it, in a folder of its own: the socket alone, without state or bus.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Caller, Event, Invoke, OperationName, Talk, Traffic } from "../../src/api/api.ts";
import { openConnection } from "../../src/api/client/client.ts";
import { PROTOCOL, type CallerSettings, type Hello } from "../../src/api/wire.ts";
import { createLog } from "../../src/base/log.ts";
import { systemClock, type Clock } from "../../src/base/clock.ts";
import type { DoorLimits } from "../../src/server/keeper.ts";
import { listen, type Door } from "../../src/server/socket.ts";

export const ACTOR = { uid: 1, pid: 2, user: "anna", unit: "a.service", subject: "op-dbus test" };
export const SETTINGS: CallerSettings = { call_deadline_ms: 1, verify_timeout_ms: 2, lock_timeout_ms: 3 };
export const HELLO: Hello = {
  type: "hello",
  protocol: PROTOCOL,
  version: "1.2.3",
  pid: process.pid,
  shared: {},
};
export const TRAFFIC = { calls: 1n, p50Ms: Number.NaN } as unknown as Traffic;

export type Work = (name: OperationName, request: unknown, talk: Talk, caller: Caller) => Promise<unknown>;

export interface TestDoor extends AsyncDisposable {
  readonly path: string;
  readonly door: Door;
  /** Keepers that were opened and not yet closed. */
  readonly open: () => number;
  /** What the log says. */
  readonly log: () => string;
}

export async function testDoor(
  work: Work,
  options: { clock?: Clock; path?: string; hello?: Hello; limits?: DoorLimits } = {},
): Promise<TestDoor> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-door-"));
  mkdirSync(join(directory, "daemon"), { mode: 0o700 });
  const path = options.path ?? join(directory, "daemon/0123456789ab.sock");
  let open = 0;
  let said = "";
  const log = createLog({
    level: "debug",
    format: "json",
    write: (line) => (said += line),
    wallMs: () => 0,
    pid: 1,
    hostname: "test",
  });
  const door = await listen({
    path,
    hello: options.hello ?? HELLO,
    clock: options.clock ?? systemClock,
    log,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    open(caller) {
      open++;
      return {
        invoke: ((name: OperationName, request: unknown, talk: Talk) =>
          work(name, request, talk, caller)) as Invoke,
        close() {
          open--;
          return Promise.resolve(TRAFFIC);
        },
      };
    },
  });
  return {
    path,
    door,
    open: () => open,
    log: () => said,
    async [Symbol.asyncDispose]() {
      const hurry = new AbortController();
      hurry.abort();
      await door.drain(hurry.signal);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A connection that has begun. */
export async function begun(path: string, env: Readonly<Record<string, string>> = {}) {
  const connection = await openConnection(path, env);
  if (connection === null) throw new Error("nobody listens");
  connection.begin({ actor: ACTOR, settings: SETTINGS });
  return connection;
}

export interface TestTalk extends Talk {
  readonly told: Event[];
  readonly asked: string[];
  /** Who does the work. */
  pid(): number | null;
  abort(): void;
}

export function testTalk(answer = true): TestTalk {
  const controller = new AbortController();
  const told: Event[] = [];
  const asked: string[] = [];
  let worker: number | null = null;
  return {
    told,
    asked,
    signal: controller.signal,
    abort: () => controller.abort(),
    elsewhere: (pid) => void (worker = pid),
    pid: () => worker,
    tell: (event) => void told.push(event),
    ask: (question, worst) => {
      asked.push(`${question} ${worst}`);
      return Promise.resolve(answer);
    },
  };
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
