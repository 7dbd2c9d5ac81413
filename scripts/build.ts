// Writes dist/. `tsc` makes dist/src: one module a source, with declarations, for programs that use `op-dbus/dbus`.
// command.ts makes the command, and man.ts its manual pages.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCommand } from "./command.ts";
import { writeManPages } from "./man.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const config = join(root, "tsconfig.build.json");
rmSync(dist, { recursive: true, force: true });

writeFileSync(
  config,
  JSON.stringify({
    extends: "./tsconfig.json",
    compilerOptions: { noEmit: false, rootDir: "." },
    include: ["src"],
    exclude: ["src/**/*.test.ts"],
  }),
);
const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", config], {
  cwd: root,
  stdio: "inherit",
});
rmSync(config, { force: true });
if (status !== 0) process.exit(status ?? 1);

const parts = await buildCommand(dist);
const modules = readdirSync(join(dist, "src"), { recursive: true }).filter((name) =>
  String(name).endsWith(".js"),
);
const pages = writeManPages(join(dist, "man/man1"));
process.stdout.write(
  `dist: ${modules.length} modules, the command of ${parts} parts, ${pages} manual pages\n`,
);
