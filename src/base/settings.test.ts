// Where a caller's own configuration, plugins and keys lie.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configHome, type Env } from "./settings.ts";

test("the folder of configuration", () => {
  const table: readonly (readonly [number, Env, string])[] = [
    [0, {}, "/etc/op-dbus"],
    [0, { XDG_CONFIG_HOME: "/x" }, "/etc/op-dbus"],
    [0, { CONFIGURATION_DIRECTORY: "/c:/d" }, "/c"],
    [0, { CONFIGURATION_DIRECTORY: "relative" }, "/etc/op-dbus"],
    [1000, {}, "/home/u/.config/op-dbus"],
    [1000, { XDG_CONFIG_HOME: "/x" }, "/x/op-dbus"],
    [1000, { CONFIGURATION_DIRECTORY: "/c", XDG_CONFIG_HOME: "/x" }, "/c"],
  ];
  for (const [uid, env, expected] of table)
    assert.equal(configHome({ uid, home: "/home/u", env }), expected, JSON.stringify([uid, env]));
});
