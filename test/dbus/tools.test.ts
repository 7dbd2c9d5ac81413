// busctl, gdbus and dbus-send as strangers: on the embedded bus and on dbus-daemon they must find, read, call and set
// an object that we export.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test, type TestContext } from "node:test";
import { connect } from "../../src/host/dbus/dbus.ts";
import { testBus } from "../support/embedded-bus.ts";
import { missing, privateDaemon } from "../support/private-daemon.ts";
import { openShop, SHOP_NAME, SHOP_PATH } from "../support/shop.ts";

type Shown = RegExp;
const AT = [SHOP_NAME, SHOP_PATH];

/** Program, arguments, expected status, what the output shows. Addresses are given with each. */
const RUNS: readonly (readonly [
  program: string,
  args: readonly string[],
  ok: boolean,
  shown: readonly Shown[],
])[] = [
  ["busctl", ["list"], true, [/^org\.example\.Shop /m, /^org\.freedesktop\.DBus /m]],
  ["busctl", ["tree", SHOP_NAME], true, [/\/org\/example\/shop$/m]],
  [
    "busctl",
    ["introspect", ...AT],
    true,
    [
      /\.Echo +method +s +s/,
      /\.Count +property +u +7 +emits-change writable/,
      /\.Name +property +s +"tea shop" +const/,
      /\.Sold +signal +su/,
    ],
  ],
  [
    "busctl",
    ["call", ...AT, SHOP_NAME, "Any", "v", "a{sv}", "1", "k", "t", "18446744073709551615"],
    true,
    [/^v a\{sv\} 1 "k" t 18446744073709551615$/m],
  ],
  [
    "busctl",
    ["call", ...AT, SHOP_NAME, "Both", "tx", "1", "-9223372036854775808"],
    true,
    [/^xt -9223372036854775808 1$/m],
  ],
  [
    "busctl",
    ["call", ...AT, SHOP_NAME, "Tree", "a{sa(ib)}", "1", "a", "2", "1", "true", "2", "false"],
    true,
    [/^a\{sa\(ib\)\} 1 "a" 2 1 true 2 false$/m],
  ],
  ["busctl", ["call", ...AT, SHOP_NAME, "Fail"], false, [/Call failed: the method failed/]],
  ["busctl", ["call", ...AT, SHOP_NAME, "constructor"], false, [/no method constructor/]],
  ["busctl", ["set-property", ...AT, SHOP_NAME, "Count", "u", "12"], true, []],
  ["busctl", ["get-property", ...AT, SHOP_NAME, "Count"], true, [/^u 12$/m]],
  ["busctl", ["set-property", ...AT, SHOP_NAME, "Count", "s", "x"], false, [/has the type 'u', not 's'/]],
  ["busctl", ["set-property", ...AT, SHOP_NAME, "Name", "s", "x"], false, [/cannot be set/]],
  [
    "gdbus",
    ["introspect", "-d", SHOP_NAME, "-o", SHOP_PATH],
    true,
    [/readwrite u Count = 12;/, /Sold\(s item,\s+u count\);/],
  ],
  [
    "gdbus",
    ["call", "-d", SHOP_NAME, "-o", SHOP_PATH, "-m", `${SHOP_NAME}.Echo`, "hé"],
    true,
    [/^\('hé',\)$/m],
  ],
  [
    "gdbus",
    ["call", "-d", "org.freedesktop.DBus", "-o", "/", "-m", "org.freedesktop.DBus.NameHasOwner", SHOP_NAME],
    true,
    [/^\(true,\)$/m],
  ],
  [
    "dbus-send",
    ["--print-reply", `--dest=${SHOP_NAME}`, SHOP_PATH, `${SHOP_NAME}.Echo`, "string:yo"],
    true,
    [/string "yo"/],
  ],
  [
    "dbus-send",
    ["--print-reply", `--dest=${SHOP_NAME}`, SHOP_PATH, `${SHOP_NAME}.Echo`],
    false,
    [/InvalidArgs/],
  ],
];

async function runAll(t: TestContext, address: string): Promise<void> {
  const service = await connect({ address, onListenerError: () => {} });
  t.after(() => service.close());
  await openShop(service);
  for (const [program, args, ok, shown] of RUNS) {
    await t.test([program, ...args].join(" "), async (step) => {
      const absent = missing(program);
      if (absent !== null) return step.skip(absent);
      const flag = program === "busctl" ? [`--address=${address}`, "--no-pager", "--"] : [];
      const bus =
        program === "busctl" ? [] : program === "gdbus" ? ["--address", address] : [`--bus=${address}`];
      const [verb = "", ...rest] = args;
      const line =
        program === "busctl"
          ? [...flag, ...args]
          : program === "gdbus"
            ? [verb, ...bus, ...rest]
            : [...bus, ...args];
      const { status, output } = await execute(program, line);
      assert.equal(status === 0, ok, output);
      for (const pattern of shown) assert.match(output, pattern);
      assert.doesNotMatch(output, /secret/);
    });
  }
}

function execute(program: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout: 15_000, env: { ...process.env, LC_ALL: "C.UTF-8" } },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode ?? 1, output: `${stdout}${stderr}` });
      },
    );
  });
}

test("on the embedded bus", async (t) => {
  const bus = await testBus();
  t.after(() => bus.close());
  await runAll(t, bus.address);
});

test("on dbus-daemon", async (t) => {
  const absent = missing("dbus-daemon");
  if (absent !== null) return t.skip(absent);
  const daemon = await privateDaemon();
  t.after(() => daemon.close());
  await runAll(t, daemon.address);
});
