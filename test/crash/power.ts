// A file system that a test can take down as a power cut does to it: an ext4 on a loop device. Root only.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIZE_BYTES = 64 * 1024 * 1024;

/** Why there is no file system to take down; false when there is one. */
export function noPower(): string | false {
  if (process.getuid?.() !== 0) return "a power cut needs root";
  if (spawnSync("mkfs.ext4", ["-V"]).status !== 0) return "a power cut needs mkfs.ext4 (e2fsprogs)";
  if (spawnSync("perl", ["-e", "1"]).status !== 0) return "a power cut needs perl for an ioctl";
  if (spawnSync("losetup", ["--find"]).status !== 0) return "a power cut needs a free loop device";
  return false;
}

export interface PowerDisk extends Disposable {
  /** Where it is mounted. */
  readonly path: string;
  /** From now on nothing reaches the device. */
  cut(): void;
  /** Mounts it again, as the next boot finds it. Nobody may have a file open there. */
  restore(): void;
}

export function powerDisk(): PowerDisk {
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-power-"));
  const [image, path] = [join(scratch, "image"), join(scratch, "mounted")];
  writeFileSync(image, "");
  truncateSync(image, SIZE_BYTES);
  mkdirSync(path);
  ran("mkfs.ext4", "-q", image);
  ran("mount", "-o", "loop", image, path);
  chmodSync(path, 0o700);
  let cuts = 0;
  const control = (): string => join(path, `control${cuts}`);
  return {
    path,
    cut() {
      cuts += 1;
      writeFileSync(control(), "never synced");
      shutDown(path);
    },
    restore() {
      ran("umount", path);
      ran("mount", "-o", "loop", image, path);
      assert.ok(!isKept(control()), "the power cut forgets what was not synced");
    },
    [Symbol.dispose]() {
      spawnSync("umount", ["--lazy", path]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal of the file system is written. */
function shutDown(path: string): void {
  const program =
    'open(F, "<", $ARGV[0]) or die $!; my $flags = pack("L", 2); ioctl(F, 0x8004587d, $flags) or die $!';
  ran("perl", "-e", program, path);
}

function ran(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Missing, empty or not readable: each of them is forgotten. */
function isKept(path: string): boolean {
  try {
    return readFileSync(path, "utf8") === "never synced";
  } catch {
    return false;
  }
}
