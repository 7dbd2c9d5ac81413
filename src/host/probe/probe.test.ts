// Probes against what this machine always has: itself. Who may own a program is tested where that can be arranged (root).

import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { askCommand, askDns, askTcp, commandDistrust } from "./probe.ts";

const never = new AbortController().signal;

test("tcp: something listens, then nobody does", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined).end());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await askTcp("127.0.0.1", port, never), { passed: true, found: "connected" });
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await askTcp("127.0.0.1", port, never), { passed: false, found: "nobody listens there" });
});

test("tcp: one that is stopped has no answer", async () => {
  assert.deepEqual(await askTcp("127.0.0.1", 9, AbortSignal.abort()), { passed: false, found: "no answer" });
});

test("dns: localhost has an address, a name under .invalid has none (RFC 6761)", async () => {
  assert.equal((await askDns("localhost", never)).passed, true);
  assert.equal((await askDns("nobody.invalid", never)).passed, false);
  assert.deepEqual(await askDns("localhost", AbortSignal.abort()), { passed: false, found: "no answer" });
});

test("command: its status is the answer, its environment is empty, its output goes nowhere", async () => {
  assert.deepEqual(await askCommand(["/usr/bin/true"], never), { passed: true, found: "exit 0" });
  assert.deepEqual(await askCommand(["/usr/bin/false"], never), { passed: false, found: "exit 1" });
  assert.deepEqual(await askCommand(["/usr/bin/env", "-u", "HOME", "/usr/bin/test", "-z", "$HOME"], never), {
    passed: false,
    found: "exit 1",
  });
  const set = ["/bin/sh", "-c", 'test "$(env | grep -cv "^\\(PWD\\|SHLVL\\|_\\)=")" = 0'];
  assert.deepEqual(await askCommand(set, never), { passed: true, found: "exit 0" });
});

test("command: one that does not end is killed with all that it started", async () => {
  const stop = new AbortController();
  const answer = askCommand(["/bin/sh", "-c", "sleep 1000 & wait"], stop.signal);
  stop.abort();
  assert.deepEqual(await answer, { passed: false, found: "no end in time, killed" });
});

test("command: what is missing or no file is not started", async () => {
  assert.deepEqual(commandDistrust("/usr/bin/no-such-program"), { why: "there is no such program" });
  assert.deepEqual(commandDistrust("/usr/bin"), { why: "it is no regular file" });
  assert.equal((await askCommand(["/usr/bin/no-such-program"], never)).passed, false);
});

const skip = process.getuid?.() === 0 ? false : "only root can give programs to others";
describe("whose program it is", { skip }, () => {
  // Not in /tmp: that is a folder anybody can write, which is a case of its own.
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(userInfo().homedir, ".op-dbus-probe-"));
    for (const name of ["ours", "writable", "theirs"]) {
      mkdirSync(join(folder, name), { mode: 0o755 });
      copyFileSync("/usr/bin/true", join(folder, name, "true"));
    }
    chmodSync(join(folder, "writable"), 0o777);
    chownSync(join(folder, "theirs"), 1000, 1000);
    copyFileSync("/usr/bin/true", join(folder, "ours/mine"));
    chownSync(join(folder, "ours/mine"), 1000, 0);
    copyFileSync("/usr/bin/true", join(folder, "ours/open"));
    chmodSync(join(folder, "ours/open"), 0o775);
    symlinkSync("../writable/true", join(folder, "ours/link"));
    symlinkSync("true", join(folder, "ours/fine"));
    symlinkSync("circle", join(folder, "ours/circle"));
    symlinkSync("../theirs", join(folder, "ours/way"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const cases: readonly (readonly [path: string, found: RegExp | null])[] = [
    ["ours/true", null],
    ["ours/fine", null],
    ["ours/mine", /^it belongs to user 1000, not to root$/],
    ["ours/open", /^it can be written by others than root$/],
    ["writable/true", /writable can be written by others/],
    ["theirs/true", /theirs belongs to user 1000/],
    ["ours/link", /writable can be written by others/],
    ["ours/way/true", /theirs belongs to user 1000/],
    ["ours/circle", /circle/],
  ];
  for (const [path, found] of cases) {
    test(path, () => {
      const answer = commandDistrust(join(folder, path));
      if (found === null) assert.deepEqual(answer, { path: join(folder, "ours/true") });
      else assert.match("why" in answer ? answer.why : "trusted", found);
    });
  }
});
