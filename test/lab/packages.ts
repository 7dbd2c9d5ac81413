// What the package tests share: documents, and what dpkg and apt themselves say of a machine. Nothing here asks a service.

import { spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
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

/** Removes every lab-* package, whatever state it is in. */
export function clear(machine: Machine): void {
  machine.exec(
    "sh",
    "-c",
    "rm -f /var/lib/dpkg/info/lab-*.p*; dpkg --force-all --purge $(dpkg-query -W -f '${Package} ' 'lab-*')",
  );
  const left = dpkg(machine);
  if (left.length > 0) throw new Error(`cannot be cleared away: ${left.join(", ")}`);
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
