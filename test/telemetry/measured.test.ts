// The build constant: a program built without measuring has no call of it left, nothing of what only such calls need, and
// does the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { rolldown } from "rolldown";

async function built(measured: boolean): Promise<string> {
  const bundle = await rolldown({
    input: join(import.meta.dirname, "measured-program.ts"),
    platform: "node",
    logLevel: "silent",
    optimization: { inlineConst: true },
    ...(!measured && { transform: { define: { OP_DBUS_MEASURED: "false" } } }),
  });
  const { output } = await bundle.generate({ format: "cjs", comments: false });
  await bundle.close();
  return output[0].code;
}

const MEASURING = [
  /\.add\(/,
  /\.span\(/,
  /\.nowNs\(/,
  /\.read\(/,
  /hrtime/,
  /Atomics/,
  /SharedArrayBuffer/,
  /program_calls/,
];

test("built to measure, a program measures", async () => {
  const code = await built(true);
  for (const call of MEASURING) assert.match(code, call);
  assert.equal(execFileSync(process.execPath, ["-"], { input: code, encoding: "utf8" }), "25 2\n");
});

test("built not to measure, it has no call site left", async () => {
  const code = await built(false);
  for (const call of MEASURING) assert.doesNotMatch(code, call);
  assert.equal(execFileSync(process.execPath, ["-"], { input: code, encoding: "utf8" }), "25 unmeasured\n");
});
