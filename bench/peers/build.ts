// Builds the peers that are not JavaScript, into a cache outside the tree: the service that all peers call and the
// sd-bus client (C), the zbus client (Rust). What a machine lacks makes a peer absent with its reason, never a failure;
// root gets the packages of Debian installed.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A program that stands ready, or why there is none. */
export type Built = { readonly program: string } | { readonly absent: string };

const here = import.meta.dirname;
/** Programs are run from here, so it is a folder of the caller's own. */
const cache =
  process.env["BENCH_CACHE"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "op-dbus-bench");

/** A C program of one source file against libsystemd. */
export function buildC(name: string, source: string): Built {
  const program = join(prepared(), name);
  const sources = [join(here, source), join(here, "stats.h")];
  if (newer(program, sources)) return { program };
  const missing = install({ gcc: "gcc", "pkg-config": "pkg-config" }, ["libsystemd-dev"]);
  if (missing !== null) return { absent: missing };
  const flags = run("pkg-config", ["--cflags", "--libs", "libsystemd"]);
  if ("absent" in flags) return flags;
  const done = run("gcc", ["-O2", "-Wall", "-o", program, sources[0]!, ...flags.stdout.trim().split(/\s+/)]);
  return "absent" in done ? done : { program };
}

/** The Rust client; the first build takes minutes. */
export function buildZbus(): Built {
  const program = join(prepared(), "zbus-build/release/zbus-peer");
  const source = join(here, "zbus");
  if (newer(program, [join(source, "Cargo.toml"), join(source, "src/main.rs")])) return { program };
  if (!has("cargo")) return { absent: "cargo is not installed" };
  const copy = join(cache, "zbus-source");
  cpSync(source, copy, { recursive: true });
  process.stderr.write("building the zbus peer, once: this takes minutes\n");
  const args = ["build", "--release", "--quiet", "--target-dir", join(cache, "zbus-build")];
  const done = run("cargo", args, copy);
  return "absent" in done ? done : { program };
}

/** Installs what is missing when we may; says what is missing when not. `programs`: command -> its package. */
export function install(
  programs: Readonly<Record<string, string>>,
  libraries: readonly string[] = [],
): string | null {
  const missing = Object.entries(programs).flatMap(([command, name]) => (has(command) ? [] : [name]));
  if (has("pkg-config")) missing.push(...libraries.filter((name) => !hasLibrary(name)));
  else missing.push(...libraries);
  if (missing.length === 0) return null;
  const reason = `not installed: ${missing.join(", ")}`;
  if (process.getuid?.() !== 0 || !has("apt-get")) return reason;
  process.stderr.write(`installing ${missing.join(", ")}\n`);
  run("apt-get", ["update", "-qq"]);
  const done = run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing]);
  return "absent" in done ? `${reason} (${done.absent})` : null;
}

/** The cache's folder, there now. */
export function prepared(): string {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  return cache;
}

function newer(program: string, sources: readonly string[]): boolean {
  if (!existsSync(program)) return false;
  const builtMs = statSync(program).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs <= builtMs);
}

function has(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.some(
    (folder) => folder !== "" && existsSync(folder) && readdirSync(folder).includes(command),
  );
}

/** libX-dev provides X.pc. */
function hasLibrary(name: string): boolean {
  return !("absent" in run("pkg-config", ["--exists", name.replace(/-dev$/, "")]));
}

function run(command: string, args: readonly string[], cwd = here): { stdout: string } | { absent: string } {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const done = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (done.status === 0) return { stdout: done.stdout };
  const said = (done.stderr ?? "").trim().split("\n").at(-1) ?? "";
  return { absent: `${command} failed: ${done.error?.message ?? said}` };
}
