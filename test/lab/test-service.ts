// The test service on the bus of a machine, as a process of its own, steered through its control object.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { connect, type DBusValue } from "../../src/host/dbus/dbus.ts";
import { CONTROL, NAME, PATH, type Shape } from "../service/interfaces.ts";
import type { Fault } from "../service/state.ts";
import type { Machine } from "./machine.ts";

export interface RemoteService extends AsyncDisposable {
  /** Flags that let op-dbus find the plugin. */
  readonly flags: readonly string[];
  /** Takes it off the bus as a crash would. */
  kill(): Promise<void>;
  arm(
    member: string,
    fault: Fault,
    options?: { readonly skip?: number; readonly times?: number },
  ): Promise<void>;
  disarm(): Promise<void>;
  say(field: string, value: string): Promise<void>;
  morph(shape: Shape): Promise<void>;
  /** From its own memory. */
  state(): Promise<Readonly<Record<string, unknown>>>;
  calls(): Promise<readonly string[]>;
}

export async function testServiceOn(machine: Pick<Machine, "address" | "scratch">): Promise<RemoteService> {
  const program = join(import.meta.dirname, "../service/main.ts");
  const child = spawn(process.execPath, [program, machine.address], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("it ended at once"))),
  ]);
  const bus = await connect({ address: machine.address });
  const plugins = join(machine.scratch, "plugins");
  mkdirSync(plugins, { recursive: true });
  cpSync(join(import.meta.dirname, "../service/plugin"), join(plugins, "test1"), { recursive: true });

  async function call(member: string, signature = "", ...body: readonly DBusValue[]): Promise<DBusValue> {
    const place = { destination: NAME, path: `${PATH}/control`, interface: CONTROL };
    return (await bus.call({ ...place, member, signature, body })).body[0] ?? "";
  }
  return {
    flags: ["--plugin-dir", plugins],
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async arm(member, fault, { skip = 0, times = 1_000 } = {}) {
      await call("Arm", "ssuu", member, fault, skip, times);
    },
    disarm: async () => void (await call("Disarm")),
    say: async (field, value) => void (await call("Say", "ss", field, value)),
    morph: async (shape) => void (await call("Morph", "s", shape)),
    state: async () => JSON.parse(String(await call("State"))) as Record<string, unknown>,
    calls: async () => (await call("Calls")) as readonly string[],
    async [Symbol.asyncDispose]() {
      await bus.close();
      child.stdin.end();
      await ended;
    },
  };
}
