// The front door: argv in, exit status out. Joins the rooms that the doors may not see; decides nothing.

import { homedir } from "node:os";
import type { Invoke, Traffic } from "./api/api.ts";
import type { App } from "./app/app.ts";
import type { Configured } from "./base/config.ts";
import { runCli, type Operations } from "./cli/cli.ts";

const who = Object.freeze({ uid: process.getuid!(), home: homedir(), env: process.env });

/** Operations in this process, loaded with the first call: help and errors of the command line never pay for them. */
function connect(configured: Configured): Operations {
  let app: Promise<App> | null = null;
  const load = async () => (await import("./app/app.ts")).buildApp({ configured, who });
  const invoke: Invoke = async (name, request, talk) =>
    await (await (app ??= load())).invoke(name, request, talk);
  const close = async (): Promise<Traffic | null> => {
    const opened = await app?.catch(() => null);
    await opened?.close();
    return opened?.traffic() ?? null;
  };
  return { invoke, close };
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
  exit: (status) => process.exit(status),
}).then((status) => (process.exitCode = status));
