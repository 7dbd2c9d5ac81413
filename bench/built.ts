// The command as it is published: built when a source is newer, without the sources that the launcher of a checkout looks
// at, run and timed. And the same build with its records switched off, which no setting of the product does: the peer of
// what records cost.

import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Builds the package; made again when a source is newer. */
export function build(progress: (text: string) => void): void {
  const changedMs = (patterns: string): number[] =>
    globSync(patterns, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs);
  const built = changedMs("dist/main.cjs")[0] ?? 0;
  if (changedMs("src/**/*.ts").every((ms) => ms <= built)) return;
  progress("building the package");
  const done = spawnSync(process.execPath, [join(root, "scripts/build.ts")], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`the package could not be built: ${done.stdout}${done.stderr}`);
}

/** The launcher of a package as people have it. */
export function install(directory: string): string {
  for (const name of ["mappings", "package.json"]) link(directory, name);
  link(directory, "dist");
  return launcherOf(directory);
}

/** The same where `apply` records nothing and no start looks at the journal. */
export function installUnrecorded(directory: string): string {
  for (const name of ["mappings", "package.json"]) link(directory, name);
  cpSync(join(root, "dist"), join(directory, "dist"), { recursive: true });
  const nothing = ["begin", "intent", "native", "outcome", "rollingBack", "held", "forget", "end"];
  const silent = `return { id: "0".repeat(16), ${nothing.map((name) => `${name}: async () => {}`).join(", ")} };`;
  const bodies: readonly (readonly [string, string])[] = [
    ["function applyRecorder(input) {", silent],
    ["async function recover(session) {", "return;"],
    ["async function recoverLocked(parts, session) {", "return [];"],
    ["async function refuseWhileHeld(parts, { bus }) {", "return;"],
    ["async function snapshotAfterApply(parts, talk) {", "return;"],
  ];
  const command = join(directory, "dist/command.js");
  let code = readFileSync(command, "utf8");
  for (const [head, body] of bodies) {
    const found = code.split(head).length - 1;
    if (found !== 1) throw new Error(`${head} stands ${found} times in the build`);
    code = code.replace(head, `${head} ${body}`);
  }
  writeFileSync(command, code);
  return launcherOf(directory);
}

function link(directory: string, name: string): void {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(root, name), join(directory, name));
}

function launcherOf(directory: string): string {
  mkdirSync(join(directory, "bin"));
  copyFileSync(join(root, "bin/op-dbus"), join(directory, "bin/op-dbus"));
  return join(directory, "bin/op-dbus");
}

/** What one run took: wall time, which a person waits for, and of its Node user and system time of all threads. */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A process with this environment tells its CPU time. */
export const cpuEnv = { NODE_OPTIONS: `--require=${join(import.meta.dirname, "tell-cpu.cjs")}` };

/** Runs one command to its end. Throws when it fails: a quick failure would be a good figure. */
export async function run([file, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Took> {
  const begun = performance.now();
  const child = spawn(file!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.resume();
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}: ${said}`);
  return {
    wallMs: performance.now() - begun,
    cpuMs: Number(/^cpu (\d+)$/m.exec(said)?.[1] ?? Number.NaN) / 1000,
  };
}
