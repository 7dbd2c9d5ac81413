// What the package tests share: documents, and what dpkg and apt themselves say of a machine. Nothing here asks a service.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Captured } from "./capture.ts";
import type { Machine, Ran } from "./machine.ts";

/** A document about packages, as a file of the machine's scratch folder. */
export function wish(machine: Machine, packages: Readonly<Record<string, object>>): string {
  const text = JSON.stringify({ version: 1, plugins: { packagekit: { packages } } });
  return machine.document("packages.json", text);
}
export const REMOVED = { ensure: "removed" } as const;

/** Every lab-* package that dpkg knows of, as "NAME VERSION STATUS": half-configured ones too. */
export function dpkg(machine: Machine): readonly string[] {
  const admin = `--admindir=${join(machine.root, "var/lib/dpkg")}`;
  const format = "${Package} ${Version} ${db:Status-Status}\\n";
  const { stdout } = spawnSync("dpkg-query", [admin, "-W", "-f", format, "lab-*"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** apt's own log: one text a transaction. */
export function transactions(machine: Machine): readonly string[] {
  if (!existsSync(join(machine.root, "var/log/apt/history.log"))) return [];
  return machine
    .read("var/log/apt/history.log")
    .split(/(?=^Start-Date:)/m)
    .slice(1);
}

/** Removes every lab-* package, whatever state it is in. packagekitd goes first: it keeps dpkg's lock after a repair
 * that failed. */
export function clear(machine: Machine): void {
  const { stderr } = machine.exec(
    "sh",
    "-c",
    "systemctl stop packagekit; rm -f /var/lib/dpkg/info/lab-*.p*; dpkg --force-all --purge $(dpkg-query -W -f '${Package} ' 'lab-*')",
  );
  const left = dpkg(machine);
  if (left.length > 0) throw new Error(`cannot be cleared away: ${left.join(", ")}: ${stderr}`);
}

/** Installs without the service under test. */
export function aptInstall(machine: Machine, ...names: readonly string[]): void {
  const { status, stderr } = machine.exec("apt-get", "-q", "-y", "--allow-downgrades", "install", ...names);
  if (status !== 0) throw new Error(stderr);
}

/** PackageKit's calls with these members that were meant: their flags have no simulate bit (1 << 2). */
export function meant(calls: readonly Captured[], ...members: readonly string[]): readonly Captured[] {
  return calls.filter((call) => {
    if (call.interface !== "org.freedesktop.PackageKit.Transaction" || !members.includes(call.member))
      return false;
    const [flags] = (call.payload as { readonly data: readonly unknown[] }).data;
    return typeof flags !== "number" || (flags & 4) === 0;
  });
}

/** Until the configuration script of `name` runs inside: from there on the service cannot be stopped cleanly. */
export async function configuring(machine: Machine, name: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (machine.exec("pgrep", "-f", `${name}.postinst`).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} is not being configured`);
}

/** Until nothing of dpkg runs any more. */
export async function settled(machine: Machine): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (machine.exec("pgrep", "-x", "dpkg").status !== 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("dpkg does not end");
}

/** What a command in the background printed, and how it ended. */
export async function ended(child: ChildProcess): Promise<Ran> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => void (stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => void (stderr += chunk));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

/** Adds a package to the machine's repository; its scripts are lines of sh. */
export function offer(machine: Machine, name: string, scripts: Readonly<Record<string, string>>): void {
  const folder = join(machine.scratch, name);
  mkdirSync(join(folder, "DEBIAN"), { recursive: true, mode: 0o755 });
  const control = [
    `Package: ${name}`,
    "Version: 1.0",
    "Architecture: all",
    "Maintainer: lab <lab@example.invalid>",
    `Description: lab package ${name}`,
  ].join("\n");
  writeFileSync(join(folder, "DEBIAN/control"), `${control}\n`);
  for (const [script, line] of Object.entries(scripts))
    writeFileSync(join(folder, "DEBIAN", script), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  const repository = join(machine.root, "opt/lab-repo");
  const file = `${name}_1.0_all.deb`;
  const built = spawnSync("dpkg-deb", ["-b", "--root-owner-group", folder, join(repository, file)]);
  if (built.status !== 0) throw new Error(String(built.stderr));
  const bytes = readFileSync(join(repository, file));
  const digest = createHash("sha256").update(bytes).digest("hex");
  const entry = `${control}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${digest}\n\n`;
  appendFileSync(join(repository, "Packages"), entry);
  machine.exec("apt-get", "-q", "update");
}

/** A process that holds a lock as apt does (fcntl), until it is killed. */
export async function hold(machine: Machine, file: string): Promise<{ kill(): void }> {
  const script =
    "use Fcntl ':flock'; open F, '>>', $ARGV[0]; $l = pack('s s l! l! i', 1, 0, 0, 0, 0); fcntl(F, 6, $l) or die $!; $|=1; print 1; sleep 600";
  const child = spawn("perl", ["-e", script, join(machine.root, file)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return { kill: () => void child.kill("SIGKILL") };
}
