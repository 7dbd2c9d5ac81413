// The front door: argv in, exit status out. Joins the rooms that the doors may not see; decides nothing.

import { homedir } from "node:os";
import type { Invoke, Traffic } from "./api/api.ts";
import type { App } from "./app/app.ts";
import type { Configured } from "./base/config.ts";
import { packageVersion } from "./base/package.ts";
import { runCli, type Operations } from "./cli/cli.ts";

const who = Object.freeze({ uid: process.getuid!(), home: homedir(), env: process.env });

/** Operations in this process, loaded with the first call: help and errors of the command line never pay for them. */
function local(configured: Configured): Operations {
  let app: Promise<App> | null = null;
  const load = async () => (await import("./app/app.ts")).buildApp({ configured, who, single: true });
  const invoke: Invoke = async (name, request, talk) =>
    await (await (app ??= load())).invoke(name, request, talk);
  const close = async (): Promise<Traffic | null> => {
    const opened = await app?.catch(() => null);
    await opened?.close();
    return opened?.traffic() ?? null;
  };
  return { invoke, close };
}

/** The same, or by the daemon that holds the state directory. */
function connect(configured: Configured, say: (why: string) => void): Operations {
  const here = local(configured);
  const actor = async () => (await import("./app/records/actor.ts")).processActor();
  let there: Promise<Operations> | null = null;
  const load = async () =>
    (await import("./api/client/client.ts")).daemonOrLocal({
      configured,
      who,
      local: here,
      version: packageVersion,
      actor,
      say,
    });
  return {
    invoke: async (name, request, talk) => await (await (there ??= load())).invoke(name, request, talk),
    close: async () => await ((await there) ?? here).close(),
  };
}

/** Until SIGTERM or Ctrl-C: then what runs may end. A second one has it put everything back at once. */
async function serve(configured: Configured): Promise<boolean> {
  const [{ runDaemon }, { listen }, { listenHttp }, { listenMemory, memoryRules }] = await Promise.all([
    import("./app/daemon.ts"),
    import("./server/socket.ts"),
    import("./server/http.ts"),
    import("./server/tcp.ts"),
  ]);
  const stop = new AbortController();
  const hurry = new AbortController();
  const signalled = (): void => (stop.signal.aborted ? hurry : stop).abort();
  process.on("SIGTERM", signalled).on("SIGINT", signalled);
  return await runDaemon({
    configured,
    who,
    version: packageVersion(),
    listen,
    listenHttp,
    async listenMemory(options) {
      const rules = memoryRules(configured.config, who.uid);
      return rules && (await listenMemory({ ...options, rules }));
    },
    stop: stop.signal,
    hurry: hurry.signal,
  });
}

// The reader of a pipe that went away had enough: that is success (op-dbus discover | head -1).
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));
process.stderr.on("error", () => undefined);

void runCli(process.argv.slice(2), {
  // Opened when somebody asks: most commands read nothing, and streams of files cost 2 ms.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  who,
  connect,
  serve,
  exit: (status) => process.exit(status),
}).then((status) => (process.exitCode = status));
