// The door of the daemon: a Unix socket in a private folder, a connection a run of a command, the operations of the table
// through it. Clients are served until `drain`: then no request is taken, what runs may end, later is told to put back.
// Who may connect is decided by the folder alone; what operations do is not known here.

import { createServer } from "node:net";
import { LIMITS } from "../base/limits.ts";
import { serveConnection, type Served } from "./connection.ts";
import type { SocketOptions } from "./keeper.ts";
import { listenAtPath, removeSocket } from "./unix-socket.ts";

export interface Door {
  /** Requests under way. */
  readonly running: number;
  /** Takes nothing more and resolves when nothing runs: what does not end in time is told to put everything back. False
   * when something still ran at the last deadline. `hurry`: told so at once. */
  drain(hurry: AbortSignal): Promise<boolean>;
}

/** Listens. A socket that a dead daemon left is replaced: the caller holds the state directory. Throws OPD9041. */
export async function listen(options: SocketOptions): Promise<Door> {
  const { path, log } = options;
  const connections = new Set<Served>();
  let draining = false;
  const running = (): number => [...connections].reduce((sum, each) => sum + each.running, 0);
  const server = createServer((socket) => {
    // Twice as many: a ping, and whoever is about to be told no, must get through when the daemon is full.
    if (draining || connections.size >= 2 * LIMITS.socketClientsMax) return socket.destroy();
    const served = serveConnection(socket, options, {
      isFull: () => [...connections].filter(({ begun }) => begun).length >= LIMITS.socketClientsMax,
      refuses: () =>
        draining ? "it is stopping" : running() >= LIMITS.socketRequestsMax ? "it has enough to do" : null,
    });
    connections.add(served);
    void served.closed.then(() => connections.delete(served));
    return undefined;
  });
  server.on("error", (error) => log.error("the socket failed", { err: error.message }));
  await listenAtPath(server, path, "OPD9041", "name a shorter folder with OP_DBUS_RUNTIME_DIR");
  return {
    get running() {
      return running();
    },
    async drain(hurry) {
      draining = true;
      removeSocket(path, "OPD9041");
      server.close();
      const over = new AbortController();
      const all = Promise.all([...connections].map(({ idle }) => idle()));
      const told = async (): Promise<void> => {
        await options.clock.sleep(LIMITS.drainDeadlineMs, AbortSignal.any([hurry, over.signal]));
        for (const each of connections) each.abort();
        await options.clock.sleep(LIMITS.drainRollbackDeadlineMs, over.signal);
      };
      const ended = await Promise.race([all.then(() => true), told().then(() => false)]);
      over.abort();
      for (const each of connections) each.destroy();
      return ended;
    },
  };
}
