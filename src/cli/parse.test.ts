import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../base/error.ts";
import { CODES, EXITS } from "../base/codes.ts";
import { COMMANDS, longFlags } from "./commands.ts";
import { complete, parseCommand } from "./parse.ts";

function check(line: string, name: string, flags: object, args: readonly string[] = []): void {
  test(`parse: ${line}`, async () => {
    const found = await parseCommand(line.split(" "));
    assert.equal(found.command.name, name);
    const given = Object.entries(found.flags).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(given), flags);
    assert.deepEqual(
      found.args.filter((arg) => arg !== undefined),
      args,
    );
  });
}

check("discover", "discover", {});
check("show hostname1", "query", {}, ["hostname1"]);
check("plan a b --target x --target y", "plan", { target: ["x", "y"] }, ["a", "b"]);
check("plan - --format toml", "plan", { format: "toml" }, ["-"]);
check("plan a -o p.json --revert", "plan", { out: "p.json", revert: true }, ["a"]);
check("apply a -n --no-verify", "apply", { dryRun: true, noVerify: true }, ["a"]);
check("apply a --auto-approve=irreversible", "apply", { autoApprove: "irreversible" }, ["a"]);
check(
  "apply a --lock-timeout 1.5 --verify-timeout 2m",
  "apply",
  { lockTimeout: 1500, verifyTimeout: 120_000 },
  ["a"],
);
check("apply a -p x", "apply", { plugin: ["x"] }, ["a"]);
check("plugin create n --from-dbus a.b -o d", "plugin create", { fromDbus: "a.b", out: "d" }, ["n"]);
check("introspect a.b", "introspect", {}, ["a.b"]);
check("introspect a.b /p", "introspect", {}, ["a.b", "/p"]);
check("config show --origin", "config show", { origin: true });
check("query -- --json", "query", {}, ["--json"]);

function refused(line: string, message: string, hint: string): void {
  test(`parse refused: ${line}`, async () => {
    await assert.rejects(parseCommand(line.split(" ")), (error: unknown) => {
      assert.ok(error instanceof OpError);
      assert.deepEqual([error.message, error.hint, error.exit], [message, hint, 64]);
      return true;
    });
  });
}

refused("plam a", "unknown command plam", "did you mean  op-dbus plan");
refused("frobnicate", "unknown command frobnicate", "op-dbus help");
refused("plugin shwo x", "unknown command plugin shwo", "did you mean  op-dbus plugin show");
refused("plan a --tagret x", "unknown flag --tagret", "did you mean  --target");
refused("plan a --out", "--out needs a value", "op-dbus help plan");
refused("plan a --out x --out y", "--out is given twice", "op-dbus help plan");
refused("plan", "FILE is missing", "op-dbus help plan");
refused("explain", "CODE is missing", "op-dbus help explain");
refused("version now", "there is no place for now", "op-dbus help version");
refused(
  "apply a --require-undo maybe",
  "--require-undo is one of native, inverse, compensate, none, not maybe",
  "op-dbus help apply",
);

test("live names are offered for what is being typed", async () => {
  const offered = await complete(["introspect", "org."], (kind, partial) =>
    Promise.resolve([`${partial}${kind}`]),
  );
  assert.deepEqual(
    offered.map(({ completion }) => completion),
    ["org.bus-name"],
  );
});

test("every command says its usage, an example and its exit statuses", () => {
  for (const command of COMMANDS) {
    assert.ok(command.usage.startsWith(`op-dbus ${command.name}`), command.name);
    assert.ok(command.examples.length > 0, command.name);
    assert.equal(command.exits[0]?.[0], 0, command.name);
    const order = command.exits.map(([status]) => status);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
      command.name,
    );
  }
});

test("every exit status that help promises is one that errors can have", () => {
  const possible = new Set([
    0,
    2,
    ...Object.values(EXITS),
    ...Object.values(CODES).map((code) => Reflect.get(code, "exit")),
  ]);
  for (const { name, exits } of COMMANDS)
    for (const [status] of exits) assert.ok(possible.has(status), `${name} ${status}`);
});

test("long flags are known with one dash", () => {
  for (const name of ["auto-approve", "detailed-exitcode", "target", "from-dbus"])
    assert.ok(longFlags().has(name), name);
});
