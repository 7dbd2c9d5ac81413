// The tree keeps the rules that ARCHITECTURE.md states, and the checker of those rules finds a breach of each.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readRooms, tidy, type Tree } from "./tidy.ts";

const root = join(import.meta.dirname, "..");

function repository(): Tree {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const names = listed.split("\0").filter((name) => /\.(ts|md)$/.test(name) && existsSync(join(root, name)));
  const files = new Map(names.map((name) => [name, readFileSync(join(root, name), "utf8")]));
  return { files, architecture: files.get("ARCHITECTURE.md") ?? "" };
}

test("the tree is tidy", () => {
  assert.deepEqual(tidy(repository()), []);
});

test("the table names every room that exists", () => {
  assert.deepEqual(
    [...readRooms(repository().architecture).keys()],
    [
      "base",
      "telemetry",
      "host",
      "store",
      "memory",
      "plugin",
      "state",
      "fleet",
      "api",
      "app",
      "server",
      "cli",
    ],
  );
});

const table = `
| 0 | base | \`*.ts\` | | | |
| 1 | host | \`dbus/dbus.ts\` | base | | |
| 4 | api | \`api.ts\` | base host:types | valibot | |
| 5 | cli | \`cli.ts\` | base api | | |
`;
const header = "// What it is.\n";
const clean: readonly (readonly [string, string])[] = [
  ["src/main.ts", `${header}import { run } from "./cli/cli.ts";\n`],
  [
    "src/cli/cli.ts",
    `${header}import { ok } from "../base/ok.ts";\nimport { table } from "../api/api.ts";\n`,
  ],
  [
    "src/api/api.ts",
    `${header}import type { Bus } from "../host/dbus/dbus.ts";\nimport * as v from "valibot";\n`,
  ],
  ["src/host/dbus/dbus.ts", `${header}export { x } from "./inner.ts";\n`],
  ["src/host/dbus/inner.ts", `${header}import { ok } from "../../base/ok.ts";\n`],
  ["src/base/ok.ts", header],
];

function faultsWith(path: string, text: string): string[] {
  return tidy({ files: new Map([...clean, [path, text]]), architecture: table });
}

test("a clean tree has no faults", () =>
  assert.deepEqual(tidy({ files: new Map(clean), architecture: table }), []));

const breaches: readonly (readonly [string, string, string, RegExp])[] = [
  [
    "an upward import",
    "src/base/ok.ts",
    `${header}import { t } from "../api/api.ts";\n`,
    /base may not import api/,
  ],
  [
    "a room that is not allowed",
    "src/cli/cli.ts",
    `${header}import { t } from "../host/dbus/dbus.ts";\n`,
    /cli may not import host/,
  ],
  [
    "a file that is no face",
    "src/api/api.ts",
    `${header}import type { X } from "../host/dbus/inner.ts";\n`,
    /is not a face of host/,
  ],
  [
    "a value where only types are allowed",
    "src/api/api.ts",
    `${header}import { x } from "../host/dbus/dbus.ts";\n`,
    /only types of host/,
  ],
  [
    "a lazy import counts too",
    "src/base/ok.ts",
    `${header}export const f = () => import("../cli/cli.ts");\n`,
    /base may not import cli/,
  ],
  [
    "a package of another room",
    "src/cli/cli.ts",
    `${header}import * as v from "valibot";\n`,
    /cli may not import valibot/,
  ],
  ["a cycle", "src/host/dbus/inner.ts", `${header}import { d } from "./dbus.ts";\n`, /import cycle/],
  ["a file nobody imports", "src/base/lonely.ts", header, /nothing imports it/],
  ["no header", "src/base/ok.ts", "export {};\n", /header comment/],
  ["a file too long", "src/base/ok.ts", header + "\n".repeat(700), /600 is the most/],
  ["an unknown room", "src/utils/x.ts", header, /room utils is not in the table/],
  ["a diary in the root", "STATUS.md", "# Status\n", /Markdown in the root/],
  [
    "a code never thrown",
    "src/base/codes/base.ts",
    `${header}const C = {\n  OPD1234: 1,\n};\n`,
    /OPD1234 is explained and never used/,
  ],
  [
    "a limit that limits nothing",
    "src/base/limits.ts",
    `${header}const L = {\n  depthMax: 3,\n};\n`,
    /depthMax limits nothing/,
  ],
];
for (const [name, path, text, expected] of breaches) {
  test(`tidy finds ${name}`, () => assert.match(faultsWith(path, text).join("\n"), expected));
}
