import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../base/error.ts";
import { splitGlobals } from "./argv.ts";

const LONG = new Set(["auto-approve", "detailed-exitcode", "target", "out"]);

function check(
  line: string,
  rest: string,
  expected: Partial<ReturnType<typeof splitGlobals>["globals"]> = {},
): void {
  test(`argv: ${line}`, () => {
    const split = splitGlobals(line.split(" "), LONG);
    assert.equal(split.rest.join(" "), rest);
    const { settings, ...switches } = expected;
    for (const [name, value] of Object.entries(switches))
      assert.equal(Reflect.get(split.globals, name), value, name);
    assert.deepEqual({ ...split.globals.settings }, settings ?? {});
  });
}

check("plan a.toml", "plan a.toml", { json: false, quiet: false, verbose: false, help: false });
check("--json plan a.toml", "plan a.toml", { json: true });
check("plan a.toml -json -q", "plan a.toml", { json: true, quiet: true });
check("plan -v -h", "plan", { verbose: true, help: true });
check("plan --bus session a", "plan a", { settings: { bus: "session" } });
check("plan -bus=session a", "plan a", { settings: { bus: "session" } });
check("--bus= plan", "plan", { settings: { bus: "" } });
check("--plugin-dir a --plugin-dir b query", "query", { settings: { plugin_dirs: ["a", "b"] } });
check("--no-input apply x", "apply x", { settings: { no_input: "true" } });
check("--config c.toml doctor", "doctor", { configFile: "c.toml" });
check("--color never plan", "plan", { settings: { color: "never" } });
check("apply -auto-approve x", "apply --auto-approve=needs-confirm x");
check("apply --auto-approve x", "apply --auto-approve=needs-confirm x");
check("apply -auto-approve=irreversible x", "apply --auto-approve=irreversible x");
check("plan -detailed-exitcode x", "plan --detailed-exitcode x");
check("plan -target a -o f -", "plan --target a -o f -");
check("query -- --json -v", "query -- --json -v", { json: false, verbose: false });
check("plan -outt x", "plan -outt x");

function refused(line: string, message: RegExp): void {
  test(`argv refused: ${line}`, () => {
    assert.throws(
      () => splitGlobals(line.split(" "), LONG),
      (error: unknown) => {
        assert.ok(error instanceof OpError);
        assert.equal(error.exit, 64);
        return message.test(error.message);
      },
    );
  });
}

refused("plan --bus", /needs a value/);
refused("--json=yes plan", /takes no value/);
refused("--color blue plan", /auto, always or never/);
