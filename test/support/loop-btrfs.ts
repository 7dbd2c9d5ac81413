// BTRFS on a file, mounted for one test: needs root, mkfs.btrfs and a kernel that has both. Everything is taken down again,
// whatever the test did.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const withPath = { env: { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, LC_ALL: "C" } };

/** Why this machine cannot mount one; false = it can. */
export const noLoopBtrfs: string | false = reason();

function reason(): string | false {
  if (process.getuid?.() !== 0) return "BTRFS on a loop device needs root";
  for (const program of ["mkfs.btrfs", "btrfs", "losetup"])
    if (spawnSync("sh", ["-c", `command -v ${program}`], withPath).status !== 0)
      return `BTRFS on a loop device needs the program ${program}`;
  spawnSync("modprobe", ["-q", "btrfs"], withPath);
  if (!/\tbtrfs$/m.test(readFileSync("/proc/filesystems", "utf8"))) return "this kernel has no BTRFS";
  const loop = spawnSync("losetup", ["-f"], { ...withPath, encoding: "utf8" });
  return loop.status === 0 ? false : "there is no loop device here";
}

/** The mount points of fresh file systems of these sizes, each a private folder. */
export function loopBtrfs(t: TestContext, ...sizesMiB: readonly number[]): readonly string[] {
  const base = mkdtempSync(join(tmpdir(), "op-dbus-btrfs-"));
  const mounted: string[] = [];
  t.after(() => {
    for (const path of mounted) spawnSync("umount", ["-l", path], withPath); // the loop device goes with it
    rmSync(base, { recursive: true, force: true });
  });
  return sizesMiB.map((sizeMiB, i) => {
    const [image, path] = [join(base, `${i}.img`), join(base, String(i))];
    writeFileSync(image, "");
    truncateSync(image, sizeMiB * 1024 * 1024);
    execFileSync("mkfs.btrfs", ["-q", image], { ...withPath, stdio: "ignore" });
    mkdirSync(path);
    execFileSync("mount", ["-o", "loop", image, path], withPath);
    mounted.push(path);
    return path;
  });
}
