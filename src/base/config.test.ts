// Precedence, origins and faults of settings, over given texts and variables.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, loadConfig, showSetting, type Configured, type ConfigText } from "./config.ts";
import { SETTINGS, type Env, type Name } from "./settings.ts";

const NAMES = Object.keys(SETTINGS) as Name[];

function load(
  given: { flags?: Record<string, string | string[]>; env?: Env; files?: ConfigText[]; uid?: number } = {},
): Configured {
  const { flags = {}, env = {}, files = [], uid = 1000 } = given;
  return loadConfig({ flags, who: { uid, home: "/home/u", env }, files });
}

const file = (text: string, name = "/etc/x.toml"): ConfigText => ({ file: name, text });

test("values and origins", () => {
  type Row = readonly [name: Name, given: Parameters<typeof load>[0], value: unknown, origin: string];
  const table: readonly Row[] = [
    ["bus", {}, "system", "default"],
    ["bus", { files: [file('bus = "session"\n')] }, "session", "/etc/x.toml:1"],
    ["bus", { files: [file('bus = "a:"\n', "main"), file('bus = "b:"\n', "drop-in")] }, "a:", "main:1"],
    ["bus", { env: { OPDBUS_BUS: "old" }, files: [file('bus = "session"\n')] }, "old", "OPDBUS_BUS"],
    ["bus", { env: { OPDBUS_BUS: "old", OP_DBUS_BUS: "new" } }, "new", "OP_DBUS_BUS"],
    ["bus", { env: { OP_DBUS_BUS: "" } }, "system", "default"],
    ["bus", { flags: { bus: "flag" }, env: { OP_DBUS_BUS: "new" } }, "flag", "--bus"],
    ["stateDir", {}, "/home/u/.local/state/op-dbus", "default"],
    ["stateDir", { uid: 0 }, "/var/lib/op-dbus", "default"],
    ["stateDir", { env: { XDG_STATE_HOME: "/s" } }, "/s/op-dbus", "default"],
    ["stateDir", { env: { XDG_STATE_HOME: "relative" } }, "/home/u/.local/state/op-dbus", "default"],
    ["stateDir", { uid: 0, env: { STATE_DIRECTORY: "/a:/b" } }, "/a", "STATE_DIRECTORY"],
    ["stateDir", { flags: { state_dir: "here" }, env: { STATE_DIRECTORY: "/a" } }, "here", "--state-dir"],
    ["runtimeDir", {}, "/run/user/1000/op-dbus", "default"],
    ["runtimeDir", { uid: 0 }, "/run/op-dbus", "default"],
    ["runtimeDir", { env: { XDG_RUNTIME_DIR: "/r" } }, "/r/op-dbus", "default"],
    ["runtimeDir", { env: { RUNTIME_DIRECTORY: "/q", XDG_RUNTIME_DIR: "/r" } }, "/q", "RUNTIME_DIRECTORY"],
    ["pluginDirs", { env: { OP_DBUS_PLUGIN_DIRS: "/a::/b" } }, ["/a", "/b"], "OP_DBUS_PLUGIN_DIRS"],
    ["pluginDirs", { files: [file('plugin_dirs = ["/a"]\n')] }, ["/a"], "/etc/x.toml:1"],
    ["pluginDirs", { flags: { plugin_dirs: ["x", "/y"] } }, ["x", "/y"], "--plugin-dirs"],
    ["color", { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }, "never", "NO_COLOR"],
    ["color", { env: { FORCE_COLOR: "1" } }, "always", "FORCE_COLOR"],
    ["color", { flags: { color: "always" }, env: { NO_COLOR: "1" } }, "always", "--color"],
    ["noInput", { flags: { no_input: "true" } }, true, "--no-input"],
    ["noInput", { env: { OP_DBUS_NO_INPUT: "off" } }, false, "OP_DBUS_NO_INPUT"],
    ["callDeadlineMs", { env: { OP_DBUS_CALL_DEADLINE_MS: "100" } }, 100, "OP_DBUS_CALL_DEADLINE_MS"],
    ["lockTimeoutMs", { files: [file("# nothing\nlock_timeout_ms = 7\n")] }, 7, "/etc/x.toml:2"],
    ["allowUnixexec", { flags: { bus: "unixexec:path=/bin/x" } }, true, "default"],
    ["allowUnixexec", { files: [file('bus = "unix:path=/x;unixexec:path=/y"')] }, true, "default"],
    ["allowUnixexec", { files: [file("allow_unixexec = true")] }, true, "/etc/x.toml:1"],
  ];
  for (const [name, given, value, origin] of table) {
    const { config, origins, faults } = load(given);
    assert.deepEqual(faults, [], `${name} ${JSON.stringify(given)}`);
    assert.deepEqual(config[name], value, `${name} ${JSON.stringify(given)}`);
    assert.equal(origins.get(name), origin, `${name} ${JSON.stringify(given)}`);
  }
});

test("faults, all at once; the setting keeps what else there is", () => {
  const text =
    'color = "red"\nlock_timout_ms = 1\nverify_timeout_ms = "x"\nstate_dir = "rel"\nbus = {}\nplugin_dirs = [1]\ncall_deadline_ms = 99\nno_input = maybe\n';
  const { config, faults } = load({
    files: [file(text)],
    env: {
      OP_DBUS_STAT_DIR: "/x",
      OP_DBUS_NODE: "/n",
      OPDBUS_CACHE_DIR: "/c",
      OP_DBUS_ALLOW_UNIXEXEC: "1",
      OP_DBUS_BUS: "unixexec:path=/x",
    },
    flags: { no_input: "perhaps", colour: "never" },
  });
  assert.deepEqual(
    faults.map(
      ({ code, message, at, hint }) =>
        `${code} ${at === undefined ? "" : `${at.line}:${at.column} `}${message}${hint === undefined ? "" : ` ? ${hint}`}`,
    ),
    [
      "OPD1301 --colour is no setting ? did you mean color?",
      "OPD1301 OP_DBUS_STAT_DIR is no setting ? did you mean OP_DBUS_STATE_DIR?",
      "OPD1302 OP_DBUS_ALLOW_UNIXEXEC: that an address starts a program is not taken from the environment ? give the address as --bus or in the configuration file",
      "OPD1101 8:12 a word where a value is expected ? texts stand in double quotes",
      "OPD1301 2:1 lock_timout_ms is no setting ? did you mean lock_timeout_ms?",
      "OPD1302 5:7 bus: expected a text that is not empty",
      "OPD1302 4:13 state_dir: expected an absolute path",
      "OPD1302 6:15 plugin_dirs: expected a path",
      "OPD1302 1:9 color: expected auto, always, never",
      "OPD1302 --no-input: expected true or false",
      "OPD1302 7:20 call_deadline_ms: expected milliseconds, a whole number from 100 to 86400000",
      "OPD1302 3:21 verify_timeout_ms: expected milliseconds, a whole number from 0 to 86400000",
      "OPD1302 OP_DBUS_BUS: that an address starts a program is not taken from the environment ? give the address as --bus or in the configuration file",
    ],
  );
  assert.equal(config.bus, "system");
  assert.equal(config.allowUnixexec, false);
  assert.equal(config.color, "auto");
});

test("settings are shown as a file writes them", () => {
  const { config } = load({ flags: { plugin_dirs: ["/a"] } });
  const text = NAMES.map((name) => `${fileName(name)} = ${showSetting(config, name)}\n`).join("");
  const again = load({ files: [file(text)] });
  assert.deepEqual(again.faults, []);
  assert.deepEqual(again.config, config);
  assert.ok(NAMES.every((name) => again.origins.get(name)?.startsWith("/etc/x.toml:")));
});

test("each setting says in a sentence what it is", () => {
  for (const name of NAMES) assert.match(SETTINGS[name].about, /^[A-Z].*\.$/);
});
