// A process by its name: itself, one that is gone, one whose number is used again.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { isAlive, thisProcess } from "./process.ts";

test("this process lives; the same number with another start is another process", () => {
  const own = thisProcess();
  assert.match(own.start, /^[0-9]+$/);
  assert.ok(isAlive(own));
  assert.ok(!isAlive({ ...own, start: "1" }));
});

test("one that ended does not live", async () => {
  const program = `import("${import.meta.resolve("./process.ts")}").then((m) => console.log(JSON.stringify(m.thisProcess())))`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) text += String(chunk);
  if (child.exitCode === null) await once(child, "exit");
  const name = JSON.parse(text) as ReturnType<typeof thisProcess>;
  assert.equal(name.pid, child.pid);
  assert.ok(!isAlive(name));
});
