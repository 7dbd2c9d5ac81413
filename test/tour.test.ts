// `npm start` on the stage that every machine offers: the tour goes through to its end, and what it says at the end was
// looked at. The other stages are those of the pages.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./support/page.ts";

test("the tour goes through, and what nobody commits goes back by its guard", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "start/start.ts"), "--on", "embedded"],
    { encoding: "utf8", timeout: 180_000 },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /restored by deadline/);
  assert.match(stdout, /^VALID: 7 of the \d+ entries/m);
  assert.match(stdout, /\nThis machine is unchanged\.\n$/);
});
