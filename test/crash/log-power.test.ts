// Logs outlive the machine they are on: a file system that goes down without writing anything back (as a power cut does
// to the page cache) while processes write a log on it has, when it is mounted again, everything they were told is durable.
// An ext4 on a loop device; root only.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { seeded } from "../support/log-case.ts";
import { checkBatches, namesAfterwards, startWriter } from "./log-processes.ts";

const CUTS = process.env["OP_DBUS_LONG"] === "1" ? 50 : 4;
const SEED = 20_260_204;

function ran(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Why there is no file system to take down; false when there is one. */
function noPower(): string | false {
  if (process.getuid?.() !== 0) return "a power cut needs root";
  if (spawnSync("mkfs.ext4", ["-V"]).status !== 0) return "a power cut needs mkfs.ext4 (e2fsprogs)";
  if (spawnSync("perl", ["-e", "1"]).status !== 0) return "a power cut needs perl for an ioctl";
  if (spawnSync("losetup", ["--find"]).status !== 0) return "a power cut needs a free loop device";
  return false;
}

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: nothing more reaches the device, not even the journal. */
function cutPower(mounted: string): void {
  const program =
    'open(F, "<", $ARGV[0]) or die $!; my $flags = pack("L", 2); ioctl(F, 0x8004587d, $flags) or die $!';
  ran("perl", "-e", program, mounted);
}

test(`${CUTS} power cuts lose nothing that was acknowledged`, { skip: noPower() }, async (t) => {
  const choose = seeded(SEED);
  const scratch = mkdtempSync(join(tmpdir(), "op-dbus-power-"));
  const [image, mounted] = [join(scratch, "image"), join(scratch, "mounted")];
  writeFileSync(image, "");
  truncateSync(image, 64 * 1024 * 1024);
  mkdirSync(mounted);
  ran("mkfs.ext4", "-q", image);
  const directory = join(mounted, "log");
  const said: string[] = [];
  try {
    for (let cut = 0; cut < CUTS; cut++) {
      ran("mount", "-o", "loop", image, mounted);
      mkdirSync(directory, { recursive: true });
      const running = ["a", "b"].map((who) =>
        startWriter({ directory, who: `${who}${cut}`, batches: 1e9, together: 1 + choose(8), fault: null }),
      );
      await Promise.race(running.map(({ began }) => began));
      await setTimeout(choose(150));
      const control = join(mounted, `control${cut}`);
      writeFileSync(control, "never synced");
      cutPower(mounted);
      for (const { child } of running) child.kill("SIGKILL");
      said.push(...(await Promise.all(running.map((one) => one.said))).flat());
      ran("umount", mounted);
      ran("mount", "-o", "loop", image, mounted);
      const kept = existsSync(control) && readFileSync(control, "utf8") === "never synced";
      assert.ok(!kept, "the power cut forgets what was not synced");
      checkBatches(await namesAfterwards(directory), said);
      ran("umount", mounted);
    }
  } finally {
    spawnSync("umount", ["--lazy", mounted]);
    rmSync(scratch, { recursive: true, force: true });
  }
  t.diagnostic(`seed ${SEED}, ${said.length} acknowledged batches`);
  assert.ok(said.length > CUTS);
});
