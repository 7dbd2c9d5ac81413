// One connection to the daemon: requests out, events, questions and answers in. Its end in the middle of a request is an
// error that says whether something may have been changed.

import { connect, type Socket } from "node:net";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { OPERATIONS, type Event, type OperationName, type Talk } from "../api.ts";
import {
  decodeValue,
  encodeValue,
  errorFromWire,
  lineReader,
  writeLine,
  type FromClient,
  type FromDaemon,
  type Hello,
} from "../wire.ts";
import type { Traffic } from "../reply.ts";

/** The daemon did not take the request: nothing was begun. */
export class Refused extends Error {}

export interface Connection {
  readonly hello: Hello;
  /** First of all. */
  begin(begin: Omit<FromClient & { readonly type: "begin" }, "type">): void;
  /** Rejects with the operation's error, Refused, OPD9042, OPD9043, OPD9044. */
  request(operation: OperationName, request: unknown, talk: Talk): Promise<unknown>;
  /** Resolves with what went over the bus for this connection; null where nothing did, or nobody says. */
  end(): Promise<Traffic | null>;
  /** Resolves when the daemon answered. Rejects when the connection ends. */
  ping(): Promise<void>;
  destroy(): void;
}

interface Pending {
  readonly operation: OperationName;
  readonly talk: Talk;
  /** The daemon has begun it. */
  taken: boolean;
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/**
 * Resolves when the daemon said hello; null when nobody listens there. Rejects with OPD9042 when it does not say hello in
 * time. `env` answers what documents refer to.
 */
export function openConnection(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Connection | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const late = setTimeout(() => {
      socket.destroy();
      reject(new OpError("OPD9042", "the daemon does not answer", { where: path }));
    }, LIMITS.socketHelloDeadlineMs);
    const end = (): void => {
      clearTimeout(late);
      resolve(null);
    };
    socket.on("error", end).once("close", end);
    conversation(socket, env, (connection) => {
      clearTimeout(late);
      resolve(connection);
    });
  });
}

function conversation(
  socket: Socket,
  env: Readonly<Record<string, string | undefined>>,
  ready: (connection: Connection) => void,
): void {
  const pending = new Map<number, Pending>();
  let ended: ((traffic: Traffic | null) => void) | null = null;
  let ponged: { resolve(): void; reject(error: Error): void } | null = null;
  let broken: OpError | null = null;
  let next = 0;
  /** Its process. */
  let daemon = 0;
  const send = (message: FromClient): void => void (socket.writable && socket.write(writeLine(message)));

  function handle(message: FromDaemon): void {
    switch (message.type) {
      case "hello":
        daemon = message.pid;
        return ready(connectionOf(message));
      case "taken": {
        const one = pending.get(message.id);
        if (one === undefined) return;
        one.taken = true;
        return one.talk.elsewhere?.(daemon);
      }
      case "event":
        return pending.get(message.id)?.talk.tell(decodeValue(message.event) as Event);
      case "ask":
        return void pending
          .get(message.id)
          ?.talk.ask(message.question, message.worst)
          .then((answer) => send({ type: "answer", ask: message.ask, answer }));
      case "variables": {
        const named = message.names
          .map((name) => [name, env[name]])
          .filter(([, value]) => value !== undefined);
        return send({ type: "answer", ask: message.ask, answer: Object.fromEntries(named) });
      }
      case "reply":
        return settle(message.id)?.resolve(decodeValue(message.reply));
      case "error":
        return settle(message.id)?.reject(errorFromWire(message.error));
      case "refused":
        return settle(message.id)?.reject(new Refused(message.why));
      case "ended":
        return ended?.(decodeValue(message.traffic) as Traffic | null);
      case "pong":
        return ponged?.resolve();
    }
  }
  function settle(id: number): Pending | undefined {
    const one = pending.get(id);
    pending.delete(id);
    return one;
  }
  const feed = lineReader((line) => {
    try {
      handle(JSON.parse(line) as FromDaemon);
    } catch (error) {
      broken = new OpError("OPD9044", "the daemon sent what is not understood", { cause: error });
      socket.destroy();
    }
  });
  socket.on("data", (chunk: Buffer) => {
    if (feed(chunk)) return;
    broken = new OpError("OPD9044", `the daemon sent a line beyond ${LIMITS.socketLineBytesMax} bytes`);
    socket.destroy();
  });
  socket.once("close", () => {
    for (const [id, { operation, taken, reject }] of pending) {
      pending.delete(id);
      reject(broken ?? (taken ? gone(operation) : new Refused("it went away")));
    }
    ended?.(null);
    ponged?.reject(new OpError("OPD9042", "the daemon went away"));
  });

  function connectionOf(hello: Hello): Connection {
    return {
      hello,
      begin: (begin) => send({ type: "begin", ...begin }),
      request(operation, request, talk) {
        const id = next++;
        const abort = (): void => send({ type: "abort", id });
        return new Promise((resolve, reject) => {
          if (!socket.writable) return reject(new Refused("the daemon went away"));
          const free = (): void => talk.signal.removeEventListener("abort", abort);
          pending.set(id, {
            operation,
            talk,
            taken: false,
            resolve(reply) {
              free();
              resolve(reply);
            },
            reject(error) {
              free();
              reject(error);
            },
          });
          send({ type: "request", id, operation, request: encodeValue(request) });
          if (talk.signal.aborted) abort();
          else talk.signal.addEventListener("abort", abort, { once: true });
        });
      },
      end: () =>
        new Promise((resolve) => {
          if (!socket.writable) return resolve(null);
          ended = resolve;
          send({ type: "end" });
          setTimeout(() => socket.destroy(), LIMITS.socketHelloDeadlineMs).unref();
        }),
      ping: () =>
        new Promise((resolve, reject) => {
          ponged = { resolve, reject };
          send({ type: "ping" });
        }),
      destroy: () => socket.destroy(),
    };
  }
}

function gone(operation: OperationName): OpError {
  if (OPERATIONS[operation].effect !== "changes")
    return new OpError("OPD9042", "the daemon went away before it answered", { now: "nothing was changed" });
  return new OpError("OPD9043", "the daemon went away before it answered", {
    now: "not known here: what it had begun is put back by it, or by the next command",
    hint: "op-dbus recover",
  });
}
