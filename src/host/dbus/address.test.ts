// Addresses: what they mean, and why one is not usable.

import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeValue, parseAddresses, sessionBusAddress, systemBusAddress, type Address } from "./address.ts";
import { OpError } from "../../base/error.ts";

type Expected = Readonly<Record<string, unknown>>;

function check(
  text: string,
  expected: readonly Expected[],
  options: Parameters<typeof parseAddresses>[1] = {},
): void {
  test(`reads ${JSON.stringify(text)}`, () => {
    const actual = parseAddresses(text, options).map(clean);
    assert.deepEqual(actual, expected);
  });
}

/** What the address says, without its own text and without what it does not say. */
function clean(address: Address): Expected {
  const said = Object.entries(address).filter(([key, value]) => key !== "text" && value !== undefined);
  return Object.fromEntries(said);
}

const GUID = "0123456789abcdef0123456789abcdef";
check("unix:path=/run/bus", [{ transport: "unix", path: "/run/bus" }]);
check(`unix:path=/run/bus,guid=${GUID}`, [{ transport: "unix", path: "/run/bus", guid: GUID }]);
check("unix:abstract=/tmp/x", [{ transport: "unix", path: "\0/tmp/x" }]);
check("unix:path=/a%20b%3d%c3%a9", [{ transport: "unix", path: "/a b=é" }]);
check("unix:path=/a,colour=blue", [{ transport: "unix", path: "/a" }]);
check("unix:runtime=yes", [{ transport: "unix", path: "/run/me/bus" }], {
  env: { XDG_RUNTIME_DIR: "/run/me" },
});
check("unix:path=/a;;unix:path=/b;", [
  { transport: "unix", path: "/a" },
  { transport: "unix", path: "/b" },
]);
check("tcp:host=::1,port=1234,family=ipv6", [{ transport: "tcp", host: "::1", port: 1234, family: 6 }]);
check("tcp:port=1", [{ transport: "tcp", host: "localhost", port: 1, family: 0 }]);
check(
  "unixexec:path=ssh,argv0=SSH,argv1=-xT,argv2=host%20one",
  [{ transport: "unixexec", path: "ssh", argv0: "SSH", args: ["-xT", "host one"] }],
  { allowUnixexec: true },
);

for (const text of [
  "unixexec:path=sh",
  "autolaunch:",
  "launchd:env=X",
  "nonce-tcp:port=1",
  "unix:tmpdir=/tmp",
  "x:",
  "systemd:",
]) {
  test(`keeps a reason for ${text}`, () => {
    const [address] = parseAddresses(text);
    assert.equal(address?.transport, "refused");
    assert.ok(address.transport === "refused" && address.reason.length > 10);
  });
}

const MALFORMED: readonly (readonly [text: string, reason: RegExp])[] = [
  ["", /empty/],
  ["nonsense", /transport/],
  [":path=/a", /transport/],
  ["unix:", /exactly one/],
  ["unix:path=/a,abstract=b", /exactly one/],
  ["unix:path", /key=value/],
  ["unix:path=/a,path=/b", /twice/],
  ["unix:path=/a=b", /%3d/],
  ["unix:path=/%4", /hex digits/],
  ["unix:path=/%zz", /hex digits/],
  ["unix:path=/a%00b", /NUL/],
  ["unix:runtime=no", /yes/],
  [`unix:path=/${"a".repeat(107)}`, /107 bytes/],
  ["unix:path=/a,guid=12", /guid/],
  ["tcp:host=a", /port/],
  ["tcp:port=65536", /port/],
  ["tcp:port=1,family=ipx", /family/],
  [Array.from({ length: 17 }, () => "unix:path=/a").join(";"), /16 addresses/],
];
for (const [text, reason] of MALFORMED) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(
      () => parseAddresses(text),
      (error) => error instanceof OpError && error.code === "OPD3008" && reason.test(error.message),
    );
  });
}

test("a path of 107 bytes is taken, of 108 not", () => {
  assert.equal(parseAddresses(`unix:path=/${"a".repeat(106)}`).length, 1);
  assert.equal(parseAddresses(`unix:abstract=${"a".repeat(106)}`).length, 1);
  assert.throws(() => parseAddresses(`unix:abstract=${"a".repeat(107)}`));
});

test("the argv of unixexec have no gap", () => {
  assert.throws(() => parseAddresses("unixexec:path=a,argv2=b", { allowUnixexec: true }), /gap/);
});

test("the well-known buses", () => {
  assert.equal(systemBusAddress({}), "unix:path=/run/dbus/system_bus_socket");
  assert.equal(systemBusAddress({ DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/x" }), "unix:path=/x");
  assert.equal(sessionBusAddress({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/y" }), "unix:path=/y");
  assert.equal(sessionBusAddress({ XDG_RUNTIME_DIR: "/run/a b" }), "unix:path=/run/a%20b/bus");
  assert.equal(sessionBusAddress({}), `unix:path=/run/user/${process.getuid?.()}/bus`);
});

test("escaping is undone by reading", () => {
  const path = "/tmp/é x;,=%\u{1f600}";
  assert.deepEqual(parseAddresses(`unix:path=${escapeValue(path)}`)[0], {
    transport: "unix",
    path,
    guid: undefined,
    text: `unix:path=${escapeValue(path)}`,
  });
});
