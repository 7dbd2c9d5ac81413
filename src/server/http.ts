// The door for a scraper: GET /metrics as Prometheus reads it, GET /healthz, over loopback TCP or a Unix socket; off unless
// it is set. It only reads, so who may enter is decided by the address alone: any user of this machine at a port, at a
// socket its owner. A browser is none of them: a page from elsewhere that had its name resolved to this machine (DNS
// rebinding) sends that name as Host, and is refused. Small limits on everything a client can make last or grow.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { OpError } from "../base/error.ts";
import { errnoOf } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { showAddress, type LocalAddress } from "../base/setting.ts";
import { listenAtPath, removeSocket } from "./unix-socket.ts";

export interface HttpOptions {
  readonly address: LocalAddress;
  /** The text of a scrape, and its type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** It serves; false: it is stopping. */
  readonly healthy: () => boolean;
  readonly log: Pick<Log, "warn">;
  /** LIMITS.scrapeDeadlineMs; tests cannot wait so long. */
  readonly deadlineMs?: number;
}

export interface HttpDoor {
  /** As the setting writes it, with the port that was given where it said 0. */
  readonly address: string;
  /** Answers what it is asked right now, and ends. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly text: string;
  readonly allow?: string;
}

/** Throws OPD9047. */
export async function listenHttp(options: HttpOptions): Promise<HttpDoor> {
  const { address, log, deadlineMs = LIMITS.scrapeDeadlineMs } = options;
  const sockets = new Set<Socket>();
  const scrape = oneAtATime(options.metrics);
  const server = createServer(
    {
      maxHeaderSize: LIMITS.scrapeHeadBytesMax,
      headersTimeout: deadlineMs,
      requestTimeout: deadlineMs,
      connectionsCheckingInterval: Math.ceil(deadlineMs / 10),
    },
    (request, response) => {
      // Also an answer that is not read ends.
      const late = setTimeout(() => request.socket.destroy(), deadlineMs);
      response.once("close", () => clearTimeout(late));
      void answer(request)
        .catch((error: unknown): Answer => {
          log.warn("metrics could not be told", { err: error instanceof Error ? error.message : "?" });
          return { status: 500, text: "metrics could not be told\n" };
        })
        .then((made) => send(request, response, made));
    },
  );
  server.maxConnections = LIMITS.scrapeConnectionsMax;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { method = "", url = "", headers } = request;
    if (address.kind === "tcp" && !isLocal(headers.host))
      return { status: 421, text: "this door answers to loopback addresses and to localhost alone\n" };
    if (method !== "GET" && method !== "HEAD")
      return { status: 405, text: "this door only reads\n", allow: "GET, HEAD" };
    const path = url.split("?", 1)[0];
    if (path === "/metrics") return { status: 200, ...(await scrape()) };
    if (path === "/healthz")
      return options.healthy() ? { status: 200, text: "ok\n" } : { status: 503, text: "stopping\n" };
    return { status: 404, text: "there are /metrics and /healthz\n" };
  }

  if (address.kind === "unix")
    await listenAtPath(server, address.path, "OPD9047", "name a shorter path in telemetry_scrape");
  else await listenAtPort(server, address);
  server.on("error", (error) => log.warn("the door for metrics failed", { err: error.message }));
  const bound = server.address();
  const port = typeof bound === "object" ? (bound as AddressInfo).port : 0;
  return Object.freeze({
    address: showAddress(address.kind === "tcp" ? { ...address, port } : address),
    async close(): Promise<void> {
      if (address.kind === "unix") removeSocket(address.path, "OPD9047");
      const ended = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), LIMITS.scrapeEndDeadlineMs);
      await ended;
      clearTimeout(cut);
    },
  });
}

function listenAtPort(
  server: ReturnType<typeof createServer>,
  address: Extract<LocalAddress, { kind: "tcp" }>,
): Promise<void> {
  const where = showAddress(address);
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new OpError("OPD9047", `${where} cannot be listened at: ${errnoOf(error)}`, { where, cause: error }),
      ),
    );
    server.listen(address.port, address.host, () => resolve());
  });
}

function send(request: IncomingMessage, response: ServerResponse, made: Answer): void {
  const { status, text, type = "text/plain; charset=utf-8", allow } = made;
  const body = Buffer.from(text);
  // A body is none of our business: it is not read, so the connection cannot go on behind it.
  const unread = request.headers["content-length"] ?? request.headers["transfer-encoding"];
  response.writeHead(status, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(allow === undefined ? {} : { allow }),
    ...(unread === undefined && status < 400 ? {} : { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Host as a client of this machine writes it, with any port: a tunnel has another one. */
function isLocal(host: string | undefined): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d{1,5})?$/i.test(host ?? "");
}

/** Who asks while it is being made gets the same one. */
function oneAtATime<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | null = null;
  return () => (making ??= make().finally(() => (making = null)));
}
