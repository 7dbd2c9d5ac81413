// One connection of a client: hello, who asks, then requests, each answered once. Its end is a wish to stop: what runs is
// told as by Ctrl-C, goes on to its end, and nobody is answered. What a client sends wrong closes its connection.

import type { Socket } from "node:net";
import {
  OPERATIONS,
  type Actor,
  type Caller,
  type Event,
  type OperationName,
  type Question,
  type Talk,
} from "../api/api.ts";
import {
  decodeValue,
  encodeValue,
  errorToWire,
  lineReader,
  writeLine,
  type CallerSettings,
  type FromClient,
  type FromDaemon,
} from "../api/wire.ts";
import { OpError } from "../base/error.ts";
import { LIMITS } from "../base/limits.ts";
import { errorFields } from "../base/log.ts";
import type { DoorLimits, Keeper, SocketOptions } from "./keeper.ts";

export interface Served {
  /** Requests under way. */
  readonly running: number;
  /** The client said who it is. */
  readonly begun: boolean;
  /** Everything that runs is told to end in order. */
  abort(): void;
  /** Resolves when nothing runs and its parts are closed. */
  idle(): Promise<void>;
  /** The client is gone and nothing runs for it. */
  readonly closed: Promise<void>;
  destroy(): void;
}

interface Rules {
  /** No more clients are served now. */
  isFull(): boolean;
  /** Why no request is taken now; null = it is. */
  refuses(): string | null;
}

export function serveConnection(socket: Socket, options: SocketOptions, rules: Rules): Served {
  const { log, hello, limits = LIMITED } = options;
  const running = new Map<number, AbortController>();
  const work = new Set<Promise<void>>();
  /** Number of a question -> who waits for its answer; undefined: the client is gone. */
  const questions = new Map<number, (answer: unknown) => void>();
  let keeper: Keeper | null = null;
  let asked = 0;

  function send(message: FromDaemon): void {
    if (!socket.writable) return;
    socket.write(writeLine(message));
    if (socket.writableLength <= limits.queueBytesMax) return;
    log.warn("a client does not read its answers: it is disconnected");
    socket.destroy();
  }
  function ask(question: (ask: number) => FromDaemon): Promise<unknown> {
    const number = asked++;
    return new Promise((resolve) => {
      if (!socket.writable) return resolve(undefined);
      questions.set(number, resolve);
      send(question(number));
    });
  }
  const callerOf = (actor: Actor): Caller => ({
    actor,
    variables: async (names) => textsOf(await ask((number) => ({ type: "variables", ask: number, names }))),
  });
  const talkOf = (id: number, { signal }: AbortController): Talk => ({
    signal,
    tell: (event: Event) => send({ type: "event", id, event: encodeValue(event) }),
    ask: async (question: Question, worst: string) =>
      (await ask((number) => ({ type: "ask", ask: number, id, question, worst }))) === true,
  });

  async function run(id: number, operation: OperationName, request: unknown): Promise<void> {
    const abort = new AbortController();
    running.set(id, abort);
    socket.setTimeout(0);
    try {
      // The request is checked where the operation is looked up.
      const invoke = keeper!.invoke as (...call: [OperationName, unknown, Talk]) => Promise<unknown>;
      const reply = await invoke(operation, request, talkOf(id, abort));
      send({ type: "reply", id, reply: encodeValue(reply) });
    } catch (error) {
      send({ type: "error", id, error: errorToWire(error) });
    } finally {
      running.delete(id);
      if (running.size === 0) socket.setTimeout(limits.idleDeadlineMs);
    }
  }
  function start(id: number, operation: string, request: unknown): void {
    const known = Object.hasOwn(OPERATIONS, operation);
    if (!Number.isSafeInteger(id) || running.has(id) || keeper === null || !known) throw notUnderstood();
    const why = rules.refuses();
    if (why !== null) return send({ type: "refused", id, why });
    send({ type: "taken", id });
    log.debug("request", { operation });
    const one = run(id, operation as OperationName, decodeValue(request)).finally(() => work.delete(one));
    work.add(one);
  }
  async function settled(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }
  async function close(): Promise<void> {
    await settled();
    const closing = keeper;
    keeper = null;
    const traffic = (await closing?.close()) ?? null;
    send({ type: "ended", traffic: encodeValue(traffic) });
    socket.end();
  }
  function take(message: FromClient): void {
    switch (message.type) {
      case "begin":
        if (keeper !== null) throw notUnderstood();
        if (rules.isFull()) return void socket.destroy();
        keeper = options.open(callerOf(actorOf(message.actor)), settingsOf(message.settings));
        return;
      case "request":
        return start(message.id, message.operation, message.request);
      case "abort":
        return running.get(message.id)?.abort();
      case "answer": {
        questions.get(message.ask)?.(message.answer);
        questions.delete(message.ask);
        return;
      }
      case "end":
        return void close().catch(failed);
      case "ping":
        return send({ type: "pong" });
      default:
        throw notUnderstood();
    }
  }
  function failed(error: unknown): void {
    log.warn("a client was disconnected", errorFields(error));
    socket.destroy();
  }
  const feed = lineReader((line) => {
    if (socket.destroyed) return;
    try {
      const message = JSON.parse(line) as FromClient | null;
      if (typeof message !== "object" || message === null) throw notUnderstood();
      take(message);
    } catch (error) {
      failed(error instanceof SyntaxError ? notUnderstood() : error);
    }
  });
  socket.on("data", (chunk: Buffer) => {
    if (!feed(chunk)) failed(notUnderstood());
  });
  // What breaks a connection is told by its close.
  socket.on("error", () => undefined);
  socket.setTimeout(limits.idleDeadlineMs, () => socket.destroy());
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const closed = gone.then(async () => {
    for (const answer of questions.values()) answer(undefined);
    questions.clear();
    for (const each of running.values()) each.abort();
    await settled();
    await keeper?.close().catch(() => undefined);
    keeper = null;
  });
  send(hello);
  return {
    get running() {
      return running.size;
    },
    get begun() {
      return keeper !== null;
    },
    abort: () => {
      for (const each of running.values()) each.abort();
    },
    idle: () => Promise.race([settled(), closed]),
    closed,
    destroy: () => socket.destroy(),
  };
}

const LIMITED: DoorLimits = {
  idleDeadlineMs: LIMITS.socketIdleDeadlineMs,
  queueBytesMax: LIMITS.socketQueueBytesMax,
};

function notUnderstood(): OpError {
  return new OpError("OPD9044", "a client sent what is not understood");
}

function actorOf(value: unknown): Actor {
  const { uid, pid, user, unit, subject } = (value ?? {}) as Partial<Actor>;
  if (typeof uid !== "number" || typeof pid !== "number") throw notUnderstood();
  if (typeof user !== "string" || typeof unit !== "string" || typeof subject !== "string")
    throw notUnderstood();
  return { uid, pid, user, unit, subject };
}

function settingsOf(value: unknown): CallerSettings {
  const { call_deadline_ms, verify_timeout_ms, lock_timeout_ms } = (value ?? {}) as Partial<CallerSettings>;
  const all = [call_deadline_ms, verify_timeout_ms, lock_timeout_ms];
  if (!all.every((ms) => Number.isSafeInteger(ms) && (ms as number) >= 0)) throw notUnderstood();
  return value as CallerSettings;
}

/** The texts of an answer; anything else in it counts as not set. */
function textsOf(answer: unknown): Readonly<Record<string, string>> {
  if (typeof answer !== "object" || answer === null) return {};
  const texts = Object.entries(answer).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts) as Record<string, string>;
}
