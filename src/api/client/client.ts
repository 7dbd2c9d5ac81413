// Operations for a command: sent to the daemon that holds the state directory, else done in this process. It looks for the
// daemon when the first operation needs one; where none ever ran that costs one look at a folder that is not there.

import type { Configured } from "../../base/config.ts";
import { asOpError } from "../../base/error.ts";
import type { Who } from "../../base/settings.ts";
import { OPERATIONS, type Actor, type Invoke, type OperationName, type Traffic } from "../api.ts";
import { PROTOCOL } from "../wire.ts";
import { openConnection, Refused, type Connection } from "./connection.ts";
import { findSocket } from "./place.ts";
import { callerSettings, firstDifference, sharedFacts } from "./shared.ts";

export { openConnection } from "./connection.ts";
export { socketFolder, socketPath } from "./place.ts";
export { sharedFacts } from "./shared.ts";

export interface Operations {
  readonly invoke: Invoke;
  /** Tells what went over the bus; null where nothing did. */
  close(): Promise<Traffic | null>;
}

export interface ClientOptions {
  readonly configured: Configured;
  readonly who: Who;
  /** The operations of this process. */
  readonly local: Operations;
  /** Of this program: a daemon of another one is not asked. */
  readonly version: () => string;
  /** Who asks. */
  readonly actor: () => Promise<Actor>;
  /** Told why a daemon that runs is not asked. */
  readonly say: (why: string) => void;
}

export function daemonOrLocal(options: ClientOptions): Operations {
  const { local, say } = options;
  let search: Promise<Connection | null> | null = null;

  const invoke = async (
    name: OperationName,
    request: unknown,
    talk: Parameters<Invoke>[2],
  ): Promise<unknown> => {
    const here = local.invoke as (...call: [OperationName, unknown, typeof talk]) => Promise<unknown>;
    const there = OPERATIONS[name].place === "daemon" ? await (search ??= findDaemon(options)) : null;
    if (there === null) return await here(name, request, talk);
    try {
      return await there.request(name, request, talk);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(`the daemon is not asked: ${error.message}`);
      search = Promise.resolve(null);
      void there.end();
      return await here(name, request, talk);
    }
  };
  return {
    // One entry of the table in, its reply out: what the daemon answers is what the operation gave there.
    invoke: invoke as Invoke,
    async close() {
      const [here, there] = await Promise.all([local.close(), search?.then((found) => found?.end())]);
      return there ?? here;
    },
  };
}

/** null = there is none, or none that would do the same. */
async function findDaemon(options: ClientOptions): Promise<Connection | null> {
  const { configured, who, say } = options;
  const { config } = configured;
  const found = findSocket(config.runtimeDir, config.stateDir, who.uid);
  if (found === null) return null;
  try {
    const connection = "path" in found ? await openConnection(found.path, who.env) : null;
    if (connection === null) {
      if ("refused" in found) say(`the daemon is not asked: ${found.refused}`);
      return null;
    }
    const why = difference(connection, options);
    if (why === null) {
      connection.begin({ actor: await options.actor(), settings: callerSettings(config) });
      return connection;
    }
    say(`the daemon is not asked: ${why}`);
    connection.destroy();
  } catch (error) {
    say(`the daemon is not asked: ${asOpError(error).message}`);
  }
  return null;
}

function difference({ hello }: Connection, { configured, who, version }: ClientOptions): string | null {
  if (hello.protocol !== PROTOCOL || hello.version !== version())
    return `it is version ${hello.version}, this is ${version()}`;
  const name = firstDifference(sharedFacts(configured, who), hello.shared);
  return name === null ? null : `its ${name} is another one`;
}
