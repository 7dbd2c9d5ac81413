// The memory's door: the length-prefixed MessagePack protocol (docs/design/memory-wire.md) over TCP or a Unix socket, with
// tokens and TLS where the rules say so. Every connection is a session; what they keep together is bounded. What requests
// do is not known here: they are handed to a MemoryDoor.

import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { MemoryDoor } from "../api/memory/memory.ts";
import type { Clock } from "../base/clock.ts";
import { OpError } from "../base/error.ts";
import { errnoOf } from "../base/file.ts";
import type { Log } from "../base/log.ts";
import { showAddress } from "../base/setting.ts";
import { WIRE_LIMITS, type WireLimits } from "./tcp/limits.ts";
import { Rates } from "./tcp/rates.ts";
import type { MemoryRules } from "./tcp/rules.ts";
import { Session, type Shared } from "./tcp/session.ts";
import { listenAtPath, removeSocket } from "./unix-socket.ts";

export { memoryRules, type MemoryRules } from "./tcp/rules.ts";

export interface MemoryServerOptions {
  readonly rules: MemoryRules;
  readonly door: MemoryDoor;
  readonly clock: Clock;
  readonly log: Log;
  /** In place of those of the product. */
  readonly limits?: Partial<WireLimits>;
}

export interface MemoryServer {
  /** As the setting writes it, with the port that was given where it said 0. */
  readonly address: string;
  readonly connections: number;
  /** Bytes of requests and answers that are kept now. */
  readonly waitingBytes: number;
  /** Takes nothing more, answers what is under way, and ends; what lasts too long is cut. */
  close(): Promise<void>;
}

/** Throws OPD4505. */
export async function listenMemory(options: MemoryServerOptions): Promise<MemoryServer> {
  const { rules, door, clock, log } = options;
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const sessions = new Set<Session>();
  const shared: Shared = {
    door,
    encoding: rules.encoding,
    tokenKey: rules.tokenKey,
    rates: new Rates(rules.rate.perSecond, rules.rate.burst),
    clock,
    log,
    limits,
    waitingBytes: 0,
  };
  const server = serverOf(rules, limits, (socket) => {
    const session = new Session(socket, shared);
    sessions.add(session);
    void session.closed.then(() => sessions.delete(session));
  });
  server.maxConnections = limits.connectionsMax;
  /** Also those that have not finished with TLS. */
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, rules);
  server.on("error", (error) => log.warn("the memory's door failed", { err: error.message }));
  const bound = server.address();
  const port = typeof bound === "object" ? (bound as AddressInfo).port : 0;
  const { address } = rules;
  const closing = new AbortController();
  void keepTime();

  async function keepTime(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(limits.deadlineEveryMs, closing.signal);
      const nowMs = clock.monotonicMs();
      for (const session of sessions) session.check(nowMs);
    }
  }
  async function close(): Promise<void> {
    if (address.kind === "unix") removeSocket(address.path, "OPD4505");
    const ended = new Promise((resolve) => server.close(resolve));
    for (const session of sessions) session.drain();
    const over = new AbortController();
    const cut = clock.sleep(limits.drainDeadlineMs, over.signal).then(() => {
      for (const session of sessions) session.destroy();
    });
    await Promise.all([...sessions].map(({ closed }) => closed));
    over.abort();
    await cut;
    closing.abort();
    for (const socket of sockets) socket.destroy();
    await ended;
  }
  return Object.freeze({
    address: showAddress(address.kind === "tcp" ? { ...address, port } : address),
    get connections() {
      return sessions.size;
    },
    get waitingBytes() {
      return shared.waitingBytes;
    },
    close,
  });
}

function serverOf({ tls }: MemoryRules, limits: WireLimits, serve: (socket: Socket) => void): Server {
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  if (tls === null) return createServer(options, serve);
  const ca = tls.clientAuthorities;
  try {
    return createTlsServer(
      {
        ...options,
        cert: tls.certificate,
        key: tls.key,
        minVersion: "TLSv1.2",
        handshakeTimeout: limits.greetingDeadlineMs,
        ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
      },
      serve,
    );
  } catch (error) {
    throw new OpError("OPD4505", "the certificate of the memory's door and its key cannot be used", {
      cause: error,
    });
  }
}

function listen(server: Server, { address }: MemoryRules): Promise<void> {
  if (address.kind === "unix")
    return listenAtPath(server, address.path, "OPD4505", "name a shorter path in memory_listen");
  const where = showAddress(address);
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new OpError("OPD4505", `${where} cannot be listened at: ${errnoOf(error)}`, { where, cause: error }),
      ),
    );
    server.listen({ host: address.host, port: address.port, backlog: 4096 }, resolve);
  });
}
