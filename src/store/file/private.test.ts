// Who could put another folder in the place of a private one: through any folder or link on the way to it.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { checkPrivate, makePrivate, systemDisk } from "./file.ts";

const uid = process.getuid?.() ?? 0;

/** `build` makes what is on the way in a folder of its own and names the folder to be checked. */
function check(what: string, build: (home: string) => string, why: RegExp | null): void {
  test(what, () => {
    const home = mkdtempSync(join(tmpdir(), "op-dbus-private-"));
    try {
      const path = build(home);
      if (why === null) return checkPrivate(systemDisk, path, uid);
      assert.throws(
        () => checkPrivate(systemDisk, path, uid),
        (error) => error instanceof OpError && error.code === "OPD5001" && why.test(error.message),
      );
    } finally {
      rmSync(home, { recursive: true });
    }
  });
}

function folder(path: string, mode = 0o700): string {
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

/** home/open (of `mode`) holds home/open/mine/state. */
function below(home: string, mode: number): string {
  folder(join(home, "open"), mode);
  folder(join(home, "open/mine"));
  return folder(join(home, "open/mine/state"));
}

check("of our own alone", (home) => below(home, 0o755), null);
check("below a folder that others write", (home) => below(home, 0o777), /open can be written by others/);
check("below one that its group writes", (home) => below(home, 0o770), /open can be written by others/);
check("below one like /tmp", (home) => below(home, 0o1777), null);
check(
  "through a link into a folder that others write",
  (home) => {
    below(home, 0o777);
    symlinkSync(join(home, "open/mine"), join(home, "link"));
    return join(home, "link/state");
  },
  /open can be written by others/,
);
check(
  "through a link to a link that lies where others write",
  (home) => {
    below(home, 0o755);
    symlinkSync("../open/mine", join(folder(join(home, "shared"), 0o777), "second"));
    symlinkSync("shared/second", join(home, "first"));
    return join(home, "first/state");
  },
  /shared can be written by others/,
);
check(
  "through a link that goes up and down again, all of it ours",
  (home) => {
    below(home, 0o755);
    symlinkSync("./open/../open/mine/", join(home, "link"));
    return join(home, "link/state");
  },
  null,
);
check(
  "a link itself",
  (home) => {
    symlinkSync(below(home, 0o755), join(home, "link"));
    return join(home, "link");
  },
  /is a symbolic link/,
);
check(
  "open to its group",
  (home) => {
    const path = below(home, 0o755);
    chmodSync(path, 0o750);
    return path;
  },
  /is open to others/,
);

test("what is made is private, whatever the mask", () => {
  const home = mkdtempSync(join(tmpdir(), "op-dbus-private-"));
  const mask = process.umask(0);
  try {
    makePrivate(systemDisk, join(home, "a/b/state"), uid);
    checkPrivate(systemDisk, join(home, "a/b/state"), uid);
  } finally {
    process.umask(mask);
    rmSync(home, { recursive: true });
  }
});
