// What a service says is foreign: in names, values and error texts there may be sequences that a terminal obeys. On the
// way to a person they are written out; in data they are escaped, never dropped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HOSTILE } from "../service/state.ts";
import { openStage, wishes } from "./stage.ts";

/** Controls but the line feed, and what turns text around or hides it. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u;

test("no text that a person sees carries a sequence of a service", async () => {
  await using stage = await openStage();
  stage.service.state.boxes.set(HOSTILE, { colour: HOSTILE });
  stage.service.faults.arm("SetTitle", "hostile");
  const document = stage.file(
    "wish.json",
    wishes({ Title: HOSTILE, boxes: { [HOSTILE]: { colour: "red" } } }),
  );
  const commands: readonly (readonly string[])[] = [
    ["discover"],
    ["introspect", "org.opdbus.Test1", "/org/opdbus/Test1"],
    ["diff", document],
    ["plan", "-v", document],
    ["apply", "-v", document],
    ["verify", document],
    ["plan", stage.file("wrong.json", wishes({ [HOSTILE]: 1, Level: HOSTILE, parts: { [HOSTILE]: {} } }))],
    ["query", HOSTILE],
    ["query", "test1"],
    ["query", "--format", "toml", "test1"],
    [HOSTILE],
  ];
  for (const args of commands.flatMap((each) => [each, [...each, "--json"]])) {
    const { stdout, stderr } = await stage.op(args);
    assert.notEqual(stdout + stderr, "", args.join(" "));
    assert.doesNotMatch(stdout, OBEYED, `stdout of ${args[0]}`);
    assert.doesNotMatch(stderr, OBEYED, `stderr of ${args[0]}`);
  }
});

test("data keeps every character", async () => {
  await using stage = await openStage();
  stage.service.state.boxes.set(HOSTILE, { colour: HOSTILE });
  for (const format of ["json", "toml"]) {
    const { stdout } = await stage.op(["query", "--format", format, "test1"]);
    assert.doesNotMatch(stdout, /\u001b|\r/);
    const { status, stderr } = await stage.op(["plan", "--detailed-exitcode", "--format", format, "-"], {
      input: stdout,
    });
    assert.equal(status, 0, stderr);
  }
});
