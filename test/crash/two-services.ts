// Five actions over two real services, and nothing else: what crash tests do again and again. The services live in the
// process of the test, so they survive whoever is killed, and what they hold is read from their own memory.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp, type App } from "../../src/app/app.ts";
import { loadConfig } from "../../src/base/config.ts";
import type { Disk } from "../../src/store/file/file.ts";
import type { Event, RequestOf, Talk } from "../../src/api/api.ts";
import { startDemoService } from "../../start/demo-service.ts";
import { startTestService } from "../service/service.ts";
import { stateText } from "../service/state.ts";
import { testBus } from "../support/embedded-bus.ts";

const root = join(import.meta.dirname, "../..");

/** Property setters, a creation below a service's own checkpoint, a creation with a field of its own, an update. */
const FIVE_ACTIONS = JSON.stringify({
  version: 1,
  plugins: {
    test1: { Title: "second", boxes: { red: { colour: "pink" }, blue: { colour: "blue" } } },
    demo1: { Greeting: "Good evening", lamps: { door: { On: true } } },
  },
});

export interface TwoServices extends AsyncDisposable {
  readonly directory: string;
  readonly stateDir: string;
  /** Environment of a program that manages these services. */
  readonly env: Readonly<Record<string, string>>;
  /** All that both hold. */
  machine(): string;
  /** The product in this process; its records go to `disk` where one is given. */
  app(disk?: Disk): App;
}

/** `state`: a folder with `state` and `config` that is copied, instead of empty ones. `elsewhere`: where the state directory
 * lies instead. */
export async function openTwoServices(
  state: string | null = null,
  elsewhere: string | null = null,
): Promise<TwoServices> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-crash-"));
  const bus = await testBus();
  const [test1, demo1] = await Promise.all([startTestService(bus.address), startDemoService(bus.address)]);
  cpSync(join(root, "test/service/plugin"), join(directory, "plugins/test1"), { recursive: true });
  cpSync(join(root, "start/demo"), join(directory, "plugins/demo1"), { recursive: true });
  for (const name of ["run", "home"]) mkdirSync(join(directory, name), { mode: 0o700 });
  if (state !== null) copyWhole(state, directory);
  writeFileSync(join(directory, "five.json"), FIVE_ACTIONS, { mode: 0o600 });
  const stateDir = elsewhere ?? join(directory, "state");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(directory, "home"),
    DBUS_SYSTEM_BUS_ADDRESS: bus.address,
    OP_DBUS_PLUGIN_DIRS: join(directory, "plugins"),
    CONFIGURATION_DIRECTORY: join(directory, "config"),
    OP_DBUS_RUNTIME_DIR: join(directory, "run"),
    OP_DBUS_STATE_DIR: stateDir,
    OP_DBUS_VERIFY_TIMEOUT_MS: "200",
  };
  return {
    directory,
    stateDir,
    env,
    machine: () => `${stateText(test1.state)} ${demo1.state()}`,
    app: (disk) => appFor(env, disk),
    async [Symbol.asyncDispose]() {
      await Promise.all([test1.close(), demo1.close()]);
      await bus.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is in a folder into another one, with its modes: records are believed only in private folders. */
export function copyWhole(from: string, to: string): void {
  execFileSync("cp", ["-a", `${from}/.`, to]);
}

export function appFor(env: NodeJS.ProcessEnv, disk?: Disk): App {
  const who = { uid: process.getuid!(), home: env["HOME"]!, env };
  const configured = loadConfig({ flags: {}, who, files: [] });
  if (configured.faults.length > 0) throw new Error(configured.faults[0]!.message);
  return buildApp({ configured, who, ...(disk === undefined ? {} : { disk }) });
}

/** Says yes to nothing, for nobody asks; `events`: what was told. */
export function listener(
  onEvent: (event: Event) => void = () => undefined,
): Talk & { readonly events: Event[] } {
  const events: Event[] = [];
  return {
    events,
    tell(event) {
      events.push(event);
      onEvent(event);
    },
    ask: () => Promise.resolve(false),
    signal: new AbortController().signal,
  };
}

export function applyRequest(text = FIVE_ACTIONS): RequestOf<"apply"> {
  return {
    sources: [{ file: "five.json", format: "json", text, untrusted: null }],
    target: [],
    exclude: [],
    checkAuth: false,
    refresh: false,
    verify: true,
    approve: "needs-confirm",
    terminal: false,
    requireUndo: null,
    requireFidelity: null,
    verifyTimeoutMs: null,
    lockTimeoutMs: null,
    holdMs: null,
  };
}
