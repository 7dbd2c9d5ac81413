// The grammar of addresses and patterns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../base/error.ts";
import { formatAddress, matches, parseAddress, parsePattern, type Address } from "./address.ts";

const own = (plugin: string, field: string | null = null): Address => ({
  plugin,
  resource: null,
  key: null,
  field,
});
const item = (plugin: string, resource: string, key: string, field: string | null = null): Address => ({
  plugin,
  resource,
  key,
  field,
});

test("addresses, there and back", () => {
  const table: readonly (readonly [text: string, address: Address])[] = [
    ["hostname1", own("hostname1")],
    ["hostname1:StaticHostname", own("hostname1", "StaticHostname")],
    ["networkmanager:ipv4.method", own("networkmanager", "ipv4.method")],
    ["packagekit:packages/nginx", item("packagekit", "packages", "nginx")],
    ['systemd1:units/"nginx.service".enabled', item("systemd1", "units", "nginx.service", "enabled")],
    ["systemd1:units/getty@tty1-x_y.active", item("systemd1", "units", "getty@tty1-x_y", "active")],
    ['nm:connections/office."user data".a', item("nm", "connections", "office", "user data.a")],
    ['a:b/"/org/x: \\"y\\"\\n"', item("a", "b", '/org/x: "y"\n')],
    ['a:b/"\\u002a\\u002a"', item("a", "b", "**")],
    ['a:b/"ü".c-d', item("a", "b", "ü", "c-d")],
    ['a:b/"".c', item("a", "b", "", "c")],
    ['a:b/c."".d', item("a", "b", "c", ".d")],
  ];
  for (const [text, address] of table) {
    assert.deepEqual(parseAddress(text), address, text);
    assert.equal(formatAddress(address), text);
  }
  assert.equal(formatAddress({ ...own("a"), resource: "b" }), "a:b");
});

test("what is no address", () => {
  const table: readonly (readonly [text: string, why: RegExp])[] = [
    ["", /a name is missing at its end/],
    ["a:", /a name is missing at its end/],
    [":a", /begins no name/],
    ["a:b/", /a name is missing/],
    ["a/b", /wrong order/],
    ["a.b", /wrong order/],
    ["a:b:c", /wrong order/],
    ["a:b/c/d", /wrong order/],
    ["a:b/c:d", /wrong order/],
    ["a:b.c/d", /wrong order/],
    ["a b", /" " is not allowed outside of quotes/],
    ["a:ü", /begins no name/],
    ["a:*", /begins no name/],
    ['a:b/"c', /begins no name/],
    ['a:b/"c"d', /"d" is not allowed/],
    ['a:b/"\\x"', /no JSON text/],
    ["a:\u{1b}[31m", /\\u\{1b\}/],
  ];
  for (const [text, why] of table)
    assert.throws(
      () => parseAddress(text),
      (error) => error instanceof OpError && error.code === "OPD2010" && why.test(error.message),
      text,
    );
});

test("patterns", () => {
  const field = item("systemd1", "units", "nginx.service", "enabled");
  const deep = item("nm", "connections", "office", "ipv4.method");
  const table: readonly (readonly [pattern: string, address: Address, expected: boolean])[] = [
    ["systemd1", field, true],
    ["systemd1:units", field, true],
    ['systemd1:units/"nginx.service"', field, true],
    ['systemd1:units/"nginx.service".enabled', field, true],
    ['systemd1:units/"nginx.service".active', field, false],
    ['systemd1:units/"nginx.service".enabled', item("systemd1", "units", "nginx.service"), false],
    ["systemd1:jobs", field, false],
    ["system", field, false],
    ["*", field, true],
    ["s*1:u*s/*.en*d", field, true],
    ["systemd1:units/ngi*", field, true],
    ['systemd1:units/"*.service"', field, true],
    ['systemd1:units/"*.socket"', field, false],
    ['systemd1:units/"n*x.*"', field, true],
    ['systemd1:units/"n*ng*"', field, false],
    ["systemd1:units/*.enabled", field, true],
    ["**", field, true],
    ["**.enabled", field, true],
    ["**.active", field, false],
    ["**.units", field, false],
    ["**:units", field, true],
    ['**/"nginx.service"', field, true],
    ["systemd1:**.enabled", field, true],
    ["hostname1:**.enabled", field, false],
    ["**.ipv4", deep, true],
    ["**.ipv4.method", deep, true],
    ["**.method", deep, true],
    ["nm:connections/office.ipv4", deep, true],
    ["nm:connections/office.ip", deep, false],
    ["**.office", deep, false],
    ["**.**.method", deep, true],
    ["hostname1:Static*", own("hostname1", "StaticHostname"), true],
    ["**.StaticHostname", own("hostname1", "StaticHostname"), true],
    ["hostname1:StaticHostname", own("hostname1"), false],
    ["hostname1", own("hostname1"), true],
    ['a:b/"\\u002a"', item("a", "b", "*"), true],
    ['a:b/"\\u002a"', item("a", "b", "x"), false],
    ["a:b/a*a", item("a", "b", "a"), false],
    ["a:b/*a*b*", item("a", "b", "xaxbx"), true],
    ["a:b/*a*b*", item("a", "b", "xbxax"), false],
  ];
  for (const [pattern, address, expected] of table)
    assert.equal(matches(parsePattern(pattern), address), expected, `${pattern} ${formatAddress(address)}`);
});

test("what is no pattern", () => {
  for (const text of ["", "a/*", "a:b/**c", "a***", "a:b/*/c", "*.*"])
    assert.throws(() => parsePattern(text), { code: "OPD2010" }, text);
});

test("a pattern made of stars takes linear time", () => {
  const address = item("a", "b", "x".repeat(5_000), Array.from({ length: 5_000 }, () => "y").join("."));
  const pattern = parsePattern(`**${".**".repeat(1_000)}/*${"x*".repeat(1_000)}z`);
  assert.equal(matches(pattern, address), false);
});
